"""Pages of transactional ids: whose transactions are open, where, and since when."""

from __future__ import annotations

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from logion.broker.inspection import identity_of, transactions_of
from logion.console.page import PageError, broker_of, page_of, render
from logion.transaction.state import AT_REST, Transaction


class TransactionRow(NamedTuple):
    """A transactional id in a table of them."""

    transaction: Transaction
    open_ms: int | None
    """How long its transaction has been open, None if none is."""


async def transactions(request: Request) -> Response:
    """Answer with a page of transactional ids, those of the query's `q` if there."""
    state = broker_of(request).state
    wanted = request.query_params.get("q", "").strip()
    found = [it for it in transactions_of(state) if wanted in it.transactional_id]
    chosen = page_of(request, found)
    now_ms = identity_of(state).time_ms
    rows = [_row(it, now_ms) for it in chosen.rows]
    return render(request, "transactions.html", slice=chosen, rows=rows, wanted=wanted)


async def transaction(request: Request) -> Response:
    """Answer with the transactional id that the query's `id` names."""
    state = broker_of(request).state
    name = request.query_params.get("id", "")
    found = [it for it in transactions_of(state) if it.transactional_id == name]
    if not found:
        text = f"There is no transactional id {name[:300]!r} on this broker."
        raise PageError(404, text)
    row = _row(found[0], identity_of(state).time_ms)
    chosen = page_of(request, sorted(found[0].partitions))
    return render(request, "transaction.html", row=row, slice=chosen)


def _row(transaction: Transaction, now_ms: int) -> TransactionRow:
    is_open = transaction.state not in AT_REST and transaction.started_ms >= 0
    return TransactionRow(
        transaction, now_ms - transaction.started_ms if is_open else None
    )
