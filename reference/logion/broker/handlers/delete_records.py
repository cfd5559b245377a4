"""DeleteRecords (API 21): raise the log start offset (KIP-107).

v1   throttling after the answer (KIP-219)
v2   flexible
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.internal_topics import INTERNAL_TOPICS
from logion.broker.state import BrokerState
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsPartitionResult,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopicResult,
)

HIGH_WATERMARK = -1
"""The offset that stands for "everything that is committed"."""


async def handle(
    broker: BrokerState, context: Context, request: DeleteRecordsRequest
) -> DeleteRecordsResponse:
    """Drop the records below the given offsets; return the new log start offsets."""
    return DeleteRecordsResponse(
        throttle_time_ms=0,
        topics=tuple(
            DeleteRecordsTopicResult(
                name=topic.name,
                partitions=tuple(
                    _delete(broker, TopicPartition(topic.name, it.partition_index), it)
                    for it in topic.partitions
                ),
            )
            for topic in request.topics
        ),
    )


def _delete(
    broker: BrokerState, name: TopicPartition, asked: DeleteRecordsPartition
) -> DeleteRecordsPartitionResult:
    if name.topic in INTERNAL_TOPICS:
        return _result(name, -1, Error.INVALID_TOPIC_EXCEPTION)
    partition = broker.leading(name)
    if isinstance(partition, Error):
        return _result(name, -1, partition)
    try:
        return _result(name, partition.delete_before(asked.offset), Error.NONE)
    except ApiError as refusal:
        return _result(name, -1, refusal.error)


def _result(
    name: TopicPartition, low_watermark: int, error: Error
) -> DeleteRecordsPartitionResult:
    return DeleteRecordsPartitionResult(
        partition_index=name.partition, low_watermark=low_watermark, error_code=error
    )
