"""Classic members of a consumer group."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from logion.group.classic.steps import (
    Join,
    JoinAnswer,
    Leaver,
    Sender,
    Sync,
    SyncAnswer,
)
from logion.group.consumer.changes import apply, tombstones
from logion.group.consumer.classic_members import (
    on_classic_heartbeat,
    on_classic_leave,
    on_join,
    on_sync,
)
from logion.group.consumer.embedded import by_id
from logion.group.consumer.leaving import fenced, on_time
from logion.group.consumer.state import (
    MIGRATIONS,
    ConsumerGroup,
    Deadline,
    MemberState,
    Moment,
    Outcome,
    Settings,
)
from logion.protocol.embedded import assignment_in
from logion.protocol.errors import ApiError, Error

from tests.logion.group.consumer.classic import (
    ClassicConsumer,
    error_of,
    join,
    metadata,
)
from tests.logion.group.consumer.grouping import (
    GROUP,
    Consumer,
    World,
    cluster,
    parts,
    without_deadlines,
)


def mixed_group(partitions: int = 4) -> tuple[World, Consumer, ClassicConsumer]:
    """Return a group with a new and a classic member that have settled."""
    world = World(cluster(t=partitions))
    new, classic = Consumer(world, "n", ("t",)), ClassicConsumer(world, "c")
    new.beat()
    for _ in range(4):
        classic.turn()
        new.beat()
    return world, new, classic


def test_both_protocols_share_the_work() -> None:
    world, new, classic = mixed_group()
    assert (len(new.owned), len(classic.owned)) == (2, 2)
    assert new.owned | classic.owned == parts(t=(0, 1, 2, 3))
    assert new.epoch == classic.generation
    assert classic.heartbeat() is Error.NONE
    assert without_deadlines(world.group) == world.replayed()


def test_a_classic_member_is_told_its_protocol_and_is_no_leader() -> None:
    world = World(cluster(t=1))
    Consumer(world, "n", ("t",)).beat()
    answer = ClassicConsumer(world, "c").join()
    assert (answer.protocol_type, answer.protocol) == ("consumer", "range")
    assert (answer.leader, answer.members, answer.member_id) == ("", (), "c")


PROTOCOLS = (("range", metadata("t", rack="r")), ("sticky", metadata("u")))
"""Of two protocols the first is the one that counts."""


def test_a_classic_member_is_known_by_all_that_it_says() -> None:
    world = World(cluster(t=1, u=1))
    Consumer(world, "n", ("t",)).beat()
    request = join("c", client_id="x", client_host="/y", protocols=PROTOCOLS)
    outcome, answer = on_join(world.group, request, world.moment)
    member = outcome.group.members["c"]
    assert answer == JoinAnswer(
        Error.NONE, "c", member.epoch, "consumer", "range", leader=""
    )
    assert (member.member_id, member.instance_id, member.rack_id) == ("c", None, "r")
    assert (member.client_id, member.client_host) == ("x", "/y")
    assert member.rebalance_timeout_ms == 30_000
    assert (member.topic_names, member.topic_pattern) == ({"t"}, "")
    assert member.classic is not None
    assert member.classic.session_timeout_ms == 10_000
    said = [(it.name, it.metadata) for it in member.classic.supported_protocols]
    assert said == list(PROTOCOLS)


def test_a_classic_member_that_joins_again_keeps_what_it_leaves_out() -> None:
    world = World(cluster(t=1))
    Consumer(world, "n", ("t",)).beat()
    first = join("", instance_id="i", protocols=PROTOCOLS)
    world.take(on_join(world.group, first, world.moment)[0])
    again = join("new", instance_id="i", rebalance_timeout_ms=-1)
    world.take(on_join(world.group, again, world.moment)[0])
    member = world.group.members["new"]
    assert (member.rack_id, member.instance_id) == ("r", "i")
    assert member.rebalance_timeout_ms == 30_000


def test_a_classic_member_that_takes_a_place_takes_no_pattern_with_it() -> None:
    world = World(cluster(t=1, u=1))
    fields = {"instance_id": "i", "subscribed_topic_regex": "u"}
    Consumer(world, "n", (), fields).beat()
    Consumer(world, "o", ("t",)).beat()
    outcome, _ = on_join(world.group, join(instance_id="i"), world.moment)
    member = outcome.group.members["new"]
    assert (member.topic_names, member.topic_pattern) == ({"t"}, "")


def deadlines(group: ConsumerGroup, member_id: str) -> dict[Deadline, int]:
    """Return the deadlines of a member."""
    return {it.kind: at for it, at in group.timers.items() if it.member_id == member_id}


def test_a_classic_member_has_time_to_sync_and_then_time_to_join_again() -> None:
    world = World(cluster(t=4))
    new, classic = Consumer(world, "n", ("t",)), ClassicConsumer(world, "c")
    new.beat()
    classic.join()
    at_ms = world.now_ms
    silent = {Deadline.SESSION: at_ms + 10_000}
    assert deadlines(world.group, "c") == {**silent, Deadline.SYNC: at_ms + 30_000}
    world.now_ms = at_ms = at_ms + 5
    classic.sync()
    assert deadlines(world.group, "c") == {Deadline.SESSION: at_ms + 10_000}
    world.image = cluster(t=6)
    new.beat()
    for _ in range(2):
        world.now_ms += 7
        assert classic.heartbeat() is Error.REBALANCE_IN_PROGRESS
        assert deadlines(world.group, "c") == {
            Deadline.SESSION: world.now_ms + 10_000,
            Deadline.JOIN: at_ms + 7 + 30_000,
        }
    classic.join()
    assert deadlines(world.group, "c").keys() == {Deadline.SESSION, Deadline.SYNC}


def test_who_syncs_too_late_has_time_to_join_again() -> None:
    world, new, classic = mixed_group()
    world.image = cluster(t=6)
    new.beat()
    world.now_ms += 7
    before = deadlines(world.group, "c")
    assert classic.sync().error is Error.REBALANCE_IN_PROGRESS
    joins = {Deadline.JOIN: world.now_ms + 30_000}
    assert deadlines(world.group, "c") == {**before, **joins}


def test_a_classic_member_is_told_its_partitions_while_it_must_give_some_up() -> None:
    world, _, classic = mixed_group()
    for name in "xy":
        Consumer(world, name, ("t",)).beat()
    had = classic.owned
    classic.join()
    assert world.group.members["c"].state is MemberState.UNREVOKED_PARTITIONS
    assert world.group.target_epoch > classic.generation
    assert classic.sync().error is Error.NONE
    assert classic.owned < had
    assert classic.heartbeat() is Error.REBALANCE_IN_PROGRESS


@pytest.mark.parametrize("said", [("consumer", "range"), (None, None)])
def test_the_answer_to_a_sync_names_what_the_request_did(said: Any) -> None:
    world, _, classic = mixed_group()
    sync = Sync("c", None, classic.generation, {}, *said)
    _, answer = on_sync(world.group, sync, world.moment)
    found = by_id(assignment_in(answer.assignment).assigned_partitions, world.image)
    assert found == classic.owned
    assert answer == SyncAnswer(Error.NONE, answer.assignment, *said)


def test_a_classic_member_without_an_id_is_given_one_to_join_with() -> None:
    world = World(cluster(t=1))
    Consumer(world, "n", ("t",)).beat()
    outcome, answer = on_join(world.group, join(must_have_id=True), world.moment)
    assert (outcome, answer.error) == (Outcome(world.group), Error.MEMBER_ID_REQUIRED)
    assert answer.member_id == "new"
    outcome, answer = on_join(world.group, join(), world.moment)
    assert (answer.error, answer.member_id) == (Error.NONE, "new")
    assert "new" in outcome.group.members


def test_a_classic_member_is_asked_to_join_when_the_work_changes() -> None:
    world, new, classic = mixed_group()
    world.image = cluster(t=6)
    new.beat()
    assert classic.heartbeat() is Error.REBALANCE_IN_PROGRESS
    assert classic.sync().error is Error.REBALANCE_IN_PROGRESS
    classic.turn()
    new.beat()
    classic.turn()
    assert new.owned | classic.owned == parts(t=(0, 1, 2, 3, 4, 5))


def test_a_classic_member_joins_again_to_say_that_it_gave_partitions_up() -> None:
    world, new, classic = mixed_group()
    third = Consumer(world, "x", ("t",))
    third.beat()
    assert classic.heartbeat() is Error.REBALANCE_IN_PROGRESS
    classic.join()
    classic.sync()
    for _ in range(3):
        third.beat()
        classic.turn()
        new.beat()
    assert new.owned | classic.owned | third.owned == parts(t=(0, 1, 2, 3))
    assert third.owned


def test_a_classic_member_joins_again_once_what_it_shall_have_is_free() -> None:
    world = World(cluster(t=2))
    new, classic = Consumer(world, "n", ("t",)), ClassicConsumer(world, "c")
    new.beat()
    classic.turn()
    assert classic.owned == frozenset()
    assert classic.heartbeat() is Error.NONE
    new.beat()
    new.beat()
    assert classic.heartbeat() is Error.REBALANCE_IN_PROGRESS
    classic.turn()
    assert len(classic.owned) == 1


@pytest.mark.parametrize(
    ("missed", "seconds"), [(Deadline.SESSION, 10), (Deadline.JOIN, 30)]
)
def test_a_classic_member_that_is_late_is_removed(
    missed: Deadline, seconds: int
) -> None:
    world, new, classic = mixed_group()
    world.image = cluster(t=6)
    new.beat()
    for _ in range(seconds):
        if missed is Deadline.JOIN:
            classic.heartbeat()
        world.now_ms += 1_000
    _, late = on_time(world.group, world.moment)
    assert late == {"c": missed}


def test_a_classic_member_that_does_not_sync_is_removed() -> None:
    world = World(cluster(t=2))
    new, classic = Consumer(world, "n", ("t",)), ClassicConsumer(world, "c")
    new.beat()
    classic.join()
    for _ in range(30):
        classic.heartbeat()
        world.now_ms += 1_000
    _, late = on_time(world.group, world.moment)
    assert late == {"c": Deadline.SYNC}


def test_requests_of_a_classic_member_must_be_its_own_and_up_to_date() -> None:
    world, _, classic = mixed_group()
    generation = classic.generation
    for sender, error in (
        (Sender("x", generation), Error.UNKNOWN_MEMBER_ID),
        (Sender("n", generation), Error.UNKNOWN_MEMBER_ID),
        (Sender("c", generation - 1), Error.ILLEGAL_GENERATION),
        (Sender("c", generation, "i"), Error.UNKNOWN_MEMBER_ID),
    ):
        found = error_of(on_classic_heartbeat, world.group, sender, world.moment)
        assert found is error
        sync = Sync(sender.member_id, sender.instance_id, sender.generation, {})
        assert error_of(on_sync, world.group, sync, world.moment) is error
    for kind, protocol in (("connect", "range"), ("consumer", "sticky")):
        sync = Sync("c", None, generation, {}, kind, protocol)
        found = error_of(on_sync, world.group, sync, world.moment)
        assert found is Error.INCONSISTENT_GROUP_PROTOCOL


def refusal(call: Any, *arguments: Any) -> str | None:
    """Return what a rule that raises says."""
    with pytest.raises(ApiError) as caught:
        call(*arguments)
    return caught.value.message


OTHER_EPOCH = (
    "The request generation id {} is not equal to the member epoch {} of member c."
)
NOT_THE_GROUPS = "{} where the group's own was expected."
NO_SUBSCRIPTION = (
    "metadata that is no subscription (1 bytes do not begin with a version >= 0)"
)


def test_whose_generation_or_protocol_is_refused_is_told_why() -> None:
    world, _, classic = mixed_group()
    epoch = classic.generation
    old = OTHER_EPOCH.format(epoch - 1, epoch)
    for sender, text in (
        (Sender("n", epoch), "Member n does not use the classic protocol."),
        (Sender("c", epoch - 1), old),
    ):
        told = refusal(on_classic_heartbeat, world.group, sender, world.moment)
        assert told == text
    for kind, protocol, what in (
        ("connect", "range", "protocol type connect"),
        ("consumer", "sticky", "protocol sticky"),
    ):
        sync = Sync("c", None, epoch, {}, kind, protocol)
        told = refusal(on_sync, world.group, sync, world.moment)
        assert told == NOT_THE_GROUPS.format(what)


def test_whose_join_is_refused_is_told_why() -> None:
    world, _, _ = mixed_group()
    odd = (("range", b"\xff"),)
    for request, text in (
        (join("x", protocol_type="kind"), "Member x's protocols are not supported."),
        (join(protocol_type="kind"), "Member new's protocols are not supported."),
        (join(protocols=odd), NOT_THE_GROUPS.format(NO_SUBSCRIPTION)),
    ):
        assert refusal(on_join, world.group, request, world.moment) == text


@pytest.mark.parametrize(
    "request_",
    [
        join(protocol_type="connect"),
        join(protocols=(("sticky", metadata("t")),)),
        join(protocols=(("range", b"\xff"),)),
        join(protocols=(("range", b"\xff\xff"),)),
        join(protocols=()),
    ],
)
def test_a_classic_member_must_have_protocols_of_the_others(request_: Join) -> None:
    world, _, _ = mixed_group()
    found = error_of(on_join, world.group, request_, world.moment)
    assert found is Error.INCONSISTENT_GROUP_PROTOCOL


def test_a_classic_member_too_many_is_refused() -> None:
    world, _, _ = mixed_group()
    world.settings = Settings(size_max=2)
    found = error_of(on_join, world.group, join(), world.moment)
    assert found is Error.GROUP_MAX_SIZE_REACHED
    assert error_of(on_join, world.group, join("c"), world.moment) is Error.NONE


def test_a_classic_member_that_wants_less_gives_it_up_before_a_new_target() -> None:
    world = World(cluster(t=1, u=1), Settings(assignment_interval_ms=1_000))
    Consumer(world, "n").beat()
    world.now_ms += 1_000
    classic = ClassicConsumer(world, "c", ("t", "u"))
    classic.turn()
    assert classic.owned == parts(t=(0,), u=(0,))
    target_epoch = world.group.target_epoch
    classic.topics = ("t",)
    classic.join()
    assert world.group.target_epoch == target_epoch
    assert world.group.members["c"].revoking.keys() == parts(u=(0,))


def test_members_of_both_protocols_leave_by_leave_group() -> None:
    world = World(cluster(t=2))
    new = Consumer(world, "n", ("t",), {"instance_id": "i"})
    other, classic = Consumer(world, "o", ("t",)), ClassicConsumer(world, "c")
    new.beat()
    other.beat()
    classic.turn()
    leavers = (Leaver("", "i"), Leaver("c"), Leaver("x"), Leaver("", "j"))
    outcome, errors = on_classic_leave(world.group, leavers, world.moment)
    assert errors == (
        Error.NONE,
        Error.NONE,
        Error.UNKNOWN_MEMBER_ID,
        Error.UNKNOWN_MEMBER_ID,
    )
    assert set(outcome.group.members) == {"o"}
    leavers = (Leaver("x", "i"),)
    outcome, errors = on_classic_leave(world.group, leavers, world.moment)
    assert (outcome, errors) == (Outcome(world.group), (Error.FENCED_INSTANCE_ID,))


def test_a_static_member_changes_to_the_classic_protocol_at_once() -> None:
    world = World(cluster(t=2))
    new = Consumer(world, "n", ("t",), {"instance_id": "i"})
    other = Consumer(world, "o", ("t",))
    world.settle(new, other)
    had = new.owned
    classic = ClassicConsumer(world, "", fields={"instance_id": "i"})
    answer = classic.join()
    classic.id = answer.member_id
    classic.sync()
    assert classic.owned == had
    assert set(world.group.members) == {"o", "new"}


def test_a_static_member_changes_to_the_new_protocol_at_once() -> None:
    world = World(cluster(t=2))
    Consumer(world, "o", ("t",)).beat()
    ClassicConsumer(world, "", fields={"instance_id": "i"}).join()
    Consumer(world, "n", ("t",), {"instance_id": "i"}).beat()
    assert set(world.group.members) == {"o", "n"}
    assert world.group.members["n"].classic is None


def test_a_static_member_that_brings_an_id_must_have_it() -> None:
    world = World(cluster(t=2))
    Consumer(world, "n", ("t",), {"instance_id": "i"}).beat()
    found = error_of(on_join, world.group, join("x", instance_id="i"), world.moment)
    assert found is Error.FENCED_INSTANCE_ID
    found = error_of(on_join, world.group, join("x", instance_id="j"), world.moment)
    assert found is Error.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize(
    ("size_max", "others", "is_classic_then"),
    [(2, ("c",), True), (1, ("c",), False), (9, ("c", "o"), False)],
)
def test_a_group_with_other_new_members_or_too_many_does_not_become_classic(
    size_max: int, others: tuple[str, ...], is_classic_then: bool
) -> None:
    world = World(cluster(t=2))
    Consumer(world, "n", ("t",), {"instance_id": "i"}).beat()
    if "o" in others:
        Consumer(world, "o", ("t",)).beat()
    ClassicConsumer(world, "c").join()
    world.settings = Settings(classic_size_max=size_max)
    outcome, _ = on_join(world.group, join(instance_id="i"), world.moment)
    assert (outcome.downgrade is not None) is is_classic_then
    assert set(outcome.group.members) == {"new", *others}


def test_a_classic_member_that_replaces_another_leaves_the_group_as_it_is() -> None:
    world = World(cluster(t=2))
    Consumer(world, "n", ("t",)).beat()
    ClassicConsumer(world, "", fields={"instance_id": "i"}).join()
    world.take(fenced(world.group, frozenset("n"), no_way_back(world)))
    request = join(instance_id="i", new_member_id="newer")
    outcome, _ = on_join(world.group, request, world.moment)
    assert (outcome.downgrade, set(outcome.group.members)) == (None, {"newer"})


def no_way_back(world: World) -> Moment:
    """Return the present where groups stay consumer groups."""
    return replace(world.moment, settings=Settings(migration=MIGRATIONS["upgrade"]))


@pytest.mark.parametrize("is_same", [True, False])
def test_the_last_new_member_that_is_replaced_makes_the_group_classic(
    is_same: bool,
) -> None:
    world = World(cluster(t=2))
    new = Consumer(world, "n", ("t",), {"instance_id": "i"})
    new.beat()
    topics = ("t",) if is_same else ("t", "u")
    request = join(instance_id="i", protocols=(("range", metadata(*topics)),))
    outcome, answer = on_join(world.group, request, world.moment)
    assert outcome.downgrade is not None
    assert outcome.downgrade.must_rebalance is (not is_same)
    group = world.group
    for key, value in outcome.records:
        group = apply(group, key, value)
    assert group == ConsumerGroup(GROUP), "the consumer group is gone"
    assert len(outcome.records) > len(tombstones(outcome.group))
    classic = outcome.downgrade.group
    assert (set(classic.members), classic.leader) == ({"new"}, "new")
    assert answer.generation == (classic.generation if is_same else 0)
    world.settings = Settings(migration=MIGRATIONS["upgrade"])
    outcome, _ = on_join(world.group, request, world.moment)
    assert outcome.downgrade is None
