"""OffsetCommit (API 8): store how far a group has read.

v0   in ZooKeeper's place, apart from all later versions
v1   member and generation; a timestamp for each partition
v2   one retention time for all
v5   no retention time: offsets live as long as their group (KIP-211)
v6   leader epoch of the last record read (KIP-320)
v7   static members (KIP-345)
v8   flexible
v9   epochs of consumer members (KIP-848)
v10  topics by id
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from logion.broker.context import Context
from logion.broker.group_requests import is_known
from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.broker.text import utf16_length
from logion.group.classic.steps import Sender
from logion.group.committing import commit
from logion.group.offsets import CommittedOffset
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)
from logion.protocol.releases import release

VERSION_WITHOUT_COORDINATOR = 0
VERSION_WITH_EPOCHS = 9
VERSION_WITH_TOPIC_IDS = 10

UNSET = -1
"""What stands for a time that the client leaves to the broker."""

ABSENT = (Error.UNKNOWN_TOPIC_OR_PARTITION, Error.UNKNOWN_TOPIC_ID)
"""Errors of a partition that is not there."""


class Row(NamedTuple):
    """One partition of a request, and what is to become of it."""

    partition: int
    committed: CommittedOffset
    error: Error


async def handle(
    broker: BrokerState, context: Context, request: OffsetCommitRequest
) -> OffsetCommitResponse:
    """Store the offsets that may be stored; every partition has its own error."""
    names = [_name(broker, context, it) for it in request.topics]
    rows = [
        [_row(broker, context, request, name, it) for it in topic.partitions]
        for name, topic in zip(names, request.topics, strict=True)
    ]
    failure = await _store(broker, context, request, names, rows)
    topics = [
        _answer(topic, of_topic, failure)
        for topic, of_topic in zip(request.topics, rows, strict=True)
    ]
    return OffsetCommitResponse(topics=tuple(topics))


def _answer(
    topic: OffsetCommitRequestTopic, rows: Sequence[Row], failure: Error
) -> OffsetCommitResponseTopic:
    """Return what is told of a topic; `failure` is why nothing was stored."""
    partitions = [
        OffsetCommitResponsePartition(
            partition_index=it.partition, error_code=_told(it.error, failure)
        )
        for it in rows
    ]
    return OffsetCommitResponseTopic(
        name=topic.name, topic_id=topic.topic_id, partitions=tuple(partitions)
    )


def _told(error: Error, failure: Error) -> Error:
    """Return what is told of a partition when nothing was stored because of `failure`.

    Who may not commit at all is told so first, but not of a topic that is not there.
    """
    return error if error in ABSENT or failure is Error.NONE else failure


def _name(
    broker: BrokerState, context: Context, topic: OffsetCommitRequestTopic
) -> str:
    """Return the topic's name, "" if its id is of none."""
    if context.version < VERSION_WITH_TOPIC_IDS:
        return topic.name
    return broker.topic_name(topic.topic_id) or ""


def _row(
    broker: BrokerState,
    context: Context,
    request: OffsetCommitRequest,
    topic: str,
    asked: OffsetCommitRequestPartition,
) -> Row:
    """Return what a partition's offset is stored as, or why it is not."""
    metadata = asked.committed_metadata or ""
    error = Error.NONE
    name = TopicPartition(topic, asked.partition_index)
    if not (_takes_any(broker, context) or is_known(broker, name)):
        error = Error.UNKNOWN_TOPIC_OR_PARTITION
        if context.version >= VERSION_WITH_TOPIC_IDS and not topic:
            error = Error.UNKNOWN_TOPIC_ID
    elif utf16_length(metadata) > broker.groups.settings.metadata_size_max:
        error = Error.OFFSET_METADATA_TOO_LARGE
    now_ms = broker.clock.time_ms()
    commit_ms = now_ms if asked.commit_timestamp == UNSET else asked.commit_timestamp
    committed = CommittedOffset(
        asked.committed_offset,
        asked.committed_leader_epoch,
        metadata,
        commit_ms,
        _expiry_ms(broker, request, commit_ms),
    )
    return Row(asked.partition_index, committed, error)


def _takes_any(broker: BrokerState, context: Context) -> bool:
    """Tell whether nobody asks if a topic is there: 0.8 did in ZooKeeper alone."""
    is_apart = context.version == VERSION_WITHOUT_COORDINATOR
    return broker.release < release("0.9.0") and not is_apart


def _expiry_ms(
    broker: BrokerState, request: OffsetCommitRequest, commit_ms: int
) -> int | None:
    """Return when an offset expires, None if that depends on its group."""
    settings = broker.groups.settings
    if request.retention_time_ms != UNSET:
        return commit_ms + request.retention_time_ms
    return commit_ms + settings.retention_ms if settings.stamps_expiry else None


async def _store(
    broker: BrokerState,
    context: Context,
    request: OffsetCommitRequest,
    names: Sequence[str],
    rows: Sequence[Sequence[Row]],
) -> Error:
    """Store what can be stored; return why nothing was."""
    offsets = {
        TopicPartition(name, it.partition): it.committed
        for name, of_topic in zip(names, rows, strict=True)
        for it in of_topic
        if it.error is Error.NONE
    }
    if not offsets and all(it.error in ABSENT for row in rows for it in row):
        return Error.NONE
    try:
        if context.version == VERSION_WITHOUT_COORDINATOR:
            return await _store_apart(broker, request.group_id, offsets)
        sender = _sender(broker, request)
        error = await commit(
            broker.groups, request.group_id, sender, offsets, context.version
        )
    except ApiError as failure:
        return failure.error
    return _absence(broker, context, request.group_id, error)


def _sender(broker: BrokerState, request: OffsetCommitRequest) -> Sender:
    """Return who commits; 0.8 did not look at members, for it had no groups."""
    if broker.release < release("0.9.0"):
        return Sender("", UNSET, None)
    return Sender(
        request.member_id,
        request.generation_id_or_member_epoch,
        request.group_instance_id,
    )


def _absence(
    broker: BrokerState, context: Context, group_id: str, error: Error
) -> Error:
    """Return the error by which a group that is not there is told as such.

    From 4.0 on v9 says GROUP_ID_NOT_FOUND where others say ILLEGAL_GENERATION.
    """
    has_name = context.version >= VERSION_WITH_EPOCHS
    if error is Error.ILLEGAL_GENERATION and has_name:
        is_absent = broker.groups.find(group_id)[1] is None
        if is_absent and broker.release >= release("4.0"):
            return Error.GROUP_ID_NOT_FOUND
    return error


async def _store_apart(
    broker: BrokerState,
    group_id: str,
    offsets: Mapping[TopicPartition, CommittedOffset],
) -> Error:
    with storing():
        for partition, committed in offsets.items():
            await broker.cluster.commit_offset(group_id, partition, committed.offset)
    return Error.NONE
