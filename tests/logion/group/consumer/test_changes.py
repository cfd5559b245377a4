"""Records of a consumer group: on the wire and back, and what each one does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from logion.group.consumer.changes import (
    Draft,
    apply,
    empty_group,
    is_last,
    restored,
    tombstones,
)
from logion.group.consumer.state import (
    ConsumerGroup,
    Member,
    MemberState,
    ResolvedPattern,
    Settings,
)
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


def of_group(kind: type, **fields: str) -> Any:
    """Return the key of a record of the group."""
    return kind(group_id=GROUP, **fields)


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


@pytest.mark.parametrize("first_epoch", [0, 1])
def test_a_group_without_records_has_the_target_of_its_first_epoch(
    first_epoch: int,
) -> None:
    group = empty_group(GROUP, Settings(first_epoch=first_epoch))
    expected = ConsumerGroup(GROUP, epoch=first_epoch, target_epoch=first_epoch)
    assert group == expected


def described(instance_id: str | None) -> wire.ConsumerGroupMemberMetadataValue:
    return wire.ConsumerGroupMemberMetadataValue(
        instance_id=instance_id,
        rack_id=None,
        client_id="c",
        client_host="h",
        subscribed_topic_names=("t",),
        subscribed_topic_regex=None,
        server_assignor=None,
        classic_member_metadata=None,
    )


def test_a_place_is_the_last_members_that_took_it() -> None:
    group = empty_group(GROUP, Settings())
    a, b = (of_group(wire.ConsumerGroupMemberMetadataKey, member_id=it) for it in "ab")
    group = apply(group, a, described("i"))
    assert group.static_members == {"i": "a"}
    taken = apply(group, b, described("i"))
    assert taken.static_members == {"i": "b"}
    assert apply(taken, a, None).static_members == {"i": "b"}
    assert apply(group, a, described("j")).static_members == {"j": "a"}
    assert apply(group, a, described(None)).static_members == {}
    assert apply(group, a, None).static_members == {}


def test_what_is_written_is_what_is_read_again() -> None:
    for settings in (Settings(), Settings(has_assignment_epochs=False)):
        world = busy_world(settings)
        world.records = [tuple(map(over_the_wire, it)) for it in world.records]  # type: ignore[misc]
        assert world.replayed() == without_deadlines(world.group)


@pytest.mark.parametrize(
    "settings",
    [Settings(), Settings(has_metadata_hash=False), Settings(first_epoch=0)],
)
def test_a_group_restored_from_its_value_is_the_same_but_for_patterns(
    settings: Settings,
) -> None:
    group = without_deadlines(busy_world(settings).group)
    outcome = restored(group, settings)
    assert outcome.group == replace(group, patterns={})
    replayed = empty_group(GROUP, settings)
    for key, value in outcome.records:
        replayed = apply(replayed, key, value)
    assert replayed == outcome.group
    assert group.patterns, "nothing would be left out"


def test_a_group_is_restored_with_what_records_of_its_release_can_say() -> None:
    group = busy_world(Settings()).group
    old = restored(group, Settings(has_assignment_epochs=False)).group
    assert (group.target_at_ms > 0, old.target_at_ms) == (True, 0)


def test_tombstones_leave_nothing() -> None:
    world = busy_world(Settings())
    records = tombstones(world.group)
    group = world.group
    for key, value in records:
        group = apply(group, key, value)
    assert group == ConsumerGroup(GROUP)
    assert [is_last(*it) for it in records] == [False] * (len(records) - 1) + [True]


def test_there_is_a_tombstone_for_each_record_in_the_order_of_kafkas() -> None:
    members = {it: Member(it) for it in ("a", "b")}
    patterns = {it: ResolvedPattern(frozenset()) for it in ("p", "q")}
    group = ConsumerGroup(GROUP, members=members, patterns=patterns)
    expected = [
        *(
            of_group(wire.ConsumerGroupCurrentMemberAssignmentKey, member_id=it)
            for it in "ab"
        ),
        *(
            of_group(wire.ConsumerGroupTargetAssignmentMemberKey, member_id=it)
            for it in "ab"
        ),
        of_group(wire.ConsumerGroupTargetAssignmentMetadataKey),
        *(of_group(wire.ConsumerGroupMemberMetadataKey, member_id=it) for it in "ab"),
        *(
            of_group(wire.ConsumerGroupRegularExpressionKey, regular_expression=it)
            for it in "pq"
        ),
        of_group(wire.ConsumerGroupPartitionMetadataKey),
        of_group(wire.ConsumerGroupMetadataKey),
    ]
    assert tombstones(group) == tuple((key, None) for key in expected)


def test_tombstones_in_any_order_take_away_what_is_theirs() -> None:
    group = busy_world(Settings(has_metadata_hash=False)).group
    name = "a"
    key = wire.ConsumerGroupTargetAssignmentMetadataKey(group_id=GROUP)
    gone = apply(group, key, None)
    assert (gone.target_epoch, gone.target_at_ms) == (-1, 0)
    key_of_target = of_group(
        wire.ConsumerGroupTargetAssignmentMemberKey, member_id=name
    )
    assert name not in apply(group, key_of_target, None).targets
    key_of_topics = wire.ConsumerGroupPartitionMetadataKey(group_id=GROUP)
    assert apply(group, key_of_topics, None).topics_seen is None
    key_of_member = of_group(wire.ConsumerGroupMemberMetadataKey, member_id=name)
    gone = apply(group, key_of_member, None)
    assert (name in gone.members, gone.static_members) == (False, {})


T0, T1 = sorted(parts(t=(0, 1)))
(U0,) = parts(u=(0,))


def only_record(draft: Draft) -> tuple[Any, Any]:
    (record,) = draft.outcome().records
    return record


@pytest.mark.parametrize("is_told", [True, False])
def test_what_a_member_has_is_written_with_epochs_where_the_release_knows_them(
    is_told: bool,
) -> None:
    settings = Settings(has_assignment_epochs=is_told)
    draft = Draft(empty_group(GROUP, settings), settings)
    draft.write_current(
        Member(
            "m",
            epoch=4,
            previous_epoch=3,
            state=MemberState.UNREVOKED_PARTITIONS,
            assigned={T1: 4, T0: 2},
            revoking={U0: 3},
        )
    )
    key, value = only_record(draft)
    assert key == of_group(wire.ConsumerGroupCurrentMemberAssignmentKey, member_id="m")
    assert value == current(
        state=1,
        assigned_partitions=(
            wire.TopicPartitions(
                topic_id=topic_id("t"),
                partitions=(0, 1),
                assignment_epochs=(2, 4) if is_told else None,
            ),
        ),
        partitions_pending_revocation=(
            wire.TopicPartitions(
                topic_id=topic_id("u"),
                partitions=(0,),
                assignment_epochs=(3,) if is_told else None,
            ),
        ),
    )


@pytest.mark.parametrize("is_told", [True, False])
def test_when_a_target_was_made_is_written_where_the_release_knows_it(
    is_told: bool,
) -> None:
    settings = Settings(has_assignment_epochs=is_told)
    draft = Draft(empty_group(GROUP, settings), settings)
    draft.write_target_epoch(5, 77)
    assert only_record(draft) == (
        of_group(wire.ConsumerGroupTargetAssignmentMetadataKey),
        wire.ConsumerGroupTargetAssignmentMetadataValue(
            assignment_epoch=5, assignment_timestamp=77 if is_told else 0
        ),
    )


def test_topics_and_patterns_are_written_for_their_group() -> None:
    draft = Draft(empty_group(GROUP, Settings()), Settings())
    topic = wire.TopicMetadata(
        topic_id=topic_id("t"), topic_name="t", num_partitions=2, partition_metadata=()
    )
    draft.write_topics((topic,))
    draft.write_topics(None)
    draft.write_pattern("p", ResolvedPattern(frozenset({"u", "t"}), 3, 8))
    draft.write_pattern("p", None)
    key_of_topics = of_group(wire.ConsumerGroupPartitionMetadataKey)
    key_of_pattern = of_group(
        wire.ConsumerGroupRegularExpressionKey, regular_expression="p"
    )
    assert draft.outcome().records == (
        (key_of_topics, wire.ConsumerGroupPartitionMetadataValue(topics=(topic,))),
        (key_of_topics, None),
        (
            key_of_pattern,
            wire.ConsumerGroupRegularExpressionValue(
                topics=("t", "u"), version=3, timestamp=8
            ),
        ),
        (key_of_pattern, None),
    )


def test_a_pattern_is_read_again_as_it_was_looked_up() -> None:
    draft = Draft(empty_group(GROUP, Settings()), Settings())
    resolved = ResolvedPattern(frozenset({"t"}), 3, 8)
    draft.write_pattern("p", resolved)
    assert draft.group.patterns == {"p": resolved}


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
    assert (group.members["m"].member_id, group.members["m"].epoch) == ("m", 4)
    away = apply(group, key, None)
    assert away.members["m"].epoch == -1
    assert away.members["m"].previous_epoch == -1


def test_a_member_whose_current_record_is_gone_has_nothing() -> None:
    key = wire.ConsumerGroupCurrentMemberAssignmentKey(group_id=GROUP, member_id="m")
    member = Member("m", 4, assigned={T0: 2}, revoking={U0: 3}, rack_id="r")
    group = ConsumerGroup(GROUP, members={"m": member})
    expected = Member("m", -1, previous_epoch=-1, rack_id="r")
    assert apply(group, key, None).members == {"m": expected}


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
    group = apply(empty_group(GROUP, Settings()), key, described(None))
    assert group.members["m"].topic_pattern == ""
    gone = apply(group, key, None)
    assert gone.members == {}
