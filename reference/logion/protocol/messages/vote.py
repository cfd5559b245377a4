"""Vote (API 52): a KRaft candidate asks for a vote (KIP-595).

v0   2.8     the first form
v1   3.9     voters are named with their log directories (KIP-853)
v2   4.0     pre-vote: would you vote for me? (KIP-996)
"""

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
    """A candidacy for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    candidate_epoch: int = wire(INT32, "0-1", default=0)
    """Epoch the candidate wants to lead."""
    candidate_id: int = wire(INT32, "0-1", default=0)
    """Node that stands for election."""
    candidate_directory_id: Uuid = wire(UUID, "1", default=ZERO_UUID, ignorable=True)
    """Log directory of the candidate."""
    replica_epoch: int = wire(INT32, "2+", default=0)
    """Epoch the candidate wants to lead, or in a pre-vote its present one."""
    replica_id: int = wire(INT32, "2+", default=0)
    """Node that stands for election."""
    replica_directory_id: Uuid = wire(UUID, "2+", default=ZERO_UUID)
    """Log directory of the candidate."""
    voter_directory_id: Uuid = wire(UUID, "1+", default=ZERO_UUID, ignorable=True)
    """Log directory that holds the log of the voter (KIP-853)."""
    last_offset_epoch: int = wire(INT32)
    """Epoch of the last record in the candidate's log."""
    last_offset: int = wire(INT64)
    """The candidate's log end offset."""
    pre_vote: bool = wire(BOOL, "2+", default=False)
    """Whether this only asks for the voter's opinion."""


@struct
class VoteRequestTopicData:
    """Partitions of one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[VoteRequestPartitionData, ...] = wire(
        array(VoteRequestPartitionData)
    )
    """The candidacy for each partition."""


@request(api=52, versions="0-2", flexible="0+")
class VoteRequest:
    """Vote for this candidate."""

    cluster_id: str | None = wire(STRING, nullable="0+", default=None)
    """Id of the cluster the sender believes in; null: do not compare."""
    voter_id: int = wire(INT32, "1+", default=-1, ignorable=True)
    """Node the request is meant for; -1 if unknown."""
    topics: tuple[VoteRequestTopicData, ...] = wire(array(VoteRequestTopicData))
    """The logs to be led: only `__cluster_metadata`."""


@struct
class VoteResponsePartitionData:
    """The vote for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    leader_id: int = wire(INT32)
    """Leader the voter knows; -1 if none."""
    leader_epoch: int = wire(INT32)
    """Latest epoch the voter knows."""
    vote_granted: bool = wire(BOOL)
    """Whether the candidate has the vote."""


@struct
class VoteResponseTopicData:
    """Votes for one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[VoteResponsePartitionData, ...] = wire(
        array(VoteResponsePartitionData)
    )
    """The vote for each partition."""


@struct
class NodeEndpoint:
    """Address of a node."""

    node_id: int = wire(INT32)
    """Number of the node, `broker.id` or `node.id`."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@response(api=52, versions="0-2", flexible="0+")
class VoteResponse:
    """The vote."""

    error_code: int = wire(INT16)
    """Error of the whole request; 0 if none."""
    topics: tuple[VoteResponseTopicData, ...] = wire(array(VoteResponseTopicData))
    """The votes, by topic."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "1+", tag=0, default=()
    )
    """Where to reach the leaders that this response names."""
