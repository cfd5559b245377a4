"""DeleteRecords (API 21): raise the log start offset of partitions (KIP-107).

v0   0.11.0  the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.6     flexible
"""

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
    """Offset of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    offset: int = wire(INT64)
    """First offset to keep; -1: the high watermark, that is, delete all."""


@struct
class DeleteRecordsTopic:
    """Offsets of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[DeleteRecordsPartition, ...] = wire(array(DeleteRecordsPartition))
    """The offset of each partition."""


@request(api=21, versions="0-2", flexible="2+")
class DeleteRecordsRequest:
    """Delete the records below these offsets."""

    topics: tuple[DeleteRecordsTopic, ...] = wire(array(DeleteRecordsTopic))
    """The offsets, by topic."""
    timeout_ms: int = wire(INT32)
    """How long to wait until all replicas have deleted, in ms."""


@struct
class DeleteRecordsPartitionResult:
    """Result for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    low_watermark: int = wire(INT64)
    """Smallest log start offset of all replicas; -1 with an error."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class DeleteRecordsTopicResult:
    """Results for one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[DeleteRecordsPartitionResult, ...] = wire(
        array(DeleteRecordsPartitionResult)
    )
    """The result of each partition."""


@response(api=21, versions="0-2", flexible="2+")
class DeleteRecordsResponse:
    """Where the partitions start now."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[DeleteRecordsTopicResult, ...] = wire(array(DeleteRecordsTopicResult))
    """The results, by topic."""
