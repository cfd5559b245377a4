"""ListOffsets (API 2): the offset of a timestamp, of the start, of the end.

v0   a list of the offsets at which segments begin, newest first
v1   one offset with its timestamp (KIP-79)
v2   isolation level (KIP-98)
v4   leader epochs (KIP-320)
v5   OFFSET_NOT_AVAILABLE while a new leader does not know its high watermark (KIP-207)
v6   flexible
v7   the largest timestamp (KIP-734)
v8   the earliest offset on this broker's own disk (KIP-405)
v9   the latest offset in tiered storage (KIP-1005)
v10  a time-out (KIP-1075)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from logion.broker.admission import check_readable
from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.names import NO_LEADER_EPOCH, TopicPartition
from logion.protocol.apis import LIST_OFFSETS
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopic,
    ListOffsetsTopicResponse,
)
from logion.protocol.releases import Release, release
from logion.protocol.schema import replace
from logion.replica.offsets import (
    FIRST_VERSIONS,
    LONG_AGO,
    find_offset,
    segment_offsets,
)
from logion.replica.partition import Partition

READ_COMMITTED = 1
ISOLATION_LEVELS = frozenset({0, READ_COMMITTED})

VERSION_WITH_LISTS = 0
VERSION_WITH_EPOCHS = 4

MEANINGS_CHECKED_SINCE = release("3.9")
"""Before, a negative time that stood for nothing was long ago, like any other."""


async def handle(
    broker: BrokerState, context: Context, request: ListOffsetsRequest
) -> ListOffsetsResponse:
    """Return the offset asked for of each partition, or why there is none."""
    if request.isolation_level not in ISOLATION_LEVELS:
        check_readable(broker.release, f"isolation level {request.isolation_level}")
        return _refused_all(request)
    twice = _named_twice(request) if context.version > VERSION_WITH_LISTS else set()
    return ListOffsetsResponse(
        topics=tuple(
            ListOffsetsTopicResponse(
                name=topic.name,
                partitions=tuple(
                    _refused(it.partition_index, Error.INVALID_REQUEST)
                    if (topic.name, it.partition_index) in twice
                    else _answer(broker, context, request, topic, it)
                    for it in _answered(broker, topic.partitions)
                ),
            )
            for topic in request.topics
            if topic.partitions or not _names_once(broker)
        )
    )


def _names_once(broker: BrokerState) -> bool:
    """Tell whether answers are gathered by partition, each named once.

    So they are up to 2.6 and in 4.x.
    """
    return not release("2.7") <= broker.release < release("4.0")


def _answered(
    broker: BrokerState, asked: tuple[ListOffsetsPartition, ...]
) -> Iterable[ListOffsetsPartition]:
    if not _names_once(broker):
        return asked
    return {it.partition_index: it for it in asked}.values()


def _refused_all(request: ListOffsetsRequest) -> ListOffsetsResponse:
    """Return the refusal of a request that wants what does not exist."""
    error = Error.UNKNOWN_SERVER_ERROR
    return ListOffsetsResponse(
        topics=tuple(
            ListOffsetsTopicResponse(
                name=topic.name,
                partitions=tuple(
                    _refused(it.partition_index, error) for it in topic.partitions
                ),
            )
            for topic in request.topics
        )
    )


def _named_twice(request: ListOffsetsRequest) -> set[tuple[str, int]]:
    """Return the partitions that a request asks for more than once."""
    asked = Counter(
        (topic.name, it.partition_index)
        for topic in request.topics
        for it in topic.partitions
    )
    return {name for name, count in asked.items() if count > 1}


def _answer(
    broker: BrokerState,
    context: Context,
    request: ListOffsetsRequest,
    topic: ListOffsetsTopic,
    asked: ListOffsetsPartition,
) -> ListOffsetsPartitionResponse:
    if broker.release >= MEANINGS_CHECKED_SINCE and not _has_meaning(
        asked.timestamp, context.version
    ):
        return _refused(asked.partition_index, Error.UNSUPPORTED_VERSION)
    partition = broker.leading(TopicPartition(topic.name, asked.partition_index))
    if isinstance(partition, Error):
        return _refused(asked.partition_index, partition)
    if not _has_meaning(asked.timestamp, _newest_version(broker.release)):
        asked = replace(asked, timestamp=LONG_AGO)
    try:
        partition.check_epoch(asked.current_leader_epoch)
        if context.version == VERSION_WITH_LISTS:
            return _listed(broker, partition, asked)
        return _found(partition, context, request, asked)
    except ApiError as refusal:
        return _refused(asked.partition_index, refusal.error)


def _has_meaning(timestamp: int, version: int) -> bool:
    """Tell whether this version knows a time, or what it stands for."""
    first = FIRST_VERSIONS.get(timestamp)
    return timestamp >= 0 if first is None else first <= version


def _newest_version(played: Release) -> int:
    """Return the newest version that a release knows, and so which meanings."""
    return played.versions[LIST_OFFSETS][1]


def _listed(
    broker: BrokerState, partition: Partition, asked: ListOffsetsPartition
) -> ListOffsetsPartitionResponse:
    if asked.max_num_offsets < 0:
        raise ApiError(Error.UNKNOWN_SERVER_ERROR, "a negative number of offsets")
    return ListOffsetsPartitionResponse(
        partition_index=asked.partition_index,
        error_code=Error.NONE,
        old_style_offsets=segment_offsets(
            partition,
            asked.timestamp,
            asked.max_num_offsets,
            now_ms=broker.clock.time_ms(),
        ),
    )


def _found(
    partition: Partition,
    context: Context,
    request: ListOffsetsRequest,
    asked: ListOffsetsPartition,
) -> ListOffsetsPartitionResponse:
    committed = request.isolation_level == READ_COMMITTED
    found = find_offset(partition, asked.timestamp, read_committed=committed)
    knows_epochs = context.version >= VERSION_WITH_EPOCHS
    return ListOffsetsPartitionResponse(
        partition_index=asked.partition_index,
        error_code=Error.NONE,
        timestamp=found.timestamp,
        offset=found.offset,
        leader_epoch=found.leader_epoch if knows_epochs else NO_LEADER_EPOCH,
    )


def _refused(partition_index: int, error: Error) -> ListOffsetsPartitionResponse:
    return ListOffsetsPartitionResponse(
        partition_index=partition_index, error_code=error
    )
