"""SaslHandshake (API 17): which mechanism a client wants to say who it is with.

v1   the tokens come in SaslAuthenticate (KIP-152)

Listeners are without SASL: ILLEGAL_SASL_STATE, as on any such listener.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.sasl_handshake import (
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)
from logion.protocol.releases import release


async def handle(
    broker: BrokerState, context: Context, request: SaslHandshakeRequest
) -> SaslHandshakeResponse:
    """Refuse; before 1.1 the answer names what other listeners would take."""
    known = broker.cluster.config.words("sasl.enabled.mechanisms")
    return SaslHandshakeResponse(
        error_code=Error.ILLEGAL_SASL_STATE,
        mechanisms=known if broker.release < release("1.1") else (),
    )
