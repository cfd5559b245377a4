"""UnregisterBroker (API 64): forget a broker that will not come back (KIP-500).

The only broker is this one, which is here.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.unregister_broker import (
    UnregisterBrokerRequest,
    UnregisterBrokerResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: UnregisterBrokerRequest
) -> UnregisterBrokerResponse:
    """Refuse: a broker is unknown, or it is this one."""
    refusal = _refusal(broker, request.broker_id)
    return UnregisterBrokerResponse(
        throttle_time_ms=0, error_code=refusal.error, error_message=refusal.message
    )


def _refusal(broker: BrokerState, broker_id: int) -> ApiError:
    if broker_id == broker.id:
        text = f"broker {broker_id} answers this request: it is needed"
        return ApiError(Error.INVALID_REQUEST, text)
    text = f"there is no broker {broker_id}"
    return ApiError(Error.BROKER_ID_NOT_REGISTERED, text)
