"""AlterReplicaLogDirs (API 34): move logs to another data folder (KIP-113).

v2   flexible

The answer comes at once; DescribeLogDirs tells how far a move is.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.log.directory import LogDirectory
from logion.log.folders import FUTURE_SUFFIX, NAME_SIZE_MAX
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.alter_replica_log_dirs import (
    AlterReplicaLogDirPartitionResult,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
    AlterReplicaLogDirTopicResult,
)

UNIQUE_SIZE = 33
"""A point and 32 digits, in the name of a log on the move."""


async def handle(
    broker: BrokerState, context: Context, request: AlterReplicaLogDirsRequest
) -> AlterReplicaLogDirsResponse:
    """Begin each move; a partition named twice goes where it was last wanted."""
    wanted = {
        TopicPartition(topic.name, index): to.path
        for to in request.dirs
        for topic in to.topics
        for index in topic.partitions
    }
    results: dict[str, list[AlterReplicaLogDirPartitionResult]] = {}
    for name, path in wanted.items():
        result = AlterReplicaLogDirPartitionResult(
            partition_index=name.partition, error_code=_begin(broker, name, path)
        )
        results.setdefault(name.topic, []).append(result)
    return AlterReplicaLogDirsResponse(
        throttle_time_ms=0,
        results=tuple(
            AlterReplicaLogDirTopicResult(topic_name=topic, partitions=tuple(found))
            for topic, found in results.items()
        ),
    )


def _begin(broker: BrokerState, name: TopicPartition, path: str) -> Error:
    try:
        _check_name(name)
        broker.moves.begin(name, _directory(broker, path))
    except ApiError as refusal:
        return refusal.error
    return Error.NONE


def _check_name(name: TopicPartition) -> None:
    """Raise INVALID_TOPIC_EXCEPTION if the folder of a move could not be named."""
    size = len(f"{name}{FUTURE_SUFFIX}") + UNIQUE_SIZE
    if size > NAME_SIZE_MAX:
        text = f"a folder of {size} characters, at most {NAME_SIZE_MAX}"
        raise ApiError(Error.INVALID_TOPIC_EXCEPTION, text)


def _directory(broker: BrokerState, path: str) -> LogDirectory:
    for directory in broker.logs.directories:
        if directory.path == path:
            return directory
    text = f"{path!r} is none of the broker's data folders"
    raise ApiError(Error.LOG_DIR_NOT_FOUND, text)
