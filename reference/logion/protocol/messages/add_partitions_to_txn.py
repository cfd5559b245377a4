"""AddPartitionsToTxn (API 24): a transaction will write to these partitions (KIP-98).

Producers send v0 to v3; from v4 on only brokers do, to verify a transaction or to add
to it on behalf of a producer.

v0   0.11.0  the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.7     PRODUCER_FENCED in place of INVALID_PRODUCER_EPOCH (KIP-588)
v3   2.8     flexible
v4   3.6     from brokers: several transactions, may only verify (KIP-890)
v5   3.8     TRANSACTION_ABORTABLE may be answered (KIP-890)
"""

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
    """Partitions of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@struct
class AddPartitionsToTxnTransaction:
    """Partitions of one transaction."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    verify_only: bool = wire(BOOL, default=False)
    """Whether to say only if the partitions are part of the transaction."""
    topics: tuple[AddPartitionsToTxnTopic, ...] = wire(array(AddPartitionsToTxnTopic))
    """The partitions, by topic."""


@request(api=24, versions="0-5", flexible="3+")
class AddPartitionsToTxnRequest:
    """Add these partitions."""

    transactions: tuple[AddPartitionsToTxnTransaction, ...] = wire(
        array(AddPartitionsToTxnTransaction), "4+", default=()
    )
    """The partitions, by transaction."""
    v3_and_below_transactional_id: str = wire(STRING, "0-3", default="")
    """Name of the transactional producer."""
    v3_and_below_producer_id: int = wire(INT64, "0-3", default=0)
    """Its producer id."""
    v3_and_below_producer_epoch: int = wire(INT16, "0-3", default=0)
    """Its epoch."""
    v3_and_below_topics: tuple[AddPartitionsToTxnTopic, ...] = wire(
        array(AddPartitionsToTxnTopic), "0-3", default=()
    )
    """The partitions, by topic."""


@struct
class AddPartitionsToTxnPartitionResult:
    """Result for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    partition_error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; OPERATION_NOT_ATTEMPTED if another partition
    failed.
    """


@struct
class AddPartitionsToTxnTopicResult:
    """Results for one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    results_by_partition: tuple[AddPartitionsToTxnPartitionResult, ...] = wire(
        array(AddPartitionsToTxnPartitionResult)
    )
    """The result of each partition."""


@struct
class AddPartitionsToTxnResult:
    """Results for one transaction."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    topic_results: tuple[AddPartitionsToTxnTopicResult, ...] = wire(
        array(AddPartitionsToTxnTopicResult)
    )
    """The results, by topic."""


@response(api=24, versions="0-5", flexible="3+")
class AddPartitionsToTxnResponse:
    """Which partitions were added."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, "4+", default=0, ignorable=True)
    """Error of the whole request; 0 if none."""
    results_by_transaction: tuple[AddPartitionsToTxnResult, ...] = wire(
        array(AddPartitionsToTxnResult), "4+", default=()
    )
    """The results, by transaction."""
    results_by_topic_v3_and_below: tuple[AddPartitionsToTxnTopicResult, ...] = wire(
        array(AddPartitionsToTxnTopicResult), "0-3", default=()
    )
    """The results, by topic."""
