"""AllocateProducerIds (API 67): a broker gets a block of producer ids (KIP-730).

On ZooKeeper brokers ask the controller, which is this one.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.names import BrokerId
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.allocate_producer_ids import (
    AllocateProducerIdsRequest,
    AllocateProducerIdsResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: AllocateProducerIdsRequest
) -> AllocateProducerIdsResponse:
    """Give a block to a broker that is registered, in the epoch it has now."""
    try:
        ids = await _block(broker, request)
    except ApiError as refusal:
        return _answer(refusal.error, range(0))
    return _answer(Error.NONE, ids)


async def _block(broker: BrokerState, request: AllocateProducerIdsRequest) -> range:
    found = broker.cluster.image.brokers.get(BrokerId(request.broker_id))
    if found is None:
        raise ApiError(Error.BROKER_ID_NOT_REGISTERED)
    if request.broker_epoch != found.epoch:
        raise ApiError(Error.STALE_BROKER_EPOCH)
    with storing():
        return await broker.cluster.take_producer_ids(found.id)


def _answer(error: Error, ids: range) -> AllocateProducerIdsResponse:
    return AllocateProducerIdsResponse(
        throttle_time_ms=0,
        error_code=error,
        producer_id_start=ids.start,
        producer_id_len=len(ids),
    )
