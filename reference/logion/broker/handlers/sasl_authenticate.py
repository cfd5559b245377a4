"""SaslAuthenticate (API 36): a token with which a client says who it is (KIP-152).

v1   how long the session lasts (KIP-368)
v2   flexible

Listeners are without SASL: ILLEGAL_SASL_STATE, as on any such listener.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.sasl_authenticate import (
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: SaslAuthenticateRequest
) -> SaslAuthenticateResponse:
    """Refuse: nobody is asked who it is."""
    return SaslAuthenticateResponse(
        error_code=Error.ILLEGAL_SASL_STATE,
        error_message="this listener does not ask clients who they are",
        auth_bytes=b"",
    )
