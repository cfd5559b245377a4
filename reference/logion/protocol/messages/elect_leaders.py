"""TODO."""

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
    """TODO."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@request(api=43, versions="0-2", flexible="2+")
class ElectLeadersRequest:
    """TODO."""

    election_type: int = wire(INT8, "1+", default=0)
    """TODO."""
    topic_partitions: tuple[TopicPartitions, ...] | None = wire(
        array(TopicPartitions), nullable="0+"
    )
    """TODO."""
    timeout_ms: int = wire(INT32, default=60000)
    """How long the broker may wait for completion before it answers, in ms."""


@struct
class PartitionResult:
    """TODO."""

    partition_id: int = wire(INT32)
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""


@struct
class ReplicaElectionResult:
    """TODO."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partition_result: tuple[PartitionResult, ...] = wire(array(PartitionResult))
    """TODO."""


@response(api=43, versions="0-2", flexible="2+")
class ElectLeadersResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, "1+", default=0)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    replica_election_results: tuple[ReplicaElectionResult, ...] = wire(
        array(ReplicaElectionResult)
    )
    """TODO."""
