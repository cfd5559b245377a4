"""InitProducerId (API 22): a number for a producer, so that retries are harmless.

v2   flexible
v3   an id and epoch that the producer already has (KIP-360)
v4   PRODUCER_FENCED (KIP-588)
v6   two-phase commit (KIP-939)

A transactional id belongs to its coordinator, which is not built: NOT_COORDINATOR.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: InitProducerIdRequest
) -> InitProducerIdResponse:
    """Return a producer id that nobody had before, with epoch 0."""
    if request.transactional_id is not None:
        is_named = request.transactional_id != ""
        return _refused(Error.NOT_COORDINATOR if is_named else Error.INVALID_REQUEST)
    try:
        with storing():
            producer_id = await broker.cluster.next_producer_id()
    except ApiError as failure:
        return _refused(failure.error)
    return InitProducerIdResponse(
        throttle_time_ms=0,
        error_code=Error.NONE,
        producer_id=producer_id,
        producer_epoch=0,
    )


def _refused(error: Error) -> InitProducerIdResponse:
    return InitProducerIdResponse(
        throttle_time_ms=0, error_code=error, producer_id=-1, producer_epoch=-1
    )
