"""DeleteShareGroupState (API 86): forget the state of a share group (KIP-932).

Without share groups no broker coordinates them: `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import without_coordinator
from logion.broker.state import BrokerState
from logion.protocol.messages.delete_share_group_state import (
    DeleteShareGroupStateRequest,
    DeleteShareGroupStateResponse,
    DeleteStateResult,
    PartitionResult,
)


async def handle(
    broker: BrokerState, context: Context, request: DeleteShareGroupStateRequest
) -> DeleteShareGroupStateResponse:
    """Refuse each partition."""
    return DeleteShareGroupStateResponse(
        results=without_coordinator(request.topics, DeleteStateResult, PartitionResult)
    )
