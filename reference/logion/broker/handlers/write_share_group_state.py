"""WriteShareGroupState (API 85): change the state of a share group (KIP-932).

v1   how many records are done with (KIP-1226)

Without share groups no broker coordinates them: `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import without_coordinator
from logion.broker.state import BrokerState
from logion.protocol.messages.write_share_group_state import (
    PartitionResult,
    WriteShareGroupStateRequest,
    WriteShareGroupStateResponse,
    WriteStateResult,
)


async def handle(
    broker: BrokerState, context: Context, request: WriteShareGroupStateRequest
) -> WriteShareGroupStateResponse:
    """Refuse each partition."""
    return WriteShareGroupStateResponse(
        results=without_coordinator(request.topics, WriteStateResult, PartitionResult)
    )
