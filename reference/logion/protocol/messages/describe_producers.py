"""DescribeProducers (API 61): producers a partition remembers (KIP-664).

v0   2.8     the only form so far
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
class TopicRequest:
    """Partitions of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@request(api=61, versions="0", flexible="0+")
class DescribeProducersRequest:
    """Describe the producers of these partitions."""

    topics: tuple[TopicRequest, ...] = wire(array(TopicRequest))
    """The partitions, by topic."""


@struct
class ProducerState:
    """What a partition remembers of a producer."""

    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT32)
    """Term of the producer id: an older one is fenced."""
    last_sequence: int = wire(INT32, default=-1)
    """Sequence number of its last record; -1 if it wrote none in this epoch."""
    last_timestamp: int = wire(INT64, default=-1)
    """Timestamp of its last batch, in ms; -1 if unknown."""
    coordinator_epoch: int = wire(INT32)
    """Epoch of the coordinator that wrote its last marker; -1 if none did."""
    current_txn_start_offset: int = wire(INT64, default=-1)
    """First offset of its open transaction; -1 if none is open."""


@struct
class PartitionResponse:
    """Producers of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    active_producers: tuple[ProducerState, ...] = wire(array(ProducerState))
    """Every producer the partition remembers."""


@struct
class TopicResponse:
    """Producers of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[PartitionResponse, ...] = wire(array(PartitionResponse))
    """The producers of each partition."""


@response(api=61, versions="0", flexible="0+")
class DescribeProducersResponse:
    """The producers."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[TopicResponse, ...] = wire(array(TopicResponse))
    """The producers, by topic."""
