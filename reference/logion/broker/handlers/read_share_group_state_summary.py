"""ReadShareGroupStateSummary (API 87): where a share group is (KIP-932).

v1   how many records are done with (KIP-1226)

Without share groups no broker coordinates them: `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import NO_COORDINATOR
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
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
    return ReadShareGroupStateSummaryResponse(
        results=tuple(
            ReadStateSummaryResult(
                topic_id=topic.topic_id,
                partitions=tuple(
                    PartitionResult(
                        partition=it.partition,
                        error_code=Error.NOT_COORDINATOR,
                        error_message=NO_COORDINATOR,
                        state_epoch=0,
                        leader_epoch=0,
                        start_offset=0,
                    )
                    for it in topic.partitions
                ),
            )
            for topic in request.topics
        )
    )
