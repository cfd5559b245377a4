"""Groups change their protocol while their members go on."""

from __future__ import annotations

from dataclasses import replace
from struct import pack

import pytest
from logion.group.classic.state import ClassicGroup, Member, State
from logion.group.consumer.changes import apply, empty_group
from logion.group.consumer.classic_members import on_join
from logion.group.consumer.embedded import assignment_bytes, by_id
from logion.group.consumer.leaving import fenced
from logion.group.consumer.migration import upgraded
from logion.group.consumer.state import MIGRATIONS, Deadline, Settings, Timer
from logion.protocol.codec import encode
from logion.protocol.embedded import assignment_in
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.consumer_protocol import ConsumerProtocolAssignment
from logion.protocol.messages.group_records import (
    ClassicMemberMetadata,
    ClassicProtocol,
)

from tests.logion.group.consumer.classic import ClassicConsumer, join, metadata
from tests.logion.group.consumer.grouping import (
    GROUP,
    Consumer,
    World,
    cluster,
    parts,
    without_deadlines,
)


def member(name: str, assignment: bytes, **fields: object) -> Member:
    given = Member(
        name,
        None,
        "client",
        "/h",
        10_000,
        30_000,
        (("range", metadata("t", rack="r")), ("sticky", metadata("t"))),
        assignment,
    )
    return replace(given, **fields)  # type: ignore[arg-type]


def classic_group(world: World) -> ClassicGroup:
    said = metadata("t")
    members = {
        "a": member("a", assignment_bytes(parts(t=(0, 1)), world.image, said)),
        "b": member(
            "b", assignment_bytes(parts(t=(2,)), world.image, said), instance_id="i"
        ),
    }
    return ClassicGroup(
        GROUP, State.STABLE, 5, 7, "consumer", "range", "a", members=members
    )


def test_the_members_of_a_classic_group_keep_their_partitions() -> None:
    world = World(cluster(t=3))
    outcome = upgraded(classic_group(world), world.moment)
    group = outcome.group
    assert (group.epoch, group.target_epoch) == (7, 7)
    a, b = group.members.values()
    assert a.assigned == dict.fromkeys(parts(t=(0, 1)), 7)
    assert (a.epoch, a.previous_epoch, a.rack_id) == (7, 7, "r")
    assert (a.rebalance_timeout_ms, a.topic_names) == (30_000, {"t"})
    assert b.assigned.keys() == group.target_of("b") == parts(t=(2,))
    assert group.static_members == {"i": "b"}
    assert group.timers[Timer(Deadline.SESSION, "a")] == world.now_ms + 10_000
    replayed = empty_group(GROUP, world.settings)
    for record in outcome.records:
        replayed = apply(replayed, *record)
    assert replayed == without_deadlines(group)


def test_members_go_on_beside_the_new_one_and_alone_after_it() -> None:
    world = World(cluster(t=3))
    world.take(upgraded(classic_group(world), world.moment))
    a = ClassicConsumer(
        world, "a", generation=7, owned=parts(t=(0, 1)), must_join=False
    )
    b = ClassicConsumer(
        world, "b", ("t",), {"instance_id": "i"}, 7, parts(t=(2,)), must_join=False
    )
    new = Consumer(world, "n", ("t",))
    for _ in range(5):
        new.beat()
        a.turn()
        b.turn()
    assert [len(it.owned) for it in (a, b, new)] == [1, 1, 1]
    outcome = fenced(world.group, frozenset({"n"}), world.moment)
    assert outcome.downgrade is not None
    assert outcome.downgrade.must_rebalance
    classic = outcome.downgrade.group
    assert (classic.generation, classic.protocol) == (world.group.epoch, "range")
    assert (classic.state, classic.protocol_type) == (State.STABLE, "consumer")
    assert (classic.leader, set(classic.members)) == ("a", {"a", "b"})
    assert classic.since_ms == world.moment.time_ms
    one = classic.members["a"]
    found = assignment_in(one.assignment).assigned_partitions
    assert by_id(found, world.image) == a.owned
    assert (one.session_timeout_ms, one.deadline_ms) == (10_000, world.now_ms + 10_000)


def test_a_group_that_begins_its_first_generation_is_taken_as_it_is() -> None:
    world = World(cluster(t=3))
    members = {"a": member("a", b"")}
    classic = ClassicGroup(
        GROUP, State.PREPARING, 5, 0, "consumer", None, "a", members=members
    )
    group = upgraded(classic, world.moment).group
    assert group.members["a"].assigned == {}
    assert group.members["a"].topic_names == {"t"}


CUSTOM = ConsumerProtocolAssignment(assigned_partitions=(), user_data=b"x")
CUSTOM_BYTES = pack(">h", 0) + encode(CUSTOM, 0)


@pytest.mark.parametrize(
    ("settings", "fields", "why"),
    [
        (Settings(migration=MIGRATIONS["downgrade"]), {}, "disabled"),
        (Settings(), {"protocol_type": "connect"}, "embedded protocol"),
        (Settings(size_max=1), {}, "maximum size"),
        (Settings(), {"members": {"a": member("a", b"\0")}}, "malformed"),
        (Settings(), {"members": {"a": member("a", CUSTOM_BYTES)}}, "custom assignor"),
    ],
)
def test_a_group_that_cannot_be_upgraded_stays_as_it_is(
    settings: Settings, fields: dict[str, object], why: str
) -> None:
    world = World(cluster(t=3), settings)
    classic = replace(classic_group(world), **fields)  # type: ignore[arg-type]
    with pytest.raises(ApiError, match=why) as caught:
        upgraded(classic, world.moment)
    assert caught.value.error is Error.GROUP_ID_NOT_FOUND


def test_a_group_whose_shares_are_no_consumers_stays_classic() -> None:
    world = World(cluster(t=3))
    members = {"a": member("a", b"share 0")}
    classic = replace(classic_group(world), members=members)
    with pytest.raises(ApiError, match="malformed") as caught:
        upgraded(classic, world.moment)
    assert caught.value.error is Error.GROUP_ID_NOT_FOUND


@pytest.mark.parametrize(
    "settings",
    [Settings(migration=MIGRATIONS["upgrade"]), Settings(classic_size_max=0)],
)
def test_a_group_that_cannot_be_downgraded_stays_as_it_is(settings: Settings) -> None:
    world = World(cluster(t=3), settings)
    world.settings = Settings()
    new = Consumer(world, "n", ("t",))
    new.beat()
    ClassicConsumer(world, "c").turn()
    world.settings = settings
    outcome = fenced(world.group, frozenset({"n"}), world.moment)
    assert outcome.downgrade is None
    assert set(outcome.group.members) == {"c"}


def test_a_member_whose_metadata_is_no_subscription_is_told_its_work_all_the_same() -> (
    None
):
    world = World(cluster(t=4))
    Consumer(world, "n", ("t",)).beat()
    said = metadata("t")
    for name, protocols in (
        ("a", (("range", said), ("sticky", b""))),
        ("b", (("sticky", said), ("range", said))),
        ("c", (("sticky", said), ("range", said))),
    ):
        request = join(new_member_id=name, protocols=protocols)
        world.take(on_join(world.group, request, world.moment)[0])
    outcome = fenced(world.group, frozenset({"n"}), world.moment)
    assert outcome.downgrade is not None
    classic = outcome.downgrade.group
    assert (classic.protocol, len(classic.members)) == ("sticky", 3)
    work = [it.assignment for it in classic.members.values()]
    assert [int.from_bytes(it[:2]) for it in work] == [0, 3, 3]
    found = [by_id(assignment_in(it).assigned_partitions, world.image) for it in work]
    assert len(frozenset().union(*found)) == 3


def test_classic_members_without_a_common_protocol_stay_in_a_consumer_group() -> None:
    world = World(cluster(t=3))
    Consumer(world, "n", ("t",)).beat()
    for name in ("a", "b"):
        ClassicConsumer(world, name).turn()
    b = world.group.members["b"]
    other = ClassicProtocol(name="other", metadata=metadata("t"))
    said = ClassicMemberMetadata(session_timeout_ms=1, supported_protocols=(other,))
    world.group = replace(
        world.group,
        members={**world.group.members, "b": replace(b, classic=said)},
    )
    outcome = fenced(world.group, frozenset({"n"}), world.moment)
    assert outcome.downgrade is None
    assert set(outcome.group.members) == {"a", "b"}
