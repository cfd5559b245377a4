"""Records of a consumer group: how they are written, and what each one does.

`apply` is the only way by which a group changes, deadlines apart: a rule writes records
into a `Draft`, which applies them, and a coordinator that starts applies what it finds.
So a group is always what its records say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from logion.group.consumer.state import (
    LEAVE_EPOCH,
    NO_TARGET_EPOCH,
    Assignment,
    ConsumerGroup,
    Epochs,
    GroupRecord,
    K,
    Member,
    MemberState,
    Outcome,
    ResolvedPattern,
    Settings,
    TopicIdPartition,
    V,
    nothing,
)
from logion.names import Uuid
from logion.protocol.messages import group_records as wire

_STATES = {state.value: state for state in MemberState}


def empty_group(group_id: str, settings: Settings) -> ConsumerGroup:
    """Return a group before its first record."""
    epoch = settings.first_epoch
    return ConsumerGroup(group_id, epoch=epoch, target_epoch=epoch)


class Draft:
    """A group on its way to the next one: what is written takes effect at once."""

    __slots__ = ("_problems", "_records", "_settings", "group")

    def __init__(self, group: ConsumerGroup, settings: Settings) -> None:
        """Begin with `group` as it is."""
        self.group = group
        self._settings = settings
        self._records: list[GroupRecord] = []
        self._problems: list[str] = []

    def outcome(self) -> Outcome:
        """Return what has become of the group, and the records that say so."""
        return Outcome(self.group, tuple(self._records), problems=tuple(self._problems))

    def note(self, problem: str) -> None:
        """Add what whoever runs the broker should hear of."""
        self._problems.append(problem)

    def write(self, key: Any, value: Any) -> None:
        """Add a record."""
        self._records.append((key, value))
        self.group = apply(self.group, key, value)

    def write_member(self, member: Member) -> None:
        """Store who a member is and what it wants."""
        key = wire.ConsumerGroupMemberMetadataKey(
            group_id=self.group.group_id, member_id=member.member_id
        )
        self.write(key, _member_value(member))

    def write_current(self, member: Member) -> None:
        """Store what a member has, and how far it has come."""
        key = wire.ConsumerGroupCurrentMemberAssignmentKey(
            group_id=self.group.group_id, member_id=member.member_id
        )
        with_epochs = self._settings.has_assignment_epochs
        value = wire.ConsumerGroupCurrentMemberAssignmentValue(
            member_epoch=member.epoch,
            previous_member_epoch=member.previous_epoch,
            state=member.state,
            assigned_partitions=_with_epochs(member.assigned, told=with_epochs),
            partitions_pending_revocation=_with_epochs(
                member.revoking, told=with_epochs
            ),
        )
        self.write(key, value)

    def write_target(self, member_id: str, target: Assignment) -> None:
        """Store what a member shall have."""
        key = wire.ConsumerGroupTargetAssignmentMemberKey(
            group_id=self.group.group_id, member_id=member_id
        )
        topics = tuple(
            wire.TopicPartition(topic_id=topic_id, partitions=partitions)
            for topic_id, partitions in by_topic(target).items()
        )
        self.write(
            key, wire.ConsumerGroupTargetAssignmentMemberValue(topic_partitions=topics)
        )

    def write_target_epoch(self, epoch: int, now_ms: int) -> None:
        """Store for which epoch of the group the target was made, and when."""
        key = wire.ConsumerGroupTargetAssignmentMetadataKey(
            group_id=self.group.group_id
        )
        value = wire.ConsumerGroupTargetAssignmentMetadataValue(
            assignment_epoch=epoch,
            assignment_timestamp=now_ms if self._settings.has_assignment_epochs else 0,
        )
        self.write(key, value)

    def write_epoch(self, epoch: int, metadata_hash: int) -> None:
        """Store the epoch of the group, and what stands for its topics."""
        key = wire.ConsumerGroupMetadataKey(group_id=self.group.group_id)
        value = wire.ConsumerGroupMetadataValue(
            epoch=epoch, metadata_hash=metadata_hash
        )
        self.write(key, value)

    def write_topics(self, topics: tuple[wire.TopicMetadata, ...] | None) -> None:
        """Store the topics as last seen; None: they are no longer stored."""
        key = wire.ConsumerGroupPartitionMetadataKey(group_id=self.group.group_id)
        if topics is None:
            self.write(key, None)
        else:
            self.write(key, wire.ConsumerGroupPartitionMetadataValue(topics=topics))

    def write_pattern(self, pattern: str, resolved: ResolvedPattern | None) -> None:
        """Store the topics that match a pattern; None: nobody asks for it any more."""
        key = wire.ConsumerGroupRegularExpressionKey(
            group_id=self.group.group_id, regular_expression=pattern
        )
        if resolved is None:
            self.write(key, None)
            return
        value = wire.ConsumerGroupRegularExpressionValue(
            topics=tuple(sorted(resolved.topics)),
            version=resolved.version,
            timestamp=resolved.timestamp,
        )
        self.write(key, value)

    def remove_member(self, member_id: str) -> None:
        """Store that a member is gone, in the order in which Kafka does."""
        group_id = self.group.group_id
        for key in (
            wire.ConsumerGroupCurrentMemberAssignmentKey,
            wire.ConsumerGroupTargetAssignmentMemberKey,
            wire.ConsumerGroupMemberMetadataKey,
        ):
            self.write(key(group_id=group_id, member_id=member_id), None)


def tombstones(group: ConsumerGroup) -> tuple[GroupRecord, ...]:
    """Return the records that delete a group whole, in the order of Kafka's."""
    name, members = group.group_id, tuple(group.members)
    current = wire.ConsumerGroupCurrentMemberAssignmentKey
    target = wire.ConsumerGroupTargetAssignmentMemberKey
    member = wire.ConsumerGroupMemberMetadataKey
    pattern = wire.ConsumerGroupRegularExpressionKey
    keys = (
        *(current(group_id=name, member_id=it) for it in members),
        *(target(group_id=name, member_id=it) for it in members),
        wire.ConsumerGroupTargetAssignmentMetadataKey(group_id=name),
        *(member(group_id=name, member_id=it) for it in members),
        *(pattern(group_id=name, regular_expression=it) for it in group.patterns),
        wire.ConsumerGroupPartitionMetadataKey(group_id=name),
        wire.ConsumerGroupMetadataKey(group_id=name),
    )
    return tuple((key, None) for key in keys)


def restored(group: ConsumerGroup, settings: Settings) -> Outcome:
    """Return a group that is in no log yet as it arises from records, with them."""
    draft = Draft(empty_group(group.group_id, settings), settings)
    for member in group.members.values():
        draft.write_member(member)
    draft.write_epoch(group.epoch, group.metadata_hash)
    if group.topics_seen is not None:
        draft.write_topics(group.topics_seen)
    for member_id in group.members:
        draft.write_target(member_id, group.target_of(member_id))
    draft.write_target_epoch(group.target_epoch, group.target_at_ms)
    for member in group.members.values():
        draft.write_current(member)
    return draft.outcome()


def is_last(key: object, value: object) -> bool:
    """Tell whether this record is the end of its group."""
    return isinstance(key, wire.ConsumerGroupMetadataKey) and value is None


def apply(group: ConsumerGroup, key: Any, value: Any) -> ConsumerGroup:
    """Return the group after a record of its own; `value` None deletes."""
    return _EFFECTS[type(key)](group, key, value)


def changed(mapping: Mapping[K, V], key: K, value: V | None) -> Mapping[K, V]:
    """Return the mapping with this value at this key; None takes the key away."""
    if value is not None:
        return {**mapping, key: value}
    return {k: v for k, v in mapping.items() if k != key} if key in mapping else mapping


def by_topic(partitions: Iterable[TopicIdPartition]) -> dict[Uuid, tuple[int, ...]]:
    """Return the partitions of each topic, all in order."""
    found: dict[Uuid, list[int]] = defaultdict(list)
    for topic_id, partition in sorted(partitions):
        found[topic_id].append(partition)
    return {topic_id: tuple(those) for topic_id, those in found.items()}


def _apply_epoch(
    group: ConsumerGroup,
    _: wire.ConsumerGroupMetadataKey,
    value: wire.ConsumerGroupMetadataValue | None,
) -> ConsumerGroup:
    if value is None:
        return ConsumerGroup(group.group_id)
    return replace(group, epoch=value.epoch, metadata_hash=value.metadata_hash)


def _apply_topics(
    group: ConsumerGroup,
    _: wire.ConsumerGroupPartitionMetadataKey,
    value: wire.ConsumerGroupPartitionMetadataValue | None,
) -> ConsumerGroup:
    return replace(group, topics_seen=None if value is None else value.topics)


def _apply_target(
    group: ConsumerGroup,
    key: wire.ConsumerGroupTargetAssignmentMemberKey,
    value: wire.ConsumerGroupTargetAssignmentMemberValue | None,
) -> ConsumerGroup:
    target = None if value is None else _partitions(value.topic_partitions)
    return replace(group, targets=changed(group.targets, key.member_id, target))


def _apply_target_epoch(
    group: ConsumerGroup,
    _: wire.ConsumerGroupTargetAssignmentMetadataKey,
    value: wire.ConsumerGroupTargetAssignmentMetadataValue | None,
) -> ConsumerGroup:
    if value is None:
        return replace(group, target_epoch=NO_TARGET_EPOCH, target_at_ms=0)
    return replace(
        group,
        target_epoch=value.assignment_epoch,
        target_at_ms=value.assignment_timestamp,
    )


def _apply_member(
    group: ConsumerGroup,
    key: wire.ConsumerGroupMemberMetadataKey,
    value: wire.ConsumerGroupMemberMetadataValue | None,
) -> ConsumerGroup:
    member_id = key.member_id
    before = group.members.get(member_id)
    after = None if value is None else _described(before, member_id, value)
    static = group.static_members
    had = None if before is None else before.instance_id
    if had is not None and static.get(had) == member_id:
        static = changed(static, had, None)
    if after is not None and after.instance_id is not None:
        static = changed(static, after.instance_id, member_id)
    members = changed(group.members, member_id, after)
    return replace(group, members=members, static_members=static)


def _described(
    before: Member | None, member_id: str, value: wire.ConsumerGroupMemberMetadataValue
) -> Member:
    """Return the member with what its record says of it."""
    return replace(
        before or Member(member_id),
        instance_id=value.instance_id,
        rack_id=value.rack_id,
        client_id=value.client_id,
        client_host=value.client_host,
        topic_names=frozenset(value.subscribed_topic_names),
        topic_pattern=value.subscribed_topic_regex or "",
        rebalance_timeout_ms=value.rebalance_timeout_ms,
        server_assignor=value.server_assignor,
        classic=value.classic_member_metadata,
    )


def _apply_current(
    group: ConsumerGroup,
    key: wire.ConsumerGroupCurrentMemberAssignmentKey,
    value: wire.ConsumerGroupCurrentMemberAssignmentValue | None,
) -> ConsumerGroup:
    member_id = key.member_id
    before = group.members.get(member_id)
    if value is not None:
        after = replace(
            before or Member(member_id),
            epoch=value.member_epoch,
            previous_epoch=value.previous_member_epoch,
            state=_STATES.get(value.state, MemberState.UNKNOWN),
            assigned=_epochs(value.assigned_partitions, value.member_epoch),
            revoking=_epochs(value.partitions_pending_revocation, value.member_epoch),
        )
    elif before is not None:
        none: Epochs = nothing()
        after = replace(
            before,
            epoch=LEAVE_EPOCH,
            previous_epoch=LEAVE_EPOCH,
            assigned=none,
            revoking=none,
        )
    else:
        return group
    return replace(group, members=changed(group.members, member_id, after))


def _apply_pattern(
    group: ConsumerGroup,
    key: wire.ConsumerGroupRegularExpressionKey,
    value: wire.ConsumerGroupRegularExpressionValue | None,
) -> ConsumerGroup:
    resolved = None
    if value is not None:
        topics = frozenset(value.topics)
        resolved = ResolvedPattern(topics, value.version, value.timestamp)
    return replace(
        group, patterns=changed(group.patterns, key.regular_expression, resolved)
    )


_EFFECTS: Mapping[type, Callable[[ConsumerGroup, Any, Any], ConsumerGroup]] = {
    wire.ConsumerGroupMetadataKey: _apply_epoch,
    wire.ConsumerGroupPartitionMetadataKey: _apply_topics,
    wire.ConsumerGroupMemberMetadataKey: _apply_member,
    wire.ConsumerGroupTargetAssignmentMetadataKey: _apply_target_epoch,
    wire.ConsumerGroupTargetAssignmentMemberKey: _apply_target,
    wire.ConsumerGroupCurrentMemberAssignmentKey: _apply_current,
    wire.ConsumerGroupRegularExpressionKey: _apply_pattern,
}
"""What a record does, by its kind."""


def _member_value(member: Member) -> wire.ConsumerGroupMemberMetadataValue:
    return wire.ConsumerGroupMemberMetadataValue(
        instance_id=member.instance_id,
        rack_id=member.rack_id,
        client_id=member.client_id,
        client_host=member.client_host,
        subscribed_topic_names=tuple(sorted(member.topic_names)),
        subscribed_topic_regex=member.topic_pattern,
        rebalance_timeout_ms=member.rebalance_timeout_ms,
        server_assignor=member.server_assignor,
        classic_member_metadata=member.classic,
    )


def _partitions(topics: tuple[wire.TopicPartition, ...]) -> Assignment:
    return frozenset(
        TopicIdPartition(it.topic_id, partition)
        for it in topics
        for partition in it.partitions
    )


def _with_epochs(epochs: Epochs, *, told: bool) -> tuple[wire.TopicPartitions, ...]:
    """Return the partitions as a record holds them, with their epochs if they are
    told."""
    return tuple(
        wire.TopicPartitions(
            topic_id=topic_id,
            partitions=partitions,
            assignment_epochs=tuple(
                epochs[TopicIdPartition(topic_id, it)] for it in partitions
            )
            if told
            else None,
        )
        for topic_id, partitions in by_topic(epochs).items()
    )


def _epochs(topics: tuple[wire.TopicPartitions, ...], member_epoch: int) -> Epochs:
    """Return the partitions with their epochs.

    Where the record tells none, or not one for each, it is the member's, 0 at least.
    """
    found = {}
    for topic in topics:
        told = topic.assignment_epochs
        if told is None or len(told) != len(topic.partitions):
            told = (max(member_epoch, 0),) * len(topic.partitions)
        for partition, epoch in zip(topic.partitions, told, strict=True):
            found[TopicIdPartition(topic.topic_id, partition)] = epoch
    return found
