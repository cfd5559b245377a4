"""DescribeShareGroupOffsets (API 90): where share groups are (KIP-932).

v1   how many records are left (KIP-1226)

Share groups are not built: it is answered as where `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.describe_share_group_offsets import (
    DescribeShareGroupOffsetsRequest,
    DescribeShareGroupOffsetsResponse,
    DescribeShareGroupOffsetsResponseGroup,
)


async def handle(
    broker: BrokerState, context: Context, request: DescribeShareGroupOffsetsRequest
) -> DescribeShareGroupOffsetsResponse:
    """Refuse each group."""
    return DescribeShareGroupOffsetsResponse(
        throttle_time_ms=0,
        groups=tuple(
            DescribeShareGroupOffsetsResponseGroup(
                group_id=group.group_id,
                topics=(),
                error_code=Error.UNSUPPORTED_VERSION,
            )
            for group in request.groups
        ),
    )
