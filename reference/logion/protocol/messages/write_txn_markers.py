"""WriteTxnMarkers (API 27): have commit and abort markers written (KIP-98).

v0   0.11.0  the first form
v1   2.8     flexible
v2   4.2     the transaction's version, for stricter fencing (KIP-1228)
"""

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
    """Partitions of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@struct
class WritableTxnMarker:
    """The end of one transaction."""

    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    transaction_result: bool = wire(BOOL)
    """True: committed; false: aborted."""
    topics: tuple[WritableTxnMarkerTopic, ...] = wire(array(WritableTxnMarkerTopic))
    """Where to write it, by topic."""
    coordinator_epoch: int = wire(INT32)
    """Epoch of the coordinator: an older one is refused."""
    transaction_version: int = wire(INT8, "2+", default=0, ignorable=True)
    """`transaction.version` the transaction runs under: 0 and 1 classic, 2 an epoch per
    transaction.
    """


@request(api=27, versions="0-2", flexible="1+")
class WriteTxnMarkersRequest:
    """Write these markers."""

    markers: tuple[WritableTxnMarker, ...] = wire(array(WritableTxnMarker))
    """The markers, one per transaction."""


@struct
class WritableTxnMarkerPartitionResult:
    """Result for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class WritableTxnMarkerTopicResult:
    """Results for one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[WritableTxnMarkerPartitionResult, ...] = wire(
        array(WritableTxnMarkerPartitionResult)
    )
    """The result of each partition."""


@struct
class WritableTxnMarkerResult:
    """Results for one transaction."""

    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    topics: tuple[WritableTxnMarkerTopicResult, ...] = wire(
        array(WritableTxnMarkerTopicResult)
    )
    """The results, by topic."""


@response(api=27, versions="0-2", flexible="1+")
class WriteTxnMarkersResponse:
    """Where the markers were written."""

    markers: tuple[WritableTxnMarkerResult, ...] = wire(array(WritableTxnMarkerResult))
    """The results, by transaction."""
