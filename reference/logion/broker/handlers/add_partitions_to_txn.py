"""AddPartitionsToTxn (API 24): a transaction will write to these partitions (KIP-98).

v2   PRODUCER_FENCED (KIP-588)
v3   flexible
v4   from brokers: several transactions, which may only be verified (KIP-890)

One partition that does not exist keeps all of its transaction from being added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from logion.broker.context import Context
from logion.broker.group_requests import is_known
from logion.broker.internal_topics import INTERNAL_TOPICS
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
from logion.protocol.releases import release
from logion.transaction.state import EPOCH_PER_TRANSACTION, Claim

VERSION_WITH_FENCED = 2
VERSION_OF_BROKERS = 4

UNDONE = Error.OPERATION_NOT_ATTEMPTED

TOPICS_COUNT_SINCE = release("1.0")
"""Before, each partition was looked up, as it is again from 2.0 on."""


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
    faults = {it: _fault(broker, context, it) for it in names}
    if all(it is Error.NONE for it in faults.values()):
        return _by_topic(await _errors(broker, context, asked, names))
    unharmed = [name for name, it in faults.items() if it is Error.NONE]
    return _by_topic({**faults, **dict.fromkeys(unharmed, UNDONE)})


def _fault(broker: BrokerState, context: Context, name: TopicPartition) -> Error:
    """Return why a partition cannot be added, NONE if it can.

    No client may write to internal topics. In 0.11 that kept the others out as well,
    but of itself a topic that was there said only that nothing was done.
    """
    is_there = _is_there(broker, name)
    if name.topic in INTERNAL_TOPICS and context.version < VERSION_OF_BROKERS:
        if is_there and broker.release < TOPICS_COUNT_SINCE:
            return UNDONE
        return Error.TOPIC_AUTHORIZATION_FAILED
    return Error.NONE if is_there else Error.UNKNOWN_TOPIC_OR_PARTITION


def _is_there(broker: BrokerState, name: TopicPartition) -> bool:
    """Tell whether a partition is known; in 1.0 and 1.1 its topic was enough."""
    if broker.release < TOPICS_COUNT_SINCE:
        return broker.cluster.image.partition(*name) is not None
    return is_known(broker, name)


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
