"""ReadShareGroupState (API 84): the state of a share group (KIP-932).

Without share groups no broker coordinates them: `share.version` is 0.
"""

from __future__ import annotations

from functools import partial

from logion.broker.context import Context
from logion.broker.group_requests import without_coordinator
from logion.broker.state import BrokerState
from logion.protocol.messages.read_share_group_state import (
    PartitionResult,
    ReadShareGroupStateRequest,
    ReadShareGroupStateResponse,
    ReadStateResult,
)


async def handle(
    broker: BrokerState, context: Context, request: ReadShareGroupStateRequest
) -> ReadShareGroupStateResponse:
    """Refuse each partition."""
    refused = partial(PartitionResult, state_epoch=0, start_offset=0, state_batches=())
    return ReadShareGroupStateResponse(
        results=without_coordinator(request.topics, ReadStateResult, refused)
    )
