"""TODO."""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    BOOL,
    INT16,
    INT32,
    STRING,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class TopicRequest:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""


@struct
class Cursor:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@request(api=75, versions="0", flexible="0+")
class DescribeTopicPartitionsRequest:
    """TODO."""

    topics: tuple[TopicRequest, ...] = wire(array(TopicRequest))
    """TODO."""
    response_partition_limit: int = wire(INT32, default=2000)
    """TODO."""
    cursor: Cursor | None = wire(Cursor, nullable="0+", default=None)
    """TODO."""


@struct
class DescribeTopicPartitionsResponsePartition:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32, default=-1, ignorable=True)
    """Number of the leader's term; it grows with every election."""
    replica_nodes: tuple[int, ...] = wire(array(INT32))
    """TODO."""
    isr_nodes: tuple[int, ...] = wire(array(INT32))
    """TODO."""
    eligible_leader_replicas: tuple[int, ...] | None = wire(
        array(INT32), nullable="0+", default=None
    )
    """TODO."""
    last_known_elr: tuple[int, ...] | None = wire(
        array(INT32), nullable="0+", default=None
    )
    """TODO."""
    offline_replicas: tuple[int, ...] = wire(array(INT32), ignorable=True)
    """TODO."""


@struct
class DescribeTopicPartitionsResponseTopic:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    name: str | None = wire(STRING, nullable="0+")
    """TODO."""
    topic_id: Uuid = wire(UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    is_internal: bool = wire(BOOL, default=False, ignorable=True)
    """TODO."""
    partitions: tuple[DescribeTopicPartitionsResponsePartition, ...] = wire(
        array(DescribeTopicPartitionsResponsePartition)
    )
    """TODO."""
    topic_authorized_operations: int = wire(INT32, default=-0x8000_0000)
    """TODO."""


@response(api=75, versions="0", flexible="0+")
class DescribeTopicPartitionsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[DescribeTopicPartitionsResponseTopic, ...] = wire(
        array(DescribeTopicPartitionsResponseTopic)
    )
    """TODO."""
    next_cursor: Cursor | None = wire(Cursor, nullable="0+", default=None)
    """TODO."""
