"""DescribeLogDirs (API 35): what lies in each data folder, and how large it is.

v2   flexible
v3   an error for the whole answer
v4   size and free space of the disk (KIP-827)
v5   whether a folder takes new partitions
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.log.directory import LogDirectory
from logion.log.log import Log
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.protocol.messages.describe_log_dirs import (
    DescribableLogDirTopic,
    DescribeLogDirsPartition,
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
    DescribeLogDirsResult,
    DescribeLogDirsTopic,
)
from logion.protocol.releases import release


async def handle(
    broker: BrokerState, context: Context, request: DescribeLogDirsRequest
) -> DescribeLogDirsResponse:
    """Return the size of each log asked for; null asks for all."""
    asked = None if request.topics is None else _asked(broker, request.topics)
    return DescribeLogDirsResponse(
        throttle_time_ms=0,
        results=tuple(_describe(broker, it, asked) for it in broker.logs.directories),
    )


def _asked(
    broker: BrokerState, topics: Iterable[DescribableLogDirTopic]
) -> set[TopicPartition]:
    """Return those of the logs asked for that are here: a request may name millions."""
    here: dict[str, set[int]] = {}
    for name in broker.logs.logs:
        here.setdefault(name.topic, set()).add(name.partition)
    return {
        TopicPartition(topic.topic, index)
        for topic in topics
        for index in here.get(topic.topic, set()).intersection(topic.partitions)
    }


def _describe(
    broker: BrokerState, directory: LogDirectory, asked: set[TopicPartition] | None
) -> DescribeLogDirsResult:
    if directory.failure is not None:
        return DescribeLogDirsResult(
            error_code=Error.KAFKA_STORAGE_ERROR, log_dir=directory.path, topics=()
        )
    every = [*broker.logs.logs.items(), *broker.logs.futures.items()]
    here = [
        (name, log)
        for name, log in sorted(every, key=lambda it: it[0])
        if log.directory is directory
    ]
    total, usable = directory.disk.space(directory.path)
    return DescribeLogDirsResult(
        error_code=Error.NONE,
        log_dir=directory.path,
        topics=_topics(broker, here, asked),
        total_bytes=total,
        usable_bytes=usable,
    )


def _topics(
    broker: BrokerState,
    here: Iterable[tuple[TopicPartition, Log]],
    asked: set[TopicPartition] | None,
) -> tuple[DescribeLogDirsTopic, ...]:
    """Return what was asked for of what lies here; None is everything.

    From 2.6 to 2.8 others are named, too, without partitions; 3.9 leaves them out.
    """
    names_others = release("2.6") <= broker.release < release("3.0")
    topics = (
        DescribeLogDirsTopic(
            name=topic,
            partitions=tuple(
                _size(broker, name, log)
                for name, log in logs
                if asked is None or name in asked
            ),
        )
        for topic, logs in groupby(here, key=lambda it: it[0].topic)
    )
    return tuple(it for it in topics if it.partitions or names_others)


def _size(
    broker: BrokerState, name: TopicPartition, log: Log
) -> DescribeLogDirsPartition:
    """Return the size of a log; one on its way here says how far it is behind."""
    current = broker.logs.logs[name]
    return DescribeLogDirsPartition(
        partition_index=name.partition,
        partition_size=log.size,
        offset_lag=max(0, current.end_offset - log.end_offset),
        is_future_key=log is not current,
    )
