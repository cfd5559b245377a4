"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
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
class AddPartitionsToTxnTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class AddPartitionsToTxnTransaction:
    """TODO."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    verify_only: bool = wire(BOOL, default=False)
    """TODO."""
    topics: tuple[AddPartitionsToTxnTopic, ...] = wire(array(AddPartitionsToTxnTopic))
    """TODO."""


@request(api=24, versions="0-5", flexible="3+")
class AddPartitionsToTxnRequest:
    """TODO."""

    transactions: tuple[AddPartitionsToTxnTransaction, ...] = wire(
        array(AddPartitionsToTxnTransaction), "4+", default=()
    )
    """TODO."""
    v3_and_below_transactional_id: str = wire(STRING, "0-3", default="")
    """TODO."""
    v3_and_below_producer_id: int = wire(INT64, "0-3", default=0)
    """TODO."""
    v3_and_below_producer_epoch: int = wire(INT16, "0-3", default=0)
    """TODO."""
    v3_and_below_topics: tuple[AddPartitionsToTxnTopic, ...] = wire(
        array(AddPartitionsToTxnTopic), "0-3", default=()
    )
    """TODO."""


@struct
class AddPartitionsToTxnPartitionResult:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    partition_error_code: int = wire(INT16)
    """TODO."""


@struct
class AddPartitionsToTxnTopicResult:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    results_by_partition: tuple[AddPartitionsToTxnPartitionResult, ...] = wire(
        array(AddPartitionsToTxnPartitionResult)
    )
    """TODO."""


@struct
class AddPartitionsToTxnResult:
    """TODO."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    topic_results: tuple[AddPartitionsToTxnTopicResult, ...] = wire(
        array(AddPartitionsToTxnTopicResult)
    )
    """TODO."""


@response(api=24, versions="0-5", flexible="3+")
class AddPartitionsToTxnResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, "4+", default=0, ignorable=True)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    results_by_transaction: tuple[AddPartitionsToTxnResult, ...] = wire(
        array(AddPartitionsToTxnResult), "4+", default=()
    )
    """TODO."""
    results_by_topic_v3_and_below: tuple[AddPartitionsToTxnTopicResult, ...] = wire(
        array(AddPartitionsToTxnTopicResult), "0-3", default=()
    )
    """TODO."""
