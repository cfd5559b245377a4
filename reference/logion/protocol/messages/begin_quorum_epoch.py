"""BeginQuorumEpoch (API 53): a new KRaft leader makes itself known (KIP-595).

v0   2.8     the first form
v1   3.9     flexible; log directories and the leader's endpoints (KIP-853)
"""

from __future__ import annotations

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    INT16,
    INT32,
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
class BeginQuorumEpochRequestPartitionData:
    """Who leads one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    voter_directory_id: Uuid = wire(UUID, "1+", default=ZERO_UUID, ignorable=True)
    """Log directory that holds the log of the voter (KIP-853)."""
    leader_id: int = wire(INT32)
    """Node that leads."""
    leader_epoch: int = wire(INT32)
    """Its epoch."""


@struct
class BeginQuorumEpochRequestTopicData:
    """Partitions of one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[BeginQuorumEpochRequestPartitionData, ...] = wire(
        array(BeginQuorumEpochRequestPartitionData)
    )
    """Who leads each partition."""


@struct
class LeaderEndpoint:
    """A listener of the leader."""

    name: str = wire(STRING)
    """Name of the listener."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@request(api=53, versions="0-1", flexible="1+")
class BeginQuorumEpochRequest:
    """I lead now."""

    cluster_id: str | None = wire(STRING, nullable="0+", default=None)
    """Id of the cluster the sender believes in; null: do not compare."""
    voter_id: int = wire(INT32, "1+", default=-1, ignorable=True)
    """Node the request is meant for; -1 if unknown."""
    topics: tuple[BeginQuorumEpochRequestTopicData, ...] = wire(
        array(BeginQuorumEpochRequestTopicData)
    )
    """The logs led: only `__cluster_metadata`."""
    leader_endpoints: tuple[LeaderEndpoint, ...] = wire(
        array(LeaderEndpoint), "1+", default=(), ignorable=True
    )
    """Where the leader can be reached."""


@struct
class BeginQuorumEpochResponsePartitionData:
    """Result for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    leader_id: int = wire(INT32)
    """Leader the voter knows; -1 if none."""
    leader_epoch: int = wire(INT32)
    """Latest epoch the voter knows."""


@struct
class BeginQuorumEpochResponseTopicData:
    """Results for one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[BeginQuorumEpochResponsePartitionData, ...] = wire(
        array(BeginQuorumEpochResponsePartitionData)
    )
    """The result of each partition."""


@struct
class NodeEndpoint:
    """Address of a node."""

    node_id: int = wire(INT32)
    """Number of the node, `broker.id` or `node.id`."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@response(api=53, versions="0-1", flexible="1+")
class BeginQuorumEpochResponse:
    """Whether the voter follows."""

    error_code: int = wire(INT16)
    """Error of the whole request; 0 if none."""
    topics: tuple[BeginQuorumEpochResponseTopicData, ...] = wire(
        array(BeginQuorumEpochResponseTopicData)
    )
    """The results, by topic."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "1+", tag=0, default=()
    )
    """Where to reach the leaders that this response names."""
