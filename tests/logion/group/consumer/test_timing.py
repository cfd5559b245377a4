"""Deadlines of a group."""

from __future__ import annotations

from dataclasses import replace

from logion.group.consumer.state import (
    ConsumerGroup,
    Deadline,
    Member,
    MemberState,
    Timer,
)
from logion.group.consumer.timing import (
    has_deadline,
    late_members,
    next_deadline_ms,
    on_loaded,
    with_deadline,
    with_rebalance,
    with_session,
    without_timers,
)
from logion.protocol.messages.group_records import ClassicMemberMetadata

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


A = Member("a", 5, rebalance_timeout_ms=700)
SAID = ClassicMemberMetadata(session_timeout_ms=900, supported_protocols=())
CLASSIC = replace(A, classic=SAID)
GROUP = ConsumerGroup("g", members={"a": A})
SESSION, REBALANCE = Timer(Deadline.SESSION, "a"), Timer(Deadline.REBALANCE, "a")


def test_a_sign_of_life_begins_the_session_anew() -> None:
    moment = World(cluster()).moment
    group = with_session(GROUP, A, moment)
    assert group.timers == {SESSION: moment.now_ms + 45_000}
    again = with_session(group, CLASSIC, moment)
    assert again.timers == {SESSION: moment.now_ms + 900}, "its own session timeout"


def test_only_who_gives_partitions_up_has_a_deadline_for_it() -> None:
    moment = World(cluster()).moment
    revoking = replace(A, state=MemberState.UNREVOKED_PARTITIONS)
    group = with_rebalance(GROUP, revoking, moment)
    assert group.timers == {REBALANCE: moment.now_ms + 700}
    assert has_deadline(group, Deadline.REBALANCE, "a")
    assert not has_deadline(group, Deadline.SESSION, "a")
    assert with_rebalance(group, A, moment).timers == {}


def test_the_next_deadline_is_the_earliest() -> None:
    group = with_deadline(GROUP, Deadline.SESSION, "a", 9)
    group = with_deadline(group, Deadline.REBALANCE, "a", 8)
    assert next_deadline_ms(group) == 8
    group = with_deadline(group, Deadline.SESSION, "b", 7)
    assert without_timers(group, frozenset({"a"})).timers == {
        Timer(Deadline.SESSION, "b"): 7
    }


def test_a_deadline_has_ended_when_its_time_has_come() -> None:
    group = with_deadline(GROUP, Deadline.SESSION, "a", 9)
    assert late_members(group, 8) == {}
    assert late_members(group, 9) == {"a": Deadline.SESSION}


def test_a_loaded_classic_member_has_its_session_alone() -> None:
    moment = World(cluster()).moment
    revoking = replace(CLASSIC, state=MemberState.UNREVOKED_PARTITIONS)
    loaded = on_loaded(replace(GROUP, members={"a": revoking}), moment)
    assert loaded.timers == {SESSION: moment.now_ms + 45_000}
