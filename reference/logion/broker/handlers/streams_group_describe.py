"""StreamsGroupDescribe (API 89): state of streams groups (KIP-1071).

Streams groups are not built: it is answered as where `streams.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.streams_group_describe import (
    DescribedGroup,
    StreamsGroupDescribeRequest,
    StreamsGroupDescribeResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: StreamsGroupDescribeRequest
) -> StreamsGroupDescribeResponse:
    """Refuse each group."""
    return StreamsGroupDescribeResponse(
        throttle_time_ms=0,
        groups=tuple(
            DescribedGroup(
                error_code=Error.UNSUPPORTED_VERSION,
                group_id=group_id,
                group_state="",
                group_epoch=0,
                assignment_epoch=0,
                members=(),
            )
            for group_id in request.group_ids
        ),
    )
