"""TODO."""

from __future__ import annotations

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    STRING,
    UINT16,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class DescribeQuorumRequestPartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@struct
class DescribeQuorumRequestTopicData:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[DescribeQuorumRequestPartitionData, ...] = wire(
        array(DescribeQuorumRequestPartitionData)
    )
    """TODO."""


@request(api=55, versions="0-2", flexible="0+")
class DescribeQuorumRequest:
    """TODO."""

    topics: tuple[DescribeQuorumRequestTopicData, ...] = wire(
        array(DescribeQuorumRequestTopicData)
    )
    """TODO."""


@struct
class ReplicaState:
    """TODO."""

    replica_id: int = wire(INT32)
    """TODO."""
    replica_directory_id: Uuid = wire(UUID, "2+", default=ZERO_UUID)
    """TODO."""
    log_end_offset: int = wire(INT64)
    """TODO."""
    last_fetch_timestamp: int = wire(INT64, "1+", default=-1, ignorable=True)
    """TODO."""
    last_caught_up_timestamp: int = wire(INT64, "1+", default=-1, ignorable=True)
    """TODO."""


@struct
class DescribeQuorumResponsePartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(
        STRING, "2+", nullable="2+", default="", ignorable=True
    )
    """The error in words; null if there is none."""
    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""
    high_watermark: int = wire(INT64)
    """TODO."""
    current_voters: tuple[ReplicaState, ...] = wire(array(ReplicaState))
    """TODO."""
    observers: tuple[ReplicaState, ...] = wire(array(ReplicaState))
    """TODO."""


@struct
class DescribeQuorumResponseTopicData:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[DescribeQuorumResponsePartitionData, ...] = wire(
        array(DescribeQuorumResponsePartitionData)
    )
    """TODO."""


@struct
class Listener:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@struct
class Node:
    """TODO."""

    node_id: int = wire(INT32)
    """Number of the node, `broker.id` or `node.id`."""
    listeners: tuple[Listener, ...] = wire(array(Listener))
    """TODO."""


@response(api=55, versions="0-2", flexible="0+")
class DescribeQuorumResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(
        STRING, "2+", nullable="2+", default="", ignorable=True
    )
    """The error in words; null if there is none."""
    topics: tuple[DescribeQuorumResponseTopicData, ...] = wire(
        array(DescribeQuorumResponseTopicData)
    )
    """TODO."""
    nodes: tuple[Node, ...] = wire(array(Node), "2+", default=())
    """TODO."""
