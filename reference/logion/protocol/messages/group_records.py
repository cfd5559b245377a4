"""TODO."""

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
    """TODO."""

    group: str = wire(STRING)
    """TODO."""
    topic: str = wire(STRING)
    """Name of the topic."""
    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""


@message(versions="0-4", flexible="4+")
class OffsetCommitValue:
    """TODO."""

    offset: int = wire(INT64)
    """TODO."""
    leader_epoch: int = wire(INT32, "3+", default=-1, ignorable=True)
    """Number of the leader's term; it grows with every election."""
    metadata: str = wire(STRING)
    """TODO."""
    commit_timestamp: int = wire(INT64)
    """TODO."""
    expire_timestamp: int = wire(INT64, "1", default=-1, ignorable=True)
    """TODO."""


@message(versions="2")
class GroupMetadataKey:
    """TODO."""

    group: str = wire(STRING)
    """TODO."""


@struct
class MemberMetadata:
    """TODO."""

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
    """TODO."""
    session_timeout: int = wire(INT32)
    """TODO."""
    subscription: bytes = wire(BYTES)
    """TODO."""
    assignment: bytes = wire(BYTES)
    """TODO."""


@message(versions="0-4", flexible="4+")
class GroupMetadataValue:
    """TODO."""

    protocol_type: str = wire(STRING)
    """TODO."""
    generation: int = wire(INT32)
    """TODO."""
    protocol: str | None = wire(STRING, nullable="0+")
    """TODO."""
    leader: str | None = wire(STRING, nullable="0+")
    """TODO."""
    current_state_timestamp: int = wire(INT64, "2+", default=-1, ignorable=True)
    """TODO."""
    members: tuple[MemberMetadata, ...] = wire(array(MemberMetadata))
    """TODO."""


@message(versions="3")
class ConsumerGroupMetadataKey:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""


@message(versions="0", flexible="0+")
class ConsumerGroupMetadataValue:
    """TODO."""

    epoch: int = wire(INT32)
    """TODO."""


@message(versions="4")
class ConsumerGroupPartitionMetadataKey:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""


@struct
class PartitionMetadata:
    """TODO."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    racks: tuple[str, ...] = wire(array(STRING))
    """TODO."""


@struct
class TopicMetadata:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    topic_name: str = wire(STRING)
    """Name of the topic."""
    num_partitions: int = wire(INT32)
    """TODO."""
    partition_metadata: tuple[PartitionMetadata, ...] = wire(array(PartitionMetadata))
    """TODO."""


@message(versions="0", flexible="0+")
class ConsumerGroupPartitionMetadataValue:
    """TODO."""

    topics: tuple[TopicMetadata, ...] = wire(array(TopicMetadata))
    """TODO."""


@message(versions="5")
class ConsumerGroupMemberMetadataKey:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING)
    """Id of the member."""


@struct
class ClassicProtocol:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    metadata: bytes = wire(BYTES)
    """TODO."""


@struct
class ClassicMemberMetadata:
    """TODO."""

    session_timeout_ms: int = wire(INT32)
    """TODO."""
    supported_protocols: tuple[ClassicProtocol, ...] = wire(array(ClassicProtocol))
    """TODO."""


@message(versions="0", flexible="0+")
class ConsumerGroupMemberMetadataValue:
    """TODO."""

    instance_id: str | None = wire(STRING, nullable="0+")
    """The member's `group.instance.id` if it is static, else null."""
    rack_id: str | None = wire(STRING, nullable="0+")
    """TODO."""
    client_id: str = wire(STRING)
    """The member's `client.id`, as its requests name it."""
    client_host: str = wire(STRING)
    """Address the member connects from."""
    subscribed_topic_names: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    subscribed_topic_regex: str | None = wire(STRING, nullable="0+")
    """TODO."""
    rebalance_timeout_ms: int = wire(INT32, default=-1)
    """TODO."""
    server_assignor: str | None = wire(STRING, nullable="0+")
    """TODO."""
    classic_member_metadata: ClassicMemberMetadata | None = wire(
        ClassicMemberMetadata, nullable="0+", tag=0, default=None
    )
    """TODO."""


@message(versions="6")
class ConsumerGroupTargetAssignmentMetadataKey:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""


@message(versions="0", flexible="0+")
class ConsumerGroupTargetAssignmentMetadataValue:
    """TODO."""

    assignment_epoch: int = wire(INT32)
    """TODO."""


@message(versions="7")
class ConsumerGroupTargetAssignmentMemberKey:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING)
    """Id of the member."""


@struct
class TopicPartition:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@message(versions="0", flexible="0+")
class ConsumerGroupTargetAssignmentMemberValue:
    """TODO."""

    topic_partitions: tuple[TopicPartition, ...] = wire(array(TopicPartition))
    """TODO."""


@message(versions="8")
class ConsumerGroupCurrentMemberAssignmentKey:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING)
    """Id of the member."""


@struct
class TopicPartitions:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@message(versions="0", flexible="0+")
class ConsumerGroupCurrentMemberAssignmentValue:
    """TODO."""

    member_epoch: int = wire(INT32)
    """TODO."""
    previous_member_epoch: int = wire(INT32)
    """TODO."""
    state: int = wire(INT8)
    """TODO."""
    assigned_partitions: tuple[TopicPartitions, ...] = wire(array(TopicPartitions))
    """TODO."""
    partitions_pending_revocation: tuple[TopicPartitions, ...] = wire(
        array(TopicPartitions)
    )
    """TODO."""
