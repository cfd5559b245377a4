"""ListTransactions (API 66): the transactional ids of this coordinator (KIP-664).

v1   those whose transaction is older than so long (KIP-994)
v2   those whose name matches a regular expression (KIP-1152)
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.group.consumer.patterns import Pattern
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.list_transactions import (
    ListTransactionsRequest,
    ListTransactionsResponse,
    TransactionState,
)
from logion.transaction.state import State, Transaction

STATE_NAMES = frozenset(it.value for it in State)


async def handle(
    broker: BrokerState, context: Context, request: ListTransactionsRequest
) -> ListTransactionsResponse:
    """Return the ids that pass all filters; a filter that is empty lets all pass."""
    if broker.transactions.shards.are_loading:
        return _refused(Error.COORDINATOR_LOAD_IN_PROGRESS)
    asked = request.transactional_id_pattern
    try:
        pattern = Pattern(asked) if asked else None
    except ApiError as failure:
        return _refused(failure.error)
    now_ms = broker.clock.time_ms()
    return ListTransactionsResponse(
        throttle_time_ms=0,
        error_code=Error.NONE,
        unknown_state_filters=tuple(
            it for it in dict.fromkeys(request.state_filters) if it not in STATE_NAMES
        ),
        transaction_states=tuple(
            TransactionState(
                transactional_id=it.transactional_id,
                producer_id=it.producer_id,
                transaction_state=it.state.value,
            )
            for it in broker.transactions.transactions()
            if _passes(request, it, now_ms)
            and (pattern is None or pattern.matches(it.transactional_id))
        ),
    )


def _refused(error: Error) -> ListTransactionsResponse:
    return ListTransactionsResponse(
        throttle_time_ms=0,
        error_code=error,
        unknown_state_filters=(),
        transaction_states=(),
    )


def _passes(
    request: ListTransactionsRequest, transaction: Transaction, now_ms: int
) -> bool:
    states, ids = request.state_filters, request.producer_id_filters
    age_ms = now_ms - transaction.started_ms
    return (
        (not states or transaction.state.value in states)
        and (not ids or transaction.producer_id in ids)
        and (request.duration_filter < 0 or age_ms > request.duration_filter)
    )
