"""TODO."""

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
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    voter_directory_id: Uuid = wire(UUID, "1+", default=ZERO_UUID, ignorable=True)
    """Log directory that holds the log of the voter (KIP-853)."""
    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""


@struct
class BeginQuorumEpochRequestTopicData:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[BeginQuorumEpochRequestPartitionData, ...] = wire(
        array(BeginQuorumEpochRequestPartitionData)
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


@request(api=53, versions="0-1", flexible="1+")
class BeginQuorumEpochRequest:
    """TODO."""

    cluster_id: str | None = wire(STRING, nullable="0+", default=None)
    """Id of the cluster the sender believes in; null: do not compare."""
    voter_id: int = wire(INT32, "1+", default=-1, ignorable=True)
    """TODO."""
    topics: tuple[BeginQuorumEpochRequestTopicData, ...] = wire(
        array(BeginQuorumEpochRequestTopicData)
    )
    """TODO."""
    leader_endpoints: tuple[LeaderEndpoint, ...] = wire(
        array(LeaderEndpoint), "1+", default=(), ignorable=True
    )
    """TODO."""


@struct
class BeginQuorumEpochResponsePartitionData:
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
class BeginQuorumEpochResponseTopicData:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[BeginQuorumEpochResponsePartitionData, ...] = wire(
        array(BeginQuorumEpochResponsePartitionData)
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


@response(api=53, versions="0-1", flexible="1+")
class BeginQuorumEpochResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    topics: tuple[BeginQuorumEpochResponseTopicData, ...] = wire(
        array(BeginQuorumEpochResponseTopicData)
    )
    """TODO."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "1+", tag=0, default=()
    )
    """Where to reach the leaders that this response names (KIP-951)."""
