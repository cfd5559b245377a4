"""DeleteShareGroupOffsets (API 92): forget where a share group is (KIP-932).

Share groups are not built: it is answered as where `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.delete_share_group_offsets import (
    DeleteShareGroupOffsetsRequest,
    DeleteShareGroupOffsetsResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: DeleteShareGroupOffsetsRequest
) -> DeleteShareGroupOffsetsResponse:
    """Refuse, and change nothing."""
    return DeleteShareGroupOffsetsResponse(
        throttle_time_ms=0,
        error_code=Error.UNSUPPORTED_VERSION,
        error_message="share groups are off",
        responses=(),
    )
