"""WriteShareGroupState (API 85): change the state of a share group (KIP-932).

v1   how many records are done with (KIP-1226)

Without share groups no broker coordinates them: `share.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import NO_COORDINATOR
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
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
        results=tuple(
            WriteStateResult(
                topic_id=topic.topic_id,
                partitions=tuple(
                    PartitionResult(
                        partition=it.partition,
                        error_code=Error.NOT_COORDINATOR,
                        error_message=NO_COORDINATOR,
                    )
                    for it in topic.partitions
                ),
            )
            for topic in request.topics
        )
    )
