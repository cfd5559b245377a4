"""TODO."""

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
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    replicas: tuple[int, ...] | None = wire(array(INT32), nullable="0+", default=None)
    """TODO."""


@struct
class ReassignableTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[ReassignablePartition, ...] = wire(array(ReassignablePartition))
    """TODO."""


@request(api=45, versions="0-1", flexible="0+")
class AlterPartitionReassignmentsRequest:
    """TODO."""

    timeout_ms: int = wire(INT32, default=60000)
    """How long the broker may wait for completion before it answers, in ms."""
    allow_replication_factor_change: bool = wire(BOOL, "1+", default=True)
    """TODO."""
    topics: tuple[ReassignableTopic, ...] = wire(array(ReassignableTopic))
    """TODO."""


@struct
class ReassignablePartitionResponse:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""


@struct
class ReassignableTopicResponse:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[ReassignablePartitionResponse, ...] = wire(
        array(ReassignablePartitionResponse)
    )
    """TODO."""


@response(api=45, versions="0-1", flexible="0+")
class AlterPartitionReassignmentsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    allow_replication_factor_change: bool = wire(
        BOOL, "1+", default=True, ignorable=True
    )
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    responses: tuple[ReassignableTopicResponse, ...] = wire(
        array(ReassignableTopicResponse)
    )
    """TODO."""
