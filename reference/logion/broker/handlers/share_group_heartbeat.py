"""ShareGroupHeartbeat (API 76): membership of a share group (KIP-932).

Share groups are not built: it is answered as where `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.share_group_heartbeat import (
    ShareGroupHeartbeatRequest,
    ShareGroupHeartbeatResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: ShareGroupHeartbeatRequest
) -> ShareGroupHeartbeatResponse:
    """Refuse every member."""
    return ShareGroupHeartbeatResponse(
        throttle_time_ms=0,
        error_code=Error.UNSUPPORTED_VERSION,
        member_epoch=0,
        heartbeat_interval_ms=0,
    )
