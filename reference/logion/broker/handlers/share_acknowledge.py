"""ShareAcknowledge (API 79): what became of acquired records (KIP-932).

v2   locks may be renewed (KIP-1222)

Share groups are not built: it is answered as where `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.share_acknowledge import (
    ShareAcknowledgeRequest,
    ShareAcknowledgeResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: ShareAcknowledgeRequest
) -> ShareAcknowledgeResponse:
    """Refuse: nothing was acquired."""
    return ShareAcknowledgeResponse(
        throttle_time_ms=0,
        error_code=Error.UNSUPPORTED_VERSION,
        responses=(),
        node_endpoints=(),
    )
