"""OffsetForLeaderEpoch (API 23): where a leader's term ends in this log (KIP-101).

v1   the answer names the epoch it speaks of (KIP-279)
v2   the client's current leader epoch is checked (KIP-320)
v3   consumers may ask too; the replica id tells them apart
v4   flexible
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.offset_for_leader_epoch import (
    EpochEndOffset,
    OffsetForLeaderEpochRequest,
    OffsetForLeaderEpochResponse,
    OffsetForLeaderPartition,
    OffsetForLeaderTopicResult,
)


async def handle(
    broker: BrokerState, context: Context, request: OffsetForLeaderEpochRequest
) -> OffsetForLeaderEpochResponse:
    """Return the end of the epoch asked for, in each partition."""
    return OffsetForLeaderEpochResponse(
        topics=tuple(
            OffsetForLeaderTopicResult(
                topic=topic.topic,
                partitions=tuple(
                    _end(broker, TopicPartition(topic.topic, it.partition), it)
                    for it in topic.partitions
                ),
            )
            for topic in request.topics
        )
    )


def _end(
    broker: BrokerState, name: TopicPartition, asked: OffsetForLeaderPartition
) -> EpochEndOffset:
    partition = broker.leading(name)
    if isinstance(partition, Error):
        return EpochEndOffset(error_code=partition, partition=asked.partition)
    try:
        partition.check_epoch(asked.current_leader_epoch)
    except ApiError as refusal:
        return EpochEndOffset(error_code=refusal.error, partition=asked.partition)
    epoch, end_offset = partition.log.end_of_epoch(asked.leader_epoch)
    return EpochEndOffset(
        error_code=Error.NONE,
        partition=asked.partition,
        leader_epoch=epoch,
        end_offset=end_offset,
    )
