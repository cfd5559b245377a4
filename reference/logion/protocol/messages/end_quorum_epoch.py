"""TODO."""

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
    """TODO."""

    candidate_id: int = wire(INT32)
    """TODO."""
    candidate_directory_id: Uuid = wire(UUID)
    """TODO."""


@struct
class EndQuorumEpochRequestPartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""
    preferred_successors: tuple[int, ...] = wire(
        array(INT32), "0", default=(), ignorable=True
    )
    """TODO."""
    preferred_candidates: tuple[ReplicaInfo, ...] = wire(
        array(ReplicaInfo), "1+", default=(), ignorable=True
    )
    """TODO."""


@struct
class EndQuorumEpochRequestTopicData:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[EndQuorumEpochRequestPartitionData, ...] = wire(
        array(EndQuorumEpochRequestPartitionData)
    )
    """TODO."""


@struct
class LeaderEndpoint:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@request(api=54, versions="0-1", flexible="1+")
class EndQuorumEpochRequest:
    """TODO."""

    cluster_id: str | None = wire(STRING, nullable="0+", default=None)
    """Id of the cluster the sender believes in; null: do not compare."""
    topics: tuple[EndQuorumEpochRequestTopicData, ...] = wire(
        array(EndQuorumEpochRequestTopicData)
    )
    """TODO."""
    leader_endpoints: tuple[LeaderEndpoint, ...] = wire(
        array(LeaderEndpoint), "1+", default=(), ignorable=True
    )
    """TODO."""


@struct
class EndQuorumEpochResponsePartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""


@struct
class EndQuorumEpochResponseTopicData:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[EndQuorumEpochResponsePartitionData, ...] = wire(
        array(EndQuorumEpochResponsePartitionData)
    )
    """TODO."""


@struct
class NodeEndpoint:
    """TODO."""

    node_id: int = wire(INT32)
    """Number of the node, `broker.id` or `node.id`."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@response(api=54, versions="0-1", flexible="1+")
class EndQuorumEpochResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    topics: tuple[EndQuorumEpochResponseTopicData, ...] = wire(
        array(EndQuorumEpochResponseTopicData)
    )
    """TODO."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "1+", tag=0, default=()
    )
    """Where to reach the leaders that this response names (KIP-951)."""
