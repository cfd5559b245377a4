"""Groups change their protocol while their members go on."""

from __future__ import annotations

from dataclasses import replace
from struct import pack

import pytest
from logion.group.classic.state import ClassicGroup, Member, State
from logion.group.consumer.changes import Draft, apply, empty_group, tombstones
from logion.group.consumer.classic_members import on_join
from logion.group.consumer.embedded import assignment_bytes, by_id
from logion.group.consumer.leaving import fenced
from logion.group.consumer.migration import downgraded, may_downgrade, upgraded
from logion.group.consumer.state import (
    MIGRATIONS,
    Deadline,
    Downgrade,
    Outcome,
    Settings,
    Timer,
)
from logion.group.consumer.state import Member as ConsumerMember
from logion.group.consumer.subscriptions import update_metadata
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


SAID = (("range", metadata("t", rack="r")), ("sticky", metadata("u")))
"""Protocols of a member that wants another topic in each."""


def test_a_classic_member_is_known_by_all_that_it_has_said() -> None:
    world = World(cluster(t=3))
    work = assignment_bytes(parts(t=(1,)), world.image, SAID[0][1])
    classic = replace(
        classic_group(world), members={"a": member("a", work, protocols=SAID)}
    )
    group = upgraded(classic, world.moment).group
    assert group.members["a"] == ConsumerMember(
        "a",
        epoch=7,
        previous_epoch=7,
        rack_id="r",
        rebalance_timeout_ms=30_000,
        client_id="client",
        client_host="/h",
        topic_names=frozenset({"t"}),
        assigned=dict.fromkeys(parts(t=(1,)), 7),
        classic=ClassicMemberMetadata(
            session_timeout_ms=10_000,
            supported_protocols=tuple(
                ClassicProtocol(name=name, metadata=said) for name, said in SAID
            ),
        ),
    )


@pytest.mark.parametrize(
    ("protocol", "topic"),
    [("range", "t"), ("sticky", "u"), ("other", "t"), (None, "t")],
)
def test_what_a_classic_member_wants_is_what_it_says_in_the_protocol_of_its_group(
    protocol: str | None, topic: str
) -> None:
    world = World(cluster(t=3, u=1))
    members = {"a": member("a", b"", protocols=SAID)}
    classic = replace(classic_group(world), members=members, protocol=protocol)
    assert upgraded(classic, world.moment).group.members["a"].topic_names == {topic}


def test_a_group_as_large_as_may_be_is_upgraded() -> None:
    world = World(cluster(t=3), Settings(size_max=2))
    assert len(upgraded(classic_group(world), world.moment).group.members) == 2


def test_a_group_is_upgraded_with_its_topics_as_they_are() -> None:
    for settings in (Settings(), Settings(has_metadata_hash=False)):
        world = World(cluster(t=3), settings)
        world.take(upgraded(classic_group(world), world.moment))
        epoch = world.group.epoch
        draft = Draft(world.group, settings)
        update_metadata(draft, world.moment, has_changed=False)
        assert draft.group.epoch == epoch, "nothing has changed since"


def test_a_group_that_becomes_classic_tells_of_its_members_what_it_knew() -> None:
    world = World(cluster(t=3))
    before = classic_group(world)
    world.take(upgraded(before, world.moment))
    outcome = downgraded(world.group, frozenset(), world.moment)
    deadline_ms = world.now_ms + 10_000
    members = {
        name: replace(it, deadline_ms=deadline_ms)
        for name, it in before.members.items()
    }
    expected = replace(before, since_ms=world.moment.time_ms, members=members)
    assert outcome == Outcome(
        world.group, tombstones(world.group), Downgrade(expected, must_rebalance=True)
    )


@pytest.mark.parametrize(
    ("leaving", "settings", "is_classic_then"),
    [
        ("n", Settings(classic_size_max=2), True),
        ("n", Settings(classic_size_max=1), False),
        ("na", Settings(classic_size_max=1), True),
        ("a", Settings(), False),
        ("nab", Settings(), False),
        ("n", Settings(migration=MIGRATIONS["upgrade"]), False),
        ("n", Settings(migration=MIGRATIONS["downgrade"]), True),
    ],
)
def test_a_group_becomes_classic_if_only_classic_members_stay_and_it_may(
    leaving: str, settings: Settings, is_classic_then: bool
) -> None:
    world = World(cluster(t=3))
    world.take(upgraded(classic_group(world), world.moment))
    Consumer(world, "n", ("t",)).beat()
    assert may_downgrade(world.group, frozenset(leaving), settings) is is_classic_then


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
MALFORMED = "1 bytes do not begin with a version >= 0"
CUSTOM_ASSIGNOR = (
    "an unsupported custom assignor is in use. Please refer to the documentation or"
    " switch to a default assignor before re-attempting the upgrade"
)


@pytest.mark.parametrize(
    ("settings", "fields", "why"),
    [
        (Settings(migration=MIGRATIONS["downgrade"]), {}, "online upgrade is disabled"),
        (
            Settings(),
            {"protocol_type": "connect"},
            "it does not use the consumer embedded protocol",
        ),
        (
            Settings(size_max=1),
            {},
            "its size exceeds the consumer group maximum size",
        ),
        (
            Settings(),
            {"members": {"a": member("a", b"\0")}},
            f"the embedded consumer protocol is malformed: {MALFORMED}",
        ),
        (Settings(), {"members": {"a": member("a", CUSTOM_BYTES)}}, CUSTOM_ASSIGNOR),
    ],
)
def test_a_group_that_cannot_be_upgraded_stays_as_it_is(
    settings: Settings, fields: dict[str, object], why: str
) -> None:
    world = World(cluster(t=3), settings)
    classic = replace(classic_group(world), **fields)  # type: ignore[arg-type]
    with pytest.raises(ApiError) as caught:
        upgraded(classic, world.moment)
    assert caught.value.error is Error.GROUP_ID_NOT_FOUND
    assert caught.value.message == (
        f"Cannot upgrade classic group g to consumer group because {why}."
    )


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
