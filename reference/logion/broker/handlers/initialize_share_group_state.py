"""InitializeShareGroupState (API 83): begin the state of a share group (KIP-932).

Without share groups no broker coordinates them: `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import without_coordinator
from logion.broker.state import BrokerState
from logion.protocol.messages.initialize_share_group_state import (
    InitializeShareGroupStateRequest,
    InitializeShareGroupStateResponse,
    InitializeStateResult,
    PartitionResult,
)


async def handle(
    broker: BrokerState, context: Context, request: InitializeShareGroupStateRequest
) -> InitializeShareGroupStateResponse:
    """Refuse each partition."""
    return InitializeShareGroupStateResponse(
        results=without_coordinator(
            request.topics, InitializeStateResult, PartitionResult
        )
    )
