"""ElectLeaders (API 43): elect leaders of partitions anew (KIP-183).

v0   2.2     the first form
v1   2.4     unclean elections too; a top-level error (KIP-460)
v2   2.4     flexible
"""

from __future__ import annotations

from logion.protocol.schema import (
    INT8,
    INT16,
    INT32,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class TopicPartitions:
    """Partitions of one topic."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@request(api=43, versions="0-2", flexible="2+")
class ElectLeadersRequest:
    """Elect leaders."""

    election_type: int = wire(INT8, "1+", default=0)
    """0 preferred: the first replica, if in sync; 1 unclean: if none is in sync any
    live replica, at the price of records.
    """
    topic_partitions: tuple[TopicPartitions, ...] | None = wire(
        array(TopicPartitions), nullable="0+"
    )
    """The partitions, by topic; null: all of the cluster."""
    timeout_ms: int = wire(INT32, default=60000)
    """How long to wait for the elections, in ms."""


@struct
class PartitionResult:
    """Result for one partition."""

    partition_id: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """ELECTION_NOT_NEEDED if the leader is the right one already; 0 if it was elected.
    """
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""


@struct
class ReplicaElectionResult:
    """Results for one topic."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partition_result: tuple[PartitionResult, ...] = wire(array(PartitionResult))
    """The result of each partition."""


@response(api=43, versions="0-2", flexible="2+")
class ElectLeadersResponse:
    """What was elected."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, "1+", default=0)
    """Error of the whole request; 0 if none."""
    replica_election_results: tuple[ReplicaElectionResult, ...] = wire(
        array(ReplicaElectionResult)
    )
    """The results, by topic."""
