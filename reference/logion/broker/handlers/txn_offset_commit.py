"""TxnOffsetCommit (API 28): store how far a group has read if a transaction commits.

v2   leader epoch of the last record read (KIP-320)
v3   flexible; member and generation, which fence zombies (KIP-447)
v4   TRANSACTION_ABORTABLE may be answered (KIP-890)
v5   the group is added to the transaction by itself (KIP-890)
"""

from __future__ import annotations

from collections.abc import Mapping

from logion.broker.context import Context
from logion.broker.group_requests import check_group_id, is_known
from logion.broker.state import BrokerState
from logion.broker.text import utf16_length
from logion.broker.transactional import Joining, add, check
from logion.group.classic.steps import Sender
from logion.group.committing import commit_in_transaction
from logion.group.offsets import CommittedOffset
from logion.group.shard import Committer, commit_error
from logion.names import NO_SEQUENCE, TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitResponse,
    TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
)
from logion.protocol.releases import release
from logion.transaction.state import Claim

VERSION_WITH_LOADING = 2
"""Older clients may fail at COORDINATOR_LOAD_IN_PROGRESS (KAFKA-7296)."""

VERSION_WITH_ABORTABLE = 4
VERSION_THAT_ADDS = 5

GROUPS_HAVE_NAMES_SINCE = release("2.0")
"""Before, a group without a name could commit here, too."""

GROUPS_ARE_MADE_UNTIL = release("4.0")
"""Before, a group that is not there is made first, and has no such member."""


async def handle(
    broker: BrokerState, context: Context, request: TxnOffsetCommitRequest
) -> TxnOffsetCommitResponse:
    """Store the offsets that may be stored; every partition has its own error."""
    errors: dict[TopicPartition, Error] = {}
    offsets: dict[TopicPartition, CommittedOffset] = {}
    for topic in request.topics:
        for it in topic.partitions:
            name = TopicPartition(topic.name, it.partition_index)
            errors[name] = _error(broker, name, it)
            if errors[name] is Error.NONE:
                offsets[name] = _committed(broker, it)
    absent = Error.UNKNOWN_TOPIC_OR_PARTITION
    known = [it for it, error in errors.items() if error is not absent]
    failure = await _store(broker, context, request, offsets) if known else Error.NONE
    if failure is not Error.NONE:
        errors.update(dict.fromkeys(known, _as_known(failure, context)))
    return _response(errors)


def _error(
    broker: BrokerState, name: TopicPartition, asked: TxnOffsetCommitRequestPartition
) -> Error:
    """Return why a partition's offset cannot be stored, NONE if it can."""
    if not is_known(broker, name):
        return Error.UNKNOWN_TOPIC_OR_PARTITION
    size = utf16_length(asked.committed_metadata or "")
    is_large = size > broker.groups.settings.metadata_size_max
    return Error.OFFSET_METADATA_TOO_LARGE if is_large else Error.NONE


def _committed(
    broker: BrokerState, asked: TxnOffsetCommitRequestPartition
) -> CommittedOffset:
    now_ms, settings = broker.clock.time_ms(), broker.groups.settings
    return CommittedOffset(
        asked.committed_offset,
        asked.committed_leader_epoch,
        asked.committed_metadata or "",
        now_ms,
        now_ms + settings.retention_ms if settings.stamps_expiry else None,
    )


async def _store(
    broker: BrokerState,
    context: Context,
    request: TxnOffsetCommitRequest,
    offsets: Mapping[TopicPartition, CommittedOffset],
) -> Error:
    """Store what can be stored; return why nothing was."""
    joining = _joining(context, request)
    sender = Sender(request.member_id, request.generation_id, request.group_instance_id)
    try:
        if broker.release >= GROUPS_HAVE_NAMES_SINCE:
            check_group_id(request.group_id)
        shard = broker.groups.shards.of(request.group_id)
        await add(broker, joining, (shard.partition,))
        check(broker, joining, shard.partition)
        error = await commit_in_transaction(
            broker.groups,
            request.group_id,
            sender,
            offsets,
            Committer(request.producer_id, request.producer_epoch),
        )
    except ApiError as failure:
        return commit_error(failure.error)
    is_made = broker.release < GROUPS_ARE_MADE_UNTIL
    if error is Error.ILLEGAL_GENERATION and is_made:
        is_there = broker.groups.find(request.group_id)[1] is not None
        return error if is_there else Error.UNKNOWN_MEMBER_ID
    return error


def _joining(context: Context, request: TxnOffsetCommitRequest) -> Joining:
    return Joining(
        Claim(request.transactional_id, request.producer_id, request.producer_epoch),
        NO_SEQUENCE,
        knows_abortable=context.version >= VERSION_WITH_ABORTABLE,
        adds=context.version >= VERSION_THAT_ADDS,
    )


def _as_known(error: Error, context: Context) -> Error:
    """Return an error as clients of this version know it."""
    is_loading = error is Error.COORDINATOR_LOAD_IN_PROGRESS
    if is_loading and context.version < VERSION_WITH_LOADING:
        return Error.COORDINATOR_NOT_AVAILABLE
    return error


def _response(errors: Mapping[TopicPartition, Error]) -> TxnOffsetCommitResponse:
    topics: dict[str, list[TxnOffsetCommitResponsePartition]] = {}
    for name, error in errors.items():
        topics.setdefault(name.topic, []).append(
            TxnOffsetCommitResponsePartition(
                partition_index=name.partition, error_code=error
            )
        )
    return TxnOffsetCommitResponse(
        throttle_time_ms=0,
        topics=tuple(
            TxnOffsetCommitResponseTopic(name=topic, partitions=tuple(results))
            for topic, results in topics.items()
        ),
    )
