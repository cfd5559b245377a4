"""EndTxn (API 26): commit or abort a transaction (KIP-98).

v2   PRODUCER_FENCED (KIP-588)
v3   flexible
v5   the transaction's epoch ends with it; the answer has the next one (KIP-890)
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.broker.transaction_requests import told_of
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.end_txn import EndTxnRequest, EndTxnResponse
from logion.transaction.ending import End
from logion.transaction.state import EPOCH_PER_TRANSACTION, Claim

VERSION_WITH_FENCED = 2
VERSION_WITH_EPOCHS = 5


async def handle(
    broker: BrokerState, context: Context, request: EndTxnRequest
) -> EndTxnResponse:
    """Decide how the transaction ends; the markers follow."""
    has_epochs = context.version >= VERSION_WITH_EPOCHS
    claim = Claim(request.transactional_id, request.producer_id, request.producer_epoch)
    version = EPOCH_PER_TRANSACTION if has_epochs else 0
    try:
        given = await broker.transactions.end(End(claim, request.committed, version))
    except ApiError as failure:
        error = told_of(failure, context, VERSION_WITH_FENCED)
        return EndTxnResponse(throttle_time_ms=0, error_code=error)
    return EndTxnResponse(
        throttle_time_ms=0,
        error_code=Error.NONE,
        producer_id=given.producer_id,
        producer_epoch=given.epoch,
    )
