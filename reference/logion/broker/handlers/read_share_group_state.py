"""ReadShareGroupState (API 84): the state of a share group (KIP-932).

Without share groups no broker coordinates them: `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import NO_COORDINATOR
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
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
    return ReadShareGroupStateResponse(
        results=tuple(
            ReadStateResult(
                topic_id=topic.topic_id,
                partitions=tuple(
                    PartitionResult(
                        partition=it.partition,
                        error_code=Error.NOT_COORDINATOR,
                        error_message=NO_COORDINATOR,
                        state_epoch=0,
                        start_offset=0,
                        state_batches=(),
                    )
                    for it in topic.partitions
                ),
            )
            for topic in request.topics
        )
    )
