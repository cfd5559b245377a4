"""InitProducerId (API 22): a number for a producer, so that retries are harmless.

v2   flexible
v3   an id and epoch that the producer already has (KIP-360)
v4   PRODUCER_FENCED (KIP-588)
v6   two-phase commit (KIP-939)

A producer with a transactional id gets its number from the id's coordinator, together
with an epoch that fences all before it.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.broker.transaction_requests import told_of
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from logion.transaction.coordinator import Given
from logion.transaction.initializing import Asked, Expected
from logion.transaction.state import NO_EPOCH, NO_PRODUCER_ID

VERSION_WITH_FENCED = 4


async def handle(
    broker: BrokerState, context: Context, request: InitProducerIdRequest
) -> InitProducerIdResponse:
    """Return the id and epoch that the producer has from now on."""
    try:
        given = await _given(broker, request)
    except ApiError as failure:
        return InitProducerIdResponse(
            throttle_time_ms=0,
            error_code=told_of(failure, context, VERSION_WITH_FENCED),
            producer_id=NO_PRODUCER_ID,
            producer_epoch=NO_EPOCH,
        )
    return InitProducerIdResponse(
        throttle_time_ms=0,
        error_code=Error.NONE,
        producer_id=given.producer_id,
        producer_epoch=given.epoch,
    )


async def _given(broker: BrokerState, request: InitProducerIdRequest) -> Given:
    expected = _expected(request)
    if request.transactional_id is None:
        with storing():
            return Given(await broker.cluster.next_producer_id(), 0)
    return await broker.transactions.initialize(
        Asked(
            request.transactional_id,
            request.transaction_timeout_ms,
            expected,
            is_two_phase=request.enable_2pc,
            keeps_prepared=request.keep_prepared_txn,
        )
    )


def _expected(request: InitProducerIdRequest) -> Expected | None:
    """Return what the producer has; ApiError INVALID_REQUEST for half of it."""
    has_id = request.producer_id != NO_PRODUCER_ID
    has_epoch = request.producer_epoch != NO_EPOCH
    if has_id != has_epoch:
        text = f"producer {request.producer_id} of epoch {request.producer_epoch}"
        raise ApiError(Error.INVALID_REQUEST, f"{text}; expected both or none")
    return Expected(request.producer_id, request.producer_epoch) if has_id else None
