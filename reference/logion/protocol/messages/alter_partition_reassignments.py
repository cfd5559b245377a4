"""AlterPartitionReassignments (API 45): move partitions to other brokers (KIP-455).

v0   2.4     the first form
v1   4.1     the number of replicas may be protected (KIP-860)
"""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
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
class ReassignablePartition:
    """A partition to move."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    replicas: tuple[int, ...] | None = wire(array(INT32), nullable="0+", default=None)
    """Brokers that shall hold a replica, the preferred leader first; null: cancel the
    move.
    """


@struct
class ReassignableTopic:
    """Partitions of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[ReassignablePartition, ...] = wire(array(ReassignablePartition))
    """Where they go."""


@request(api=45, versions="0-1", flexible="0+")
class AlterPartitionReassignmentsRequest:
    """Move these partitions."""

    timeout_ms: int = wire(INT32, default=60000)
    """How long to wait for the answer, in ms; the moves themselves take longer."""
    allow_replication_factor_change: bool = wire(BOOL, "1+", default=True)
    """Whether a partition may end up with more or fewer replicas."""
    topics: tuple[ReassignableTopic, ...] = wire(array(ReassignableTopic))
    """The partitions, by topic."""


@struct
class ReassignablePartitionResponse:
    """Result for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""


@struct
class ReassignableTopicResponse:
    """Results for one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[ReassignablePartitionResponse, ...] = wire(
        array(ReassignablePartitionResponse)
    )
    """The result of each partition."""


@response(api=45, versions="0-1", flexible="0+")
class AlterPartitionReassignmentsResponse:
    """Which moves began."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    allow_replication_factor_change: bool = wire(
        BOOL, "1+", default=True, ignorable=True
    )
    """What the request said."""
    error_code: int = wire(INT16)
    """Error of the whole request; 0 if none."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    responses: tuple[ReassignableTopicResponse, ...] = wire(
        array(ReassignableTopicResponse)
    )
    """The results, by topic."""
