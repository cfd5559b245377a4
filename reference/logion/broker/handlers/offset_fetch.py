"""OffsetFetch (API 9): how far groups have read.

v0   what OffsetCommit v0 stored, apart from all later versions
v1   what the coordinator has
v2   null asks for every partition; an error for the whole group
v5   leader epochs (KIP-320)
v6   flexible
v7   UNSTABLE_OFFSET_COMMIT while a transaction is open, if asked for (KIP-447)
v8   several groups (KIP-709)
v9   epochs of consumer members (KIP-848)
v10  topics by id

A partition nobody has committed for has offset -1 and no error, but in v0
UNKNOWN_TOPIC_OR_PARTITION.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.group.committing import committed_offsets, unstable_offsets
from logion.group.offsets import NO_OFFSET, CommittedOffset
from logion.names import ZERO_UUID, TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)
from logion.protocol.releases import release

Asked = TypeVar("Asked")

VERSION_WITHOUT_COORDINATOR = 0
VERSION_WITH_GROUP_ERROR = 2
VERSION_WITH_GROUPS = 8
VERSION_WITH_TOPIC_IDS = 10

NOTHING = CommittedOffset(NO_OFFSET)
"""What is told of a partition that nobody has committed for."""


async def handle(
    broker: BrokerState, context: Context, request: OffsetFetchRequest
) -> OffsetFetchResponse:
    """Return the offsets asked for."""
    if context.version >= VERSION_WITH_GROUPS:
        is_stable = request.require_stable
        groups = (
            _group(broker, context, it, is_stable=is_stable) for it in request.groups
        )
        return OffsetFetchResponse(groups=tuple(groups))
    if context.version == VERSION_WITHOUT_COORDINATOR:
        return await _from_apart(broker, request)
    return _single(broker, context, request)


# From v8 on: several groups


def _group(
    broker: BrokerState,
    context: Context,
    asked: OffsetFetchRequestGroup,
    *,
    is_stable: bool,
) -> OffsetFetchResponseGroup:
    try:
        offsets = committed_offsets(
            broker.groups, asked.group_id, asked.member_id, asked.member_epoch
        )
        unstable = _unstable(broker, asked.group_id, is_asked=is_stable)
    except ApiError as failure:
        return OffsetFetchResponseGroup(
            group_id=asked.group_id, topics=(), error_code=failure.error
        )
    topics = asked.topics
    if topics is None:
        topics = _every_topic(broker, context, offsets)
    return OffsetFetchResponseGroup(
        group_id=asked.group_id,
        topics=tuple(_topics(broker, context, it, offsets, unstable) for it in topics),
    )


def _unstable(
    broker: BrokerState, group_id: str, *, is_asked: bool
) -> Collection[TopicPartition]:
    """Return the partitions that a client which asks for it has to wait for."""
    return unstable_offsets(broker.groups, group_id) if is_asked else ()


def _every_topic(
    broker: BrokerState, context: Context, offsets: Iterable[TopicPartition]
) -> tuple[OffsetFetchRequestTopics, ...]:
    """Return a request for all that a group has, as far as the version can name it."""
    has_ids = context.version >= VERSION_WITH_TOPIC_IDS
    known = broker.cluster.image.topics
    return tuple(
        OffsetFetchRequestTopics(
            name="" if has_ids else name,
            topic_id=known[name].id if name in known else ZERO_UUID,
            partition_indexes=tuple(it.partition for it in found),
        )
        for name, found in groupby(sorted(offsets), key=attrgetter("topic"))
        if name in known or not has_ids
    )


def _topics(
    broker: BrokerState,
    context: Context,
    asked: OffsetFetchRequestTopics,
    offsets: Mapping[TopicPartition, CommittedOffset],
    unstable: Collection[TopicPartition],
) -> OffsetFetchResponseTopics:
    has_ids = context.version >= VERSION_WITH_TOPIC_IDS
    name = broker.topic_name(asked.topic_id) if has_ids else asked.name
    error = Error.UNKNOWN_TOPIC_ID if name is None else Error.NONE
    rows = []
    for index in _answered(broker, asked.partition_indexes):
        partition = TopicPartition(name or "", index)
        found = offsets.get(partition, NOTHING)
        if name is not None:
            found, error = _stable(partition, found, unstable)
        rows.append(
            OffsetFetchResponsePartitions(
                partition_index=index,
                committed_offset=found.offset,
                committed_leader_epoch=found.leader_epoch,
                metadata=found.metadata,
                error_code=error,
            )
        )
    return OffsetFetchResponseTopics(
        name=asked.name, topic_id=asked.topic_id, partitions=tuple(rows)
    )


def _stable(
    partition: TopicPartition,
    found: CommittedOffset,
    unstable: Collection[TopicPartition],
) -> tuple[CommittedOffset, Error]:
    """Return an offset, or that the client is to ask again when transactions ended."""
    if partition in unstable:
        return NOTHING, Error.UNSTABLE_OFFSET_COMMIT
    return found, Error.NONE


# Until v7: one group


def _single(
    broker: BrokerState, context: Context, request: OffsetFetchRequest
) -> OffsetFetchResponse:
    try:
        offsets = committed_offsets(broker.groups, request.group_id)
        is_stable = request.require_stable
        unstable = _unstable(broker, request.group_id, is_asked=is_stable)
    except ApiError as failure:
        return _refused(context, request, failure.error)
    named = request.topics is not None
    wanted = _answered(broker, _wanted(request)) if named else offsets
    if broker.release < release("0.9.0"):
        rows = [_of_0_8(broker, it, offsets.get(it, NOTHING)) for it in wanted]
        return OffsetFetchResponse(topics=_by_topic(rows))
    rows = [(it, *_stable(it, offsets.get(it, NOTHING), unstable)) for it in wanted]
    return OffsetFetchResponse(topics=_by_topic(rows), error_code=Error.NONE)


def _of_0_8(
    broker: BrokerState, name: TopicPartition, found: CommittedOffset
) -> tuple[TopicPartition, CommittedOffset, Error]:
    """Return what 0.8 says of a partition, which has to be there."""
    is_known = broker.cluster.image.partition(*name) is not None
    return name, found, Error.NONE if is_known else Error.UNKNOWN_TOPIC_OR_PARTITION


def _wanted(request: OffsetFetchRequest) -> list[TopicPartition]:
    """Return each partition of the request, as often as it is named."""
    return [
        TopicPartition(topic.name, index)
        for topic in request.topics or ()
        for index in topic.partition_indexes
    ]


def _answered(broker: BrokerState, asked: Iterable[Asked]) -> Iterable[Asked]:
    """Return what is answered: what is named twice, from 4.0 on, is told twice."""
    return asked if broker.release >= release("4.0") else dict.fromkeys(asked)


def _refused(
    context: Context, request: OffsetFetchRequest, error: Error
) -> OffsetFetchResponse:
    """Return an error for the group; every partition carries it before v2."""
    if context.version >= VERSION_WITH_GROUP_ERROR:
        return OffsetFetchResponse(topics=(), error_code=error)
    rows = [(it, NOTHING, error) for it in dict.fromkeys(_wanted(request))]
    return OffsetFetchResponse(topics=_by_topic(rows))


async def _from_apart(
    broker: BrokerState, request: OffsetFetchRequest
) -> OffsetFetchResponse:
    """Return what version 0 of OffsetCommit stored."""
    rows = []
    for partition in dict.fromkeys(_wanted(request)):
        offset = await broker.cluster.committed_offset(request.group_id, partition)
        is_known = broker.cluster.image.partition(*partition) is not None
        if offset is None or not is_known:
            rows.append((partition, NOTHING, Error.UNKNOWN_TOPIC_OR_PARTITION))
        else:
            rows.append((partition, CommittedOffset(offset), Error.NONE))
    return OffsetFetchResponse(topics=_by_topic(rows))


def _by_topic(
    rows: Sequence[tuple[TopicPartition, CommittedOffset, Error]],
) -> tuple[OffsetFetchResponseTopic, ...]:
    """Return rows by topic, topics in the order in which they come first."""
    topics: dict[str, list[OffsetFetchResponsePartition]] = {}
    for partition, found, error in rows:
        topics.setdefault(partition.topic, []).append(
            OffsetFetchResponsePartition(
                partition_index=partition.partition,
                committed_offset=found.offset,
                committed_leader_epoch=found.leader_epoch,
                metadata=found.metadata,
                error_code=error,
            )
        )
    return tuple(
        OffsetFetchResponseTopic(name=name, partitions=tuple(found))
        for name, found in topics.items()
    )
