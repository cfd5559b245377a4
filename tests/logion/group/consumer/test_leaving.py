"""Members leave, or are too late; the rest goes on."""

from __future__ import annotations

import pytest
from logion.group.consumer.leaving import fenced, on_time
from logion.group.consumer.state import Deadline, GroupState, Outcome
from logion.group.consumer.timing import next_deadline_ms
from logion.protocol.errors import ApiError, Error

from tests.logion.group.consumer.grouping import (
    Consumer,
    World,
    cluster,
    parts,
    without_deadlines,
)


def pair(world: World) -> tuple[Consumer, Consumer]:
    first, second = Consumer(world, "a", ("t",)), Consumer(world, "b", ("t",))
    world.settle(first, second)
    return first, second


def test_what_a_member_had_goes_to_the_others_when_it_leaves() -> None:
    world = World(cluster(t=2))
    first, _ = pair(world)
    answer = world.leave("b")
    assert (answer.error_code, answer.member_epoch) == (0, -1)
    assert (answer.member_id, answer.heartbeat_interval_ms) == ("b", 0)
    world.settle(first)
    assert first.owned == parts(t=(0, 1))


def test_a_group_that_all_have_left_is_empty() -> None:
    world = World(cluster(t=2))
    pair(world)
    world.leave("a")
    world.leave("b")
    assert world.group.state is GroupState.EMPTY
    assert (world.group.targets, world.group.timers) == ({}, {})


def test_who_is_no_member_cannot_leave() -> None:
    with pytest.raises(ApiError) as caught:
        World(cluster()).leave("a")
    assert caught.value.error is Error.UNKNOWN_MEMBER_ID


def test_nobody_leaving_changes_nothing() -> None:
    world = World(cluster(t=2))
    pair(world)
    assert fenced(world.group, frozenset(), world.moment) == Outcome(world.group)


def test_a_silent_member_is_removed_when_its_session_ends() -> None:
    world = World(cluster(t=2))
    first, _ = pair(world)
    world.now_ms += 44_999
    first.beat()
    outcome, late = on_time(world.group, world.moment)
    assert (outcome, late) == (Outcome(world.group), {})
    assert next_deadline_ms(world.group) == world.now_ms + 1
    world.now_ms += 1
    outcome, late = on_time(world.group, world.moment)
    world.take(outcome)
    assert late == {"b": Deadline.SESSION}
    assert set(world.group.members) == {"a"}


def test_a_member_that_gives_nothing_up_in_time_is_removed() -> None:
    world = World(cluster(t=2))
    fields = {"rebalance_timeout_ms": 10_000}
    first, second = Consumer(world, "a", ("t",), fields), Consumer(world, "b", ("t",))
    first.beat()
    second.beat()
    first.beat()
    for _ in range(3):
        world.now_ms += 3_333
        world.beat("a", first.epoch)
        second.beat()
    outcome, late = on_time(world.group, world.moment)
    assert late == {}
    world.now_ms += 1
    outcome, late = on_time(world.group, world.moment)
    world.take(outcome)
    assert late == {"a": Deadline.REBALANCE}
    world.settle(second)
    assert second.owned == parts(t=(0, 1))


def test_a_member_that_gives_up_in_time_stays() -> None:
    world = World(cluster(t=2))
    first, second = Consumer(world, "a", ("t",)), Consumer(world, "b", ("t",))
    first.beat()
    second.beat()
    first.beat()
    assert any(it.kind is Deadline.REBALANCE for it in world.group.timers)
    first.beat()
    assert not any(it.kind is Deadline.REBALANCE for it in world.group.timers)


def test_who_leaves_for_a_while_keeps_what_it_has_but_gives_up_no_more() -> None:
    world = World(cluster(t=2))
    static = Consumer(world, "a", ("t",), {"instance_id": "i"})
    static.beat()
    Consumer(world, "b", ("t",)).beat()
    static.beat()
    before = world.group.members["a"]
    assert before.revoking
    world.leave("a", -2, instance_id="i")
    away = world.group.members["a"]
    assert (away.epoch, dict(away.revoking)) == (-2, {})
    assert dict(away.assigned) == dict.fromkeys(before.assigned, 0)
    assert away.previous_epoch == before.previous_epoch
    kinds = [it.kind for it in world.group.timers if it.member_id == "a"]
    assert kinds == [Deadline.SESSION]
    assert world.replayed() == without_deadlines(world.group)


def test_several_leave_at_once_in_one_epoch() -> None:
    world = World(cluster(t=2, u=1))
    members = [
        Consumer(world, name, ("t",), {"subscribed_topic_regex": pattern})
        for name, pattern in (("a", "u"), ("b", "t"), ("c", "u"))
    ]
    world.settle(*members)
    outcome = fenced(world.group, frozenset("ab"), world.moment)
    assert set(outcome.group.members) == {"c"}
    assert set(outcome.group.patterns) == {"u"}
    assert {it.member_id for it in outcome.group.timers} == {"c"}
    assert outcome.group.epoch == world.group.epoch + 1
    names = [getattr(key, "member_id", None) for key, _ in outcome.records]
    assert names == ["a"] * 3 + ["b"] * 3 + [None] * 2
