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
class TopicRequest:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@request(api=61, versions="0", flexible="0+")
class DescribeProducersRequest:
    """TODO."""

    topics: tuple[TopicRequest, ...] = wire(array(TopicRequest))
    """TODO."""


@struct
class ProducerState:
    """TODO."""

    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT32)
    """Term of the producer id: an older one is fenced."""
    last_sequence: int = wire(INT32, default=-1)
    """TODO."""
    last_timestamp: int = wire(INT64, default=-1)
    """TODO."""
    coordinator_epoch: int = wire(INT32)
    """TODO."""
    current_txn_start_offset: int = wire(INT64, default=-1)
    """TODO."""


@struct
class PartitionResponse:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    active_producers: tuple[ProducerState, ...] = wire(array(ProducerState))
    """TODO."""


@struct
class TopicResponse:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[PartitionResponse, ...] = wire(array(PartitionResponse))
    """TODO."""


@response(api=61, versions="0", flexible="0+")
class DescribeProducersResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[TopicResponse, ...] = wire(array(TopicResponse))
    """TODO."""
