"""EndQuorumEpoch (API 54): a KRaft leader resigns (KIP-595).

v0   2.8     the first form
v1   3.9     flexible; successors with their log directories, the leader's endpoints
             (KIP-853)
"""

from __future__ import annotations

from logion.names import Uuid
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
class ReplicaInfo:
    """A node that should stand for election."""

    candidate_id: int = wire(INT32)
    """The node."""
    candidate_directory_id: Uuid = wire(UUID)
    """Its log directory."""


@struct
class EndQuorumEpochRequestPartitionData:
    """The resignation for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_id: int = wire(INT32)
    """Node that resigns."""
    leader_epoch: int = wire(INT32)
    """Epoch it led."""
    preferred_successors: tuple[int, ...] = wire(
        array(INT32), "0", default=(), ignorable=True
    )
    """Nodes that should stand for election, the most up to date first."""
    preferred_candidates: tuple[ReplicaInfo, ...] = wire(
        array(ReplicaInfo), "1+", default=(), ignorable=True
    )
    """The same, with their log directories."""


@struct
class EndQuorumEpochRequestTopicData:
    """Partitions of one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[EndQuorumEpochRequestPartitionData, ...] = wire(
        array(EndQuorumEpochRequestPartitionData)
    )
    """What it resigns from."""


@struct
class LeaderEndpoint:
    """A listener of the leader."""

    name: str = wire(STRING)
    """Name of the listener."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@request(api=54, versions="0-1", flexible="1+")
class EndQuorumEpochRequest:
    """I no longer lead."""

    cluster_id: str | None = wire(STRING, nullable="0+", default=None)
    """Id of the cluster the sender believes in; null: do not compare."""
    topics: tuple[EndQuorumEpochRequestTopicData, ...] = wire(
        array(EndQuorumEpochRequestTopicData)
    )
    """The logs it led: only `__cluster_metadata`."""
    leader_endpoints: tuple[LeaderEndpoint, ...] = wire(
        array(LeaderEndpoint), "1+", default=(), ignorable=True
    )
    """Where the leader can be reached."""


@struct
class EndQuorumEpochResponsePartitionData:
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
class EndQuorumEpochResponseTopicData:
    """Results for one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[EndQuorumEpochResponsePartitionData, ...] = wire(
        array(EndQuorumEpochResponsePartitionData)
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


@response(api=54, versions="0-1", flexible="1+")
class EndQuorumEpochResponse:
    """Whether the voter has taken note."""

    error_code: int = wire(INT16)
    """Error of the whole request; 0 if none."""
    topics: tuple[EndQuorumEpochResponseTopicData, ...] = wire(
        array(EndQuorumEpochResponseTopicData)
    )
    """The results, by topic."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "1+", tag=0, default=()
    )
    """Where to reach the leaders that this response names."""
