"""What a group coordinator stores in `__consumer_offsets`.

The key is an int16, which is both its version and the kind of record, and the key
message; the value is an int16 version and the value message. A null value deletes.

kind  key                                       value                        since
0, 1  OffsetCommitKey                           OffsetCommitValue            0.8.2
2     GroupMetadataKey                          GroupMetadataValue           0.9.0
3     ConsumerGroupMetadataKey                  the group's epoch            3.5
4     ConsumerGroupPartitionMetadataKey         partitions of its topics     3.5
5     ConsumerGroupMemberMetadataKey            a member                     3.5
6     ConsumerGroupTargetAssignmentMetadataKey  epoch of the assignment      3.5
7     ConsumerGroupTargetAssignmentMemberKey    what a member shall have     3.5
8     ConsumerGroupCurrentMemberAssignmentKey   what a member has            3.5
16    ConsumerGroupRegularExpressionKey         topics that match a pattern  4.0
"""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    BYTES,
    INT8,
    INT32,
    INT64,
    STRING,
    UUID,
    array,
    message,
    struct,
    wire,
)


@message(versions="0-1")
class OffsetCommitKey:
    """Names an offset: group, topic and partition."""

    group: str = wire(STRING)
    """Name of the group."""
    topic: str = wire(STRING)
    """Name of the topic."""
    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""


@message(versions="0-4", flexible="4+")
class OffsetCommitValue:
    """How far the group has read the partition.

    v0 is of 0.8.2, v1 of 0.9 to 2.0, v2 and v3 of 2.1 and later; v4 can be read but no
    release writes it.
    """

    offset: int = wire(INT64)
    """Offset of the next record to read."""
    leader_epoch: int = wire(INT32, "3+", default=-1, ignorable=True)
    """Leader epoch of the last record read; -1 if unknown."""
    metadata: str = wire(STRING)
    """Text stored with the offset; empty if there is none."""
    commit_timestamp: int = wire(INT64)
    """When it was committed, in ms since 1970."""
    expire_timestamp: int = wire(INT64, "1", default=-1, ignorable=True)
    """When it may be deleted, in ms since 1970; -1: as the broker is configured."""


@message(versions="2")
class GroupMetadataKey:
    """Names a classic group."""

    group: str = wire(STRING)
    """Name of the group."""


@struct
class MemberMetadata:
    """A member of a classic group."""

    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(
        STRING, "3+", nullable="3+", default=None, ignorable=True
    )
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    client_id: str = wire(STRING)
    """The member's `client.id`, as its requests name it."""
    client_host: str = wire(STRING)
    """Address the member connects from."""
    rebalance_timeout: int = wire(INT32, "1+", default=-1, ignorable=True)
    """How long it may take to join again in a rebalance, in ms; -1: the session
    timeout.
    """
    session_timeout: int = wire(INT32)
    """It is removed if it sends no heartbeat for so long, in ms."""
    subscription: bytes = wire(BYTES)
    """What it sent for the chosen protocol: for consumers, a
    ConsumerProtocolSubscription.
    """
    assignment: bytes = wire(BYTES)
    """Its work: for consumers, a ConsumerProtocolAssignment."""


@message(versions="0-4", flexible="4+")
class GroupMetadataValue:
    """A classic group in one generation.

    v0 is of 0.9.0, v1 of 0.10.1, v2 of 2.1, v3 of 2.3 and later; v4 can be read but no
    release writes it.
    """

    protocol_type: str = wire(STRING)
    """What kind of group it is, such as `consumer`; empty for one that only stores
    offsets.
    """
    generation: int = wire(INT32)
    """Number of the generation."""
    protocol: str | None = wire(STRING, nullable="0+")
    """The way its members divide the work; null if it has no members."""
    leader: str | None = wire(STRING, nullable="0+")
    """Id of the member that divides the work; null if it has no members."""
    current_state_timestamp: int = wire(INT64, "2+", default=-1, ignorable=True)
    """When it entered its present state, in ms since 1970; -1 if unknown."""
    members: tuple[MemberMetadata, ...] = wire(array(MemberMetadata))
    """Its members."""


@message(versions="3")
class ConsumerGroupMetadataKey:
    """Names a consumer group (KIP-848)."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""


@message(versions="0", flexible="0+")
class ConsumerGroupMetadataValue:
    """A consumer group."""

    epoch: int = wire(INT32)
    """Version of its members and subscriptions."""
    metadata_hash: int = wire(INT64, tag=0, default=0)
    """Stands for the topics of the group: it differs once one of them changes (4.1)."""


@message(versions="4")
class ConsumerGroupPartitionMetadataKey:
    """Names the topics of a group."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""


@struct
class PartitionMetadata:
    """Where the replicas of a partition are."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    racks: tuple[str, ...] = wire(array(STRING))
    """Racks that hold a replica."""


@struct
class TopicMetadata:
    """A topic as the group last saw it."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    topic_name: str = wire(STRING)
    """Name of the topic."""
    num_partitions: int = wire(INT32)
    """Number of its partitions."""
    partition_metadata: tuple[PartitionMetadata, ...] = wire(array(PartitionMetadata))
    """Racks of its partitions; empty if no rack is known."""


@message(versions="0", flexible="0+")
class ConsumerGroupPartitionMetadataValue:
    """The topics a group is subscribed to, as last seen."""

    topics: tuple[TopicMetadata, ...] = wire(array(TopicMetadata))
    """The topics."""


@message(versions="5")
class ConsumerGroupMemberMetadataKey:
    """Names a member of a group."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING)
    """Id of the member."""


@struct
class ClassicProtocol:
    """A way to divide the work."""

    name: str = wire(STRING)
    """Its name, such as `range`."""
    metadata: bytes = wire(BYTES)
    """What it sent for it: a ConsumerProtocolSubscription."""


@struct
class ClassicMemberMetadata:
    """A member of a consumer group that speaks the classic protocol."""

    session_timeout_ms: int = wire(INT32)
    """It is removed if it sends no heartbeat for so long, in ms."""
    supported_protocols: tuple[ClassicProtocol, ...] = wire(array(ClassicProtocol))
    """Ways to divide the work that it knows, the one it likes best first."""


@message(versions="0", flexible="0+")
class ConsumerGroupMemberMetadataValue:
    """A member and what it wants."""

    instance_id: str | None = wire(STRING, nullable="0+")
    """The member's `group.instance.id` if it is static, else null."""
    rack_id: str | None = wire(STRING, nullable="0+")
    """The consumer's `client.rack`; null if it has none."""
    client_id: str = wire(STRING)
    """The member's `client.id`, as its requests name it."""
    client_host: str = wire(STRING)
    """Address the member connects from."""
    subscribed_topic_names: tuple[str, ...] = wire(array(STRING))
    """Topics it wants."""
    subscribed_topic_regex: str | None = wire(STRING, nullable="0+")
    """Pattern (RE2) of topics it wants; null or empty if it gave none."""
    rebalance_timeout_ms: int = wire(INT32, default=-1)
    """How long it may take to give up partitions, in ms; -1 if unknown."""
    server_assignor: str | None = wire(STRING, nullable="0+")
    """Assignor of the broker it would like; null: no preference."""
    classic_member_metadata: ClassicMemberMetadata | None = wire(
        ClassicMemberMetadata,
        nullable="0+",
        tag=0,
        default=ClassicMemberMetadata(session_timeout_ms=0, supported_protocols=()),
    )
    """What is known of it if it speaks the classic protocol; null if it does not, which
    is written down: without the tag it stands for an empty struct.
    """


@message(versions="6")
class ConsumerGroupTargetAssignmentMetadataKey:
    """Names the target assignment of a group."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""


@message(versions="0", flexible="0+")
class ConsumerGroupTargetAssignmentMetadataValue:
    """The target assignment of a group."""

    assignment_epoch: int = wire(INT32)
    """Group epoch it was made for."""
    assignment_timestamp: int = wire(INT64, tag=0, default=0, ignorable=True)
    """When it was made, in ms since 1970; 0 if unknown (4.3)."""


@message(versions="7")
class ConsumerGroupTargetAssignmentMemberKey:
    """Names what a member shall have."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING)
    """Id of the member."""


@struct
class TopicPartition:
    """Partitions of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@message(versions="0", flexible="0+")
class ConsumerGroupTargetAssignmentMemberValue:
    """What a member shall have."""

    topic_partitions: tuple[TopicPartition, ...] = wire(array(TopicPartition))
    """The partitions, by topic."""


@message(versions="8")
class ConsumerGroupCurrentMemberAssignmentKey:
    """Names what a member has."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING)
    """Id of the member."""


@struct
class TopicPartitions:
    """Partitions of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""
    assignment_epochs: tuple[int, ...] | None = wire(
        array(INT32), nullable="0+", tag=0, default=None
    )
    """Epoch in which the member got each of them; null if unknown (4.3)."""


@message(versions="0", flexible="0+")
class ConsumerGroupCurrentMemberAssignmentValue:
    """What a member has, and is giving up."""

    member_epoch: int = wire(INT32)
    """Epoch the member has reached."""
    previous_member_epoch: int = wire(INT32)
    """Epoch it had before: its last answer may have been lost."""
    state: int = wire(INT8)
    """0 stable, 1 has partitions to give up, 2 waits for partitions of others; 127
    unknown.
    """
    assigned_partitions: tuple[TopicPartitions, ...] = wire(array(TopicPartitions))
    """Partitions it has, by topic."""
    partitions_pending_revocation: tuple[TopicPartitions, ...] = wire(
        array(TopicPartitions)
    )
    """Partitions it must give up first, by topic."""


@message(versions="16")
class ConsumerGroupRegularExpressionKey:
    """Names a pattern that members of a group subscribe to."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    regular_expression: str = wire(STRING)
    """The pattern (RE2)."""


@message(versions="0", flexible="0+")
class ConsumerGroupRegularExpressionValue:
    """The topics that match a pattern."""

    topics: tuple[str, ...] = wire(array(STRING))
    """Their names."""
    version: int = wire(INT64)
    """Version of the metadata they were found in."""
    timestamp: int = wire(INT64)
    """When they were looked for, in ms since 1970."""
