"""OffsetDelete (API 47): forget offsets that no member reads on from (KIP-496)."""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import check_group_id
from logion.broker.state import BrokerState
from logion.group.committing import delete_offsets
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteResponse,
    OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
)


async def handle(
    broker: BrokerState, context: Context, request: OffsetDeleteRequest
) -> OffsetDeleteResponse:
    """Forget the offsets; those of topics that members read have an error."""
    known = broker.cluster.image.partition
    asked = [
        TopicPartition(topic.name, it.partition_index)
        for topic in request.topics
        for it in topic.partitions
    ]
    try:
        check_group_id(request.group_id)
        errors = delete_offsets(
            broker.groups, request.group_id, [it for it in asked if known(*it)]
        )
    except ApiError as failure:
        return OffsetDeleteResponse(
            error_code=failure.error, throttle_time_ms=0, topics=()
        )
    return OffsetDeleteResponse(
        error_code=Error.NONE,
        throttle_time_ms=0,
        topics=tuple(
            OffsetDeleteResponseTopic(
                name=topic.name,
                partitions=tuple(
                    OffsetDeleteResponsePartition(
                        partition_index=it.partition_index,
                        error_code=errors.get(
                            TopicPartition(topic.name, it.partition_index),
                            Error.UNKNOWN_TOPIC_OR_PARTITION,
                        ),
                    )
                    for it in topic.partitions
                ),
            )
            for topic in request.topics
        ),
    )
