"""ShareFetch (API 78): acquire records as a member of a share group (KIP-932).

v2   how records are acquired (KIP-1206); locks may be renewed (KIP-1222)

Share groups are not built: it is answered as where `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.share_fetch import (
    ShareFetchRequest,
    ShareFetchResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: ShareFetchRequest
) -> ShareFetchResponse:
    """Refuse, and give no records."""
    return ShareFetchResponse(
        throttle_time_ms=0,
        error_code=Error.UNSUPPORTED_VERSION,
        responses=(),
        node_endpoints=(),
    )
