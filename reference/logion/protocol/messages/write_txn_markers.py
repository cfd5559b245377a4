"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
    INT8,
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
class WritableTxnMarkerTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class WritableTxnMarker:
    """TODO."""

    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    transaction_result: bool = wire(BOOL)
    """TODO."""
    topics: tuple[WritableTxnMarkerTopic, ...] = wire(array(WritableTxnMarkerTopic))
    """TODO."""
    coordinator_epoch: int = wire(INT32)
    """TODO."""
    transaction_version: int = wire(INT8, "2+", default=0, ignorable=True)
    """TODO."""


@request(api=27, versions="0-2", flexible="1+")
class WriteTxnMarkersRequest:
    """TODO."""

    markers: tuple[WritableTxnMarker, ...] = wire(array(WritableTxnMarker))
    """TODO."""


@struct
class WritableTxnMarkerPartitionResult:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class WritableTxnMarkerTopicResult:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[WritableTxnMarkerPartitionResult, ...] = wire(
        array(WritableTxnMarkerPartitionResult)
    )
    """TODO."""


@struct
class WritableTxnMarkerResult:
    """TODO."""

    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    topics: tuple[WritableTxnMarkerTopicResult, ...] = wire(
        array(WritableTxnMarkerTopicResult)
    )
    """TODO."""


@response(api=27, versions="0-2", flexible="1+")
class WriteTxnMarkersResponse:
    """TODO."""

    markers: tuple[WritableTxnMarkerResult, ...] = wire(array(WritableTxnMarkerResult))
    """TODO."""
