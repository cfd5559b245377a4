"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class DeleteRecordsPartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    offset: int = wire(INT64)
    """TODO."""


@struct
class DeleteRecordsTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[DeleteRecordsPartition, ...] = wire(array(DeleteRecordsPartition))
    """TODO."""


@request(api=21, versions="0-2", flexible="2+")
class DeleteRecordsRequest:
    """TODO."""

    topics: tuple[DeleteRecordsTopic, ...] = wire(array(DeleteRecordsTopic))
    """TODO."""
    timeout_ms: int = wire(INT32)
    """How long the broker may wait for completion before it answers, in ms."""


@struct
class DeleteRecordsPartitionResult:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    low_watermark: int = wire(INT64)
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class DeleteRecordsTopicResult:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[DeleteRecordsPartitionResult, ...] = wire(
        array(DeleteRecordsPartitionResult)
    )
    """TODO."""


@response(api=21, versions="0-2", flexible="2+")
class DeleteRecordsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[DeleteRecordsTopicResult, ...] = wire(array(DeleteRecordsTopicResult))
    """TODO."""
