"""Classic members of a consumer group."""

from __future__ import annotations

import pytest
from logion.group.classic.steps import Join, Leaver, Sender, Sync
from logion.group.consumer.classic_members import (
    on_classic_heartbeat,
    on_classic_leave,
    on_join,
    on_sync,
)
from logion.group.consumer.leaving import on_time
from logion.group.consumer.state import MIGRATIONS, Deadline, Outcome, Settings
from logion.protocol.errors import Error

from tests.logion.group.consumer.classic import (
    ClassicConsumer,
    error_of,
    join,
    metadata,
)
from tests.logion.group.consumer.grouping import (
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


def test_a_static_member_that_brings_an_id_must_have_it() -> None:
    world = World(cluster(t=2))
    Consumer(world, "n", ("t",), {"instance_id": "i"}).beat()
    found = error_of(on_join, world.group, join("x", instance_id="i"), world.moment)
    assert found is Error.FENCED_INSTANCE_ID
    found = error_of(on_join, world.group, join("x", instance_id="j"), world.moment)
    assert found is Error.UNKNOWN_MEMBER_ID


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
    assert outcome.downgrade.must_rebalance is not is_same
    classic = outcome.downgrade.group
    assert (set(classic.members), classic.leader) == ({"new"}, "new")
    assert answer.generation == (classic.generation if is_same else 0)
    world.settings = Settings(migration=MIGRATIONS["upgrade"])
    outcome, _ = on_join(world.group, request, world.moment)
    assert outcome.downgrade is None
