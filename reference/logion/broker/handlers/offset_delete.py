"""OffsetDelete (API 47): forget offsets that no member reads on from (KIP-496)."""

from __future__ import annotations

from collections.abc import Mapping

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
    unknown = Error.UNKNOWN_TOPIC_OR_PARTITION
    return OffsetDeleteResponse(
        error_code=Error.NONE,
        throttle_time_ms=0,
        topics=_by_topic({it: errors.get(it, unknown) for it in asked}),
    )


def _by_topic(
    errors: Mapping[TopicPartition, Error],
) -> tuple[OffsetDeleteResponseTopic, ...]:
    """Return what came of each partition: each topic once, as it comes first."""
    topics: dict[str, list[OffsetDeleteResponsePartition]] = {}
    for (name, partition), error in errors.items():
        topics.setdefault(name, []).append(
            OffsetDeleteResponsePartition(partition_index=partition, error_code=error)
        )
    return tuple(
        OffsetDeleteResponseTopic(name=name, partitions=tuple(found))
        for name, found in topics.items()
    )
