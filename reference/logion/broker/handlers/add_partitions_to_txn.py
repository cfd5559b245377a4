"""AddPartitionsToTxn (API 24): a transaction will write to these partitions (KIP-98).

v2   PRODUCER_FENCED (KIP-588)
v3   flexible
v4   from brokers: several transactions, which may only be verified (KIP-890)

One partition that does not exist keeps all of its transaction from being added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.broker.transaction_requests import told_of
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnPartitionResult,
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTopicResult,
    AddPartitionsToTxnTransaction,
)
from logion.transaction.state import EPOCH_PER_TRANSACTION, Claim

VERSION_WITH_FENCED = 2
VERSION_OF_BROKERS = 4


async def handle(
    broker: BrokerState, context: Context, request: AddPartitionsToTxnRequest
) -> AddPartitionsToTxnResponse:
    """Add the partitions of each transaction, or verify that it has them."""
    if context.version < VERSION_OF_BROKERS:
        transaction = AddPartitionsToTxnTransaction(
            transactional_id=request.v3_and_below_transactional_id,
            producer_id=request.v3_and_below_producer_id,
            producer_epoch=request.v3_and_below_producer_epoch,
            topics=request.v3_and_below_topics,
        )
        results = await _results(broker, context, transaction)
        return AddPartitionsToTxnResponse(
            throttle_time_ms=0, results_by_topic_v3_and_below=results
        )
    return AddPartitionsToTxnResponse(
        throttle_time_ms=0,
        results_by_transaction=tuple(
            [
                AddPartitionsToTxnResult(
                    transactional_id=it.transactional_id,
                    topic_results=await _results(broker, context, it),
                )
                for it in request.transactions
            ]
        ),
    )


async def _results(
    broker: BrokerState, context: Context, asked: AddPartitionsToTxnTransaction
) -> tuple[AddPartitionsToTxnTopicResult, ...]:
    names = _names(asked.topics)
    image = broker.cluster.image
    missing = {it for it in names if image.partition(*it) is None}
    if missing:
        errors = {
            it: Error.UNKNOWN_TOPIC_OR_PARTITION
            if it in missing
            else Error.OPERATION_NOT_ATTEMPTED
            for it in names
        }
    else:
        errors = await _errors(broker, context, asked, names)
    return _by_topic(errors)


def _names(topics: Iterable[AddPartitionsToTxnTopic]) -> list[TopicPartition]:
    """Return the partitions, each once."""
    named = (TopicPartition(it.name, index) for it in topics for index in it.partitions)
    return list(dict.fromkeys(named))


async def _errors(
    broker: BrokerState,
    context: Context,
    asked: AddPartitionsToTxnTransaction,
    names: list[TopicPartition],
) -> dict[TopicPartition, Error]:
    claim = Claim(asked.transactional_id, asked.producer_id, asked.producer_epoch)
    is_client = context.version < VERSION_OF_BROKERS
    version = 0 if is_client else EPOCH_PER_TRANSACTION
    try:
        if asked.verify_only:
            return broker.transactions.verify(claim, names)
        await broker.transactions.add(claim, names, version)
    except ApiError as failure:
        return dict.fromkeys(names, told_of(failure, context, VERSION_WITH_FENCED))
    return dict.fromkeys(names, Error.NONE)


def _by_topic(
    errors: Mapping[TopicPartition, Error],
) -> tuple[AddPartitionsToTxnTopicResult, ...]:
    found: dict[str, list[AddPartitionsToTxnPartitionResult]] = {}
    for name, error in errors.items():
        found.setdefault(name.topic, []).append(
            AddPartitionsToTxnPartitionResult(
                partition_index=name.partition, partition_error_code=error
            )
        )
    return tuple(
        AddPartitionsToTxnTopicResult(name=topic, results_by_partition=tuple(results))
        for topic, results in found.items()
    )
