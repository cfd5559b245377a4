"""DescribeTransactions (API 65): what a coordinator knows of transactions (KIP-664)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.describe_transactions import (
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    TopicData,
    TransactionState,
)
from logion.transaction.state import Transaction


async def handle(
    broker: BrokerState, context: Context, request: DescribeTransactionsRequest
) -> DescribeTransactionsResponse:
    """Return the state of each transactional id, or why there is none."""
    states = tuple(_described(broker, it) for it in request.transactional_ids)
    return DescribeTransactionsResponse(throttle_time_ms=0, transaction_states=states)


def _described(broker: BrokerState, transactional_id: str) -> TransactionState:
    try:
        found = _found(broker, transactional_id)
    except ApiError as failure:
        return TransactionState(
            error_code=failure.error,
            transactional_id=transactional_id,
            transaction_state="",
            transaction_timeout_ms=0,
            transaction_start_time_ms=0,
            producer_id=0,
            producer_epoch=0,
            topics=(),
        )
    return TransactionState(
        error_code=Error.NONE,
        transactional_id=transactional_id,
        transaction_state=found.state.value,
        transaction_timeout_ms=found.timeout_ms,
        transaction_start_time_ms=found.started_ms,
        producer_id=found.producer_id,
        producer_epoch=found.epoch,
        topics=_by_topic(found.partitions),
    )


def _found(broker: BrokerState, transactional_id: str) -> Transaction:
    if not transactional_id:
        raise ApiError(Error.INVALID_REQUEST, "the transactional id is empty")
    found = broker.transactions.find(transactional_id)
    if found is None:
        text = f"there is no transactional id {transactional_id!r}"
        raise ApiError(Error.TRANSACTIONAL_ID_NOT_FOUND, text)
    return found


def _by_topic(partitions: Iterable[TopicPartition]) -> tuple[TopicData, ...]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for name in sorted(partitions):
        found[name.topic].append(name.partition)
    return tuple(
        TopicData(topic=topic, partitions=tuple(indexes))
        for topic, indexes in found.items()
    )
