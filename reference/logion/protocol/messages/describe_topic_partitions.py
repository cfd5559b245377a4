"""DescribeTopicPartitions (API 75): partitions of topics, page by page (KIP-966).

v0   3.8     the only form so far
"""

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
    """A topic to describe."""

    name: str = wire(STRING)
    """Name of the topic."""


@struct
class Cursor:
    """The partition a page begins with."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@request(api=75, versions="0", flexible="0+")
class DescribeTopicPartitionsRequest:
    """Describe these topics."""

    topics: tuple[TopicRequest, ...] = wire(array(TopicRequest))
    """The topics; empty: all of them."""
    response_partition_limit: int = wire(INT32, default=2000)
    """Most partitions in the answer; the broker may have a smaller limit."""
    cursor: Cursor | None = wire(Cursor, nullable="0+", default=None)
    """Where to go on; null: at the beginning."""


@struct
class DescribeTopicPartitionsResponsePartition:
    """A partition: its leader and its replicas."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32, default=-1, ignorable=True)
    """The leader's epoch; -1 if unknown."""
    replica_nodes: tuple[int, ...] = wire(array(INT32))
    """Brokers that hold a replica, the preferred leader first."""
    isr_nodes: tuple[int, ...] = wire(array(INT32))
    """Brokers of the ISR."""
    eligible_leader_replicas: tuple[int, ...] | None = wire(
        array(INT32), nullable="0+", default=None
    )
    """Brokers outside the ISR that still have every committed record; null if not
    tracked.
    """
    last_known_elr: tuple[int, ...] | None = wire(
        array(INT32), nullable="0+", default=None
    )
    """Brokers that were such before an unclean stop; null if not tracked."""
    offline_replicas: tuple[int, ...] = wire(array(INT32), ignorable=True)
    """Brokers whose replica is down: broker dead, or its disk failed."""


@struct
class DescribeTopicPartitionsResponseTopic:
    """A topic and its partitions on this page."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    name: str | None = wire(STRING, nullable="0+")
    """Name of the topic; null if it is not known."""
    topic_id: Uuid = wire(UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    is_internal: bool = wire(BOOL, default=False, ignorable=True)
    """Whether the topic is Kafka's own, such as `__consumer_offsets`."""
    partitions: tuple[DescribeTopicPartitionsResponsePartition, ...] = wire(
        array(DescribeTopicPartitionsResponsePartition)
    )
    """The partitions on this page."""
    topic_authorized_operations: int = wire(INT32, default=-0x8000_0000)
    """Bit field of what the caller may do with the topic: bit n for operation code n as
    in DescribeAcls.
    """


@response(api=75, versions="0", flexible="0+")
class DescribeTopicPartitionsResponse:
    """A page of partitions."""

    throttle_time_ms: int = wire(INT32, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[DescribeTopicPartitionsResponseTopic, ...] = wire(
        array(DescribeTopicPartitionsResponseTopic)
    )
    """The topics, in the order of their names."""
    next_cursor: Cursor | None = wire(Cursor, nullable="0+", default=None)
    """Where the next page begins; null if this is the last."""
