"""TODO."""

from __future__ import annotations

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    BOOL,
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
class VoteRequestPartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    candidate_epoch: int = wire(INT32, "0-1", default=0)
    """TODO."""
    candidate_id: int = wire(INT32, "0-1", default=0)
    """TODO."""
    candidate_directory_id: Uuid = wire(UUID, "1", default=ZERO_UUID, ignorable=True)
    """TODO."""
    replica_epoch: int = wire(INT32, "2+", default=0)
    """TODO."""
    replica_id: int = wire(INT32, "2+", default=0)
    """TODO."""
    replica_directory_id: Uuid = wire(UUID, "2+", default=ZERO_UUID)
    """TODO."""
    voter_directory_id: Uuid = wire(UUID, "1+", default=ZERO_UUID, ignorable=True)
    """Log directory that holds the log of the voter (KIP-853)."""
    last_offset_epoch: int = wire(INT32)
    """TODO."""
    last_offset: int = wire(INT64)
    """TODO."""
    pre_vote: bool = wire(BOOL, "2+", default=False)
    """TODO."""


@struct
class VoteRequestTopicData:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[VoteRequestPartitionData, ...] = wire(
        array(VoteRequestPartitionData)
    )
    """TODO."""


@request(api=52, versions="0-2", flexible="0+")
class VoteRequest:
    """TODO."""

    cluster_id: str | None = wire(STRING, nullable="0+", default=None)
    """Id of the cluster the sender believes in; null: do not compare."""
    voter_id: int = wire(INT32, "1+", default=-1, ignorable=True)
    """TODO."""
    topics: tuple[VoteRequestTopicData, ...] = wire(array(VoteRequestTopicData))
    """TODO."""


@struct
class VoteResponsePartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""
    vote_granted: bool = wire(BOOL)
    """TODO."""


@struct
class VoteResponseTopicData:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[VoteResponsePartitionData, ...] = wire(
        array(VoteResponsePartitionData)
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


@response(api=52, versions="0-2", flexible="0+")
class VoteResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    topics: tuple[VoteResponseTopicData, ...] = wire(array(VoteResponseTopicData))
    """TODO."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "1+", tag=0, default=()
    )
    """Where to reach the leaders that this response names (KIP-951)."""
