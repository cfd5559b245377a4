"""Records of a consumer group: on the wire and back, and what each one does."""

from __future__ import annotations

from typing import Any

from logion.group.consumer.changes import (
    apply,
    empty_group,
    is_last,
    restored,
    tombstones,
)
from logion.group.consumer.state import MemberState, Settings
from logion.protocol.codec import decode_exactly, encode
from logion.protocol.messages import group_records as wire
from logion.protocol.schema import schema_of

from tests.logion.group.consumer.grouping import (
    GROUP,
    Consumer,
    World,
    cluster,
    parts,
    topic_id,
    without_deadlines,
)


def over_the_wire(message: Any) -> Any:
    if message is None:
        return None
    version = schema_of(type(message)).versions[-1]
    return decode_exactly(type(message), version, encode(message, version))


def busy_world(settings: Settings) -> World:
    """Return a group that has written records of every kind."""
    world = World(cluster(t=3, u=2), settings)
    members = [
        Consumer(world, "a", ("t",), {"instance_id": "i"}),
        Consumer(world, "b", fields={"subscribed_topic_regex": "[tu]"}),
        Consumer(world, "c", ("u",)),
    ]
    world.settle(*members)
    world.leave("c")
    members[0].beat()
    return world


def test_what_is_written_is_what_is_read_again() -> None:
    for settings in (Settings(), Settings(has_assignment_epochs=False)):
        world = busy_world(settings)
        world.records = [tuple(map(over_the_wire, it)) for it in world.records]  # type: ignore[misc]
        assert world.replayed() == without_deadlines(world.group)


def test_a_group_restored_from_its_value_is_the_same() -> None:
    world = busy_world(Settings(has_metadata_hash=False))
    outcome = restored(world.group, world.settings)
    patterns = world.group.patterns
    assert outcome.group.members == world.group.members
    assert outcome.group.targets == world.group.targets
    assert (outcome.group.topics_seen, patterns) != (None, {})


def test_tombstones_leave_nothing() -> None:
    world = busy_world(Settings())
    records = tombstones(world.group)
    group = world.group
    for key, value in records:
        group = apply(group, key, value)
    assert without_deadlines(group).members == {}
    assert (group.targets, group.patterns, group.topics_seen) == ({}, {}, None)
    assert [is_last(*it) for it in records] == [False] * (len(records) - 1) + [True]


def current(**fields: Any) -> wire.ConsumerGroupCurrentMemberAssignmentValue:
    given = {
        "member_epoch": 4,
        "previous_member_epoch": 3,
        "state": 0,
        "assigned_partitions": (),
        "partitions_pending_revocation": (),
    }
    return wire.ConsumerGroupCurrentMemberAssignmentValue(**{**given, **fields})


def test_records_of_a_member_may_come_in_any_order() -> None:
    key = wire.ConsumerGroupCurrentMemberAssignmentKey(group_id=GROUP, member_id="m")
    group = empty_group(GROUP, Settings())
    assert apply(group, key, None) == group
    group = apply(group, key, current(state=77))
    assert group.members["m"].state is MemberState.UNKNOWN
    assert group.members["m"].epoch == 4
    away = apply(group, key, None)
    assert away.members["m"].epoch == -1
    key_of_target = wire.ConsumerGroupTargetAssignmentMetadataKey(group_id=GROUP)
    assert apply(group, key_of_target, None).target_epoch == -1


def test_a_partition_without_an_epoch_counts_from_the_members_own() -> None:
    key = wire.ConsumerGroupCurrentMemberAssignmentKey(group_id=GROUP, member_id="m")
    (zero,) = parts(t=(0,))
    for epoch, told, expected in (
        (4, None, 4),
        (-2, None, 0),
        (4, (1, 2), 4),
        (4, (1,), 1),
    ):
        topic = wire.TopicPartitions(
            topic_id=topic_id("t"), partitions=(0,), assignment_epochs=told
        )
        value = current(member_epoch=epoch, assigned_partitions=(topic,))
        group = apply(empty_group(GROUP, Settings()), key, value)
        assert group.members["m"].assigned == {zero: expected}


def test_a_pattern_of_null_is_none() -> None:
    key = wire.ConsumerGroupMemberMetadataKey(group_id=GROUP, member_id="m")
    value = wire.ConsumerGroupMemberMetadataValue(
        instance_id=None,
        rack_id=None,
        client_id="c",
        client_host="h",
        subscribed_topic_names=("t",),
        subscribed_topic_regex=None,
        server_assignor=None,
        classic_member_metadata=None,
    )
    group = apply(empty_group(GROUP, Settings()), key, value)
    assert group.members["m"].topic_pattern == ""
    gone = apply(group, key, None)
    assert gone.members == {}
