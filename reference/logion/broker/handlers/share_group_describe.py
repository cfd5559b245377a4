"""ShareGroupDescribe (API 77): state and members of share groups (KIP-932).

Share groups are not built: it is answered as where `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.share_group_describe import (
    DescribedGroup,
    ShareGroupDescribeRequest,
    ShareGroupDescribeResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: ShareGroupDescribeRequest
) -> ShareGroupDescribeResponse:
    """Refuse each group."""
    return ShareGroupDescribeResponse(
        throttle_time_ms=0,
        groups=tuple(
            DescribedGroup(
                error_code=Error.UNSUPPORTED_VERSION,
                group_id=group_id,
                group_state="",
                group_epoch=0,
                assignment_epoch=0,
                assignor_name="",
                members=(),
            )
            for group_id in request.group_ids
        ),
    )
