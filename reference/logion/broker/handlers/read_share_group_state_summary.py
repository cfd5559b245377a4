"""ReadShareGroupStateSummary (API 87): where a share group is (KIP-932).

v1   how many records are done with (KIP-1226)

Without share groups no broker coordinates them: `share.version` is 0.
"""

from __future__ import annotations

from functools import partial

from logion.broker.context import Context
from logion.broker.group_requests import without_coordinator
from logion.broker.state import BrokerState
from logion.protocol.messages.read_share_group_state_summary import (
    PartitionResult,
    ReadShareGroupStateSummaryRequest,
    ReadShareGroupStateSummaryResponse,
    ReadStateSummaryResult,
)


async def handle(
    broker: BrokerState, context: Context, request: ReadShareGroupStateSummaryRequest
) -> ReadShareGroupStateSummaryResponse:
    """Refuse each partition."""
    refused = partial(PartitionResult, state_epoch=0, leader_epoch=0, start_offset=0)
    return ReadShareGroupStateSummaryResponse(
        results=without_coordinator(request.topics, ReadStateSummaryResult, refused)
    )
