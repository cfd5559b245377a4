"""Deadlines of a group."""

from __future__ import annotations

from logion.group.consumer.state import Deadline, Timer
from logion.group.consumer.timing import (
    late_members,
    next_deadline_ms,
    on_loaded,
    with_deadline,
)

from tests.logion.group.consumer.grouping import Consumer, World, cluster


def test_a_group_without_members_waits_for_nothing() -> None:
    assert next_deadline_ms(World(cluster()).group) is None


def test_a_loaded_group_gives_every_member_its_time_again() -> None:
    world = World(cluster(t=2))
    first, second = Consumer(world, "a", ("t",)), Consumer(world, "b", ("t",))
    first.beat()
    second.beat()
    first.beat()
    world.now_ms += 10**6
    loaded = on_loaded(world.replayed(), world.moment)
    assert loaded.timers == {
        Timer(Deadline.SESSION, "a"): world.now_ms + 45_000,
        Timer(Deadline.REBALANCE, "a"): world.now_ms + 60_000,
        Timer(Deadline.SESSION, "b"): world.now_ms + 45_000,
    }


def test_of_two_deadlines_the_first_is_what_a_member_missed() -> None:
    world = World(cluster(t=2))
    Consumer(world, "a", ("t",)).beat()
    group = with_deadline(world.group, Deadline.SYNC, "a", 5)
    group = with_deadline(group, Deadline.JOIN, "gone", 4)
    assert late_members(group, 10**9) == {"a": Deadline.SYNC}
    assert with_deadline(group, Deadline.JOIN, "a", None) is group
