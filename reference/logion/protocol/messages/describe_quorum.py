"""DescribeQuorum (API 55): the state of the KRaft quorum (KIP-595).

v0   2.8     the first form
v1   3.3     when each replica last fetched and caught up (KIP-836)
v2   3.9     log directories, listeners, error messages (KIP-853)
"""

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
    """A partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@struct
class DescribeQuorumRequestTopicData:
    """Partitions of one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[DescribeQuorumRequestPartitionData, ...] = wire(
        array(DescribeQuorumRequestPartitionData)
    )
    """Their indexes."""


@request(api=55, versions="0-2", flexible="0+")
class DescribeQuorumRequest:
    """Describe the quorum."""

    topics: tuple[DescribeQuorumRequestTopicData, ...] = wire(
        array(DescribeQuorumRequestTopicData)
    )
    """The logs: only `__cluster_metadata`."""


@struct
class ReplicaState:
    """A replica of the quorum."""

    replica_id: int = wire(INT32)
    """Node that holds it."""
    replica_directory_id: Uuid = wire(UUID, "2+", default=ZERO_UUID)
    """Its log directory."""
    log_end_offset: int = wire(INT64)
    """Its log end offset; -1 if unknown."""
    last_fetch_timestamp: int = wire(INT64, "1+", default=-1, ignorable=True)
    """When it last fetched, by the leader's clock, in ms; -1 if unknown or the leader
    itself.
    """
    last_caught_up_timestamp: int = wire(INT64, "1+", default=-1, ignorable=True)
    """When it last had everything the leader had, by the leader's clock, in ms; -1 if
    unknown.
    """


@struct
class DescribeQuorumResponsePartitionData:
    """Quorum of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(
        STRING, "2+", nullable="2+", default="", ignorable=True
    )
    """The error in words; null if there is none."""
    leader_id: int = wire(INT32)
    """Node that leads; -1 if unknown."""
    leader_epoch: int = wire(INT32)
    """Latest epoch known."""
    high_watermark: int = wire(INT64)
    """Offset below which records are committed; -1 if not known yet."""
    current_voters: tuple[ReplicaState, ...] = wire(array(ReplicaState))
    """The replicas that vote."""
    observers: tuple[ReplicaState, ...] = wire(array(ReplicaState))
    """The replicas that only follow."""


@struct
class DescribeQuorumResponseTopicData:
    """Quorums of one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[DescribeQuorumResponsePartitionData, ...] = wire(
        array(DescribeQuorumResponsePartitionData)
    )
    """The quorum of each partition."""


@struct
class Listener:
    """A listener of a node."""

    name: str = wire(STRING)
    """Name of the listener."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@struct
class Node:
    """A voter."""

    node_id: int = wire(INT32)
    """Number of the node, `broker.id` or `node.id`."""
    listeners: tuple[Listener, ...] = wire(array(Listener))
    """Where it listens."""


@response(api=55, versions="0-2", flexible="0+")
class DescribeQuorumResponse:
    """The quorum."""

    error_code: int = wire(INT16)
    """Error of the whole request; 0 if none."""
    error_message: str | None = wire(
        STRING, "2+", nullable="2+", default="", ignorable=True
    )
    """The error in words; null if there is none."""
    topics: tuple[DescribeQuorumResponseTopicData, ...] = wire(
        array(DescribeQuorumResponseTopicData)
    )
    """The quorums, by topic."""
    nodes: tuple[Node, ...] = wire(array(Node), "2+", default=())
    """The voters and where they listen."""
