"""Produce (API 0): append records to partitions.

v0   message sets; the answer has an offset for each partition
v1   throttle time
v2   message format v1; the answer says when the log appended (KIP-32)
v3   record batches v2; transactional id (KIP-98)
v5   log start offset (KIP-107)
v7   zstd (KIP-110)
v8   which records were refused, and why (KIP-467)
v9   flexible
v10  the current leader, when this broker is not (KIP-951)
v13  topics by id (KIP-516)

Transactions are not built, and nobody could end one that a batch begins: no batch of a
transaction is taken.

acks=0 has no answer at all: if a partition failed, the connection closes instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

import trio

from logion.broker.context import CloseConnection, Context
from logion.broker.internal_topics import INTERNAL_TOPICS
from logion.broker.state import BrokerState
from logion.names import TopicPartition, Uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.produce import (
    BatchIndexAndErrorMessage,
    PartitionProduceData,
    PartitionProduceResponse,
    ProduceRequest,
    ProduceResponse,
    TopicProduceData,
    TopicProduceResponse,
)
from logion.protocol.releases import release
from logion.records.batch import is_of_transaction
from logion.records.validation import InvalidRecords
from logion.replica.partition import Partition

NO_ACKS = 0
LEADER_ACKS = 1
ALL_ACKS = -1

ADMIN_CLIENT_ID = "__admin_client"
"""The one client id that may write to internal topics."""

VERSION_WITH_TOPIC_IDS = 13

PARTITIONS_PER_TURN = 64
"""After so many partitions of one request others get their turn: 1 ms of Python."""


@dataclass(frozen=True, slots=True)
class Write:
    """What became of one partition's records."""

    answer: PartitionProduceResponse
    partition: Partition | None = None
    end_offset: int = -1
    """Committed once the high watermark is here."""


@dataclass(frozen=True, slots=True)
class TopicWrites:
    """What became of one topic's records."""

    name: str
    topic_id: Uuid
    writes: tuple[Write, ...]


async def handle(
    broker: BrokerState, context: Context, request: ProduceRequest
) -> ProduceResponse | None:
    """Append what can be appended; wait for as many copies as `acks` asks for."""
    if (refusal := _refuse_request(request)) is not None:
        topics = [_refused_topic(it, refusal) for it in request.topic_data]
    else:
        topics = await _write_topics(broker, context, request)
    if request.acks == ALL_ACKS:
        topics = await _commit(context, topics, request.timeout_ms)
    answers = [write.answer for topic in topics for write in topic.writes]
    if request.acks == NO_ACKS:
        _close_on_failure(answers)
        return None
    return ProduceResponse(
        responses=tuple(
            TopicProduceResponse(
                name=topic.name,
                topic_id=topic.topic_id,
                partition_responses=tuple(write.answer for write in topic.writes),
            )
            for topic in topics
        )
    )


def _refuse_request(request: ProduceRequest) -> ApiError | None:
    """Return why nothing of the request may be written, or None.

    A batch of a transaction needs the transaction's name beside it.
    """
    if request.transactional_id is not None:
        return None
    for topic in request.topic_data:
        for data in topic.partition_data:
            if data.records is not None and is_of_transaction(data.records):
                text = "a batch of a transaction in a request without transactional id"
                return ApiError(Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, text)
    return None


def _refused_topic(data: TopicProduceData, refusal: ApiError) -> TopicWrites:
    refused = tuple(_refused(it.index, refusal) for it in data.partition_data)
    return TopicWrites(data.name, data.topic_id, refused)


async def _write_topics(
    broker: BrokerState, context: Context, request: ProduceRequest
) -> list[TopicWrites]:
    """Append to all partitions; other clients get their turn now and then."""
    topics, in_turn = [], 0
    for data in request.topic_data:
        writes: list[Write] = []
        for start in range(0, len(data.partition_data), PARTITIONS_PER_TURN):
            if in_turn >= PARTITIONS_PER_TURN:
                await trio.lowlevel.checkpoint()
                in_turn = 0
            some = data.partition_data[start : start + PARTITIONS_PER_TURN]
            writes += _write_some(broker, context, request, data, some)
            in_turn += len(some)
        topics.append(TopicWrites(data.name, data.topic_id, tuple(writes)))
    return topics


def _write_some(
    broker: BrokerState,
    context: Context,
    request: ProduceRequest,
    data: TopicProduceData,
    some: tuple[PartitionProduceData, ...],
) -> list[Write]:
    """Append to some partitions of a topic, which others cannot change meanwhile."""
    name = data.name
    if context.version >= VERSION_WITH_TOPIC_IDS:
        name = broker.topic_name(data.topic_id) or ""
    refused = _refuse_topic(broker, context, request, name)
    return [
        _refused(it.index, refused)
        if refused is not None
        else _write(broker, context, request, TopicPartition(name, it.index), it)
        for it in some
    ]


def _refuse_topic(
    broker: BrokerState, context: Context, request: ProduceRequest, name: str
) -> ApiError | None:
    """Return why nothing may be written to this topic, or None."""
    if name == "":
        return ApiError(Error.UNKNOWN_TOPIC_ID)
    if not _is_known(request.acks, broker):
        return ApiError(
            Error.INVALID_REQUIRED_ACKS,
            f"acks is {request.acks}; it must be -1, 0 or 1",
        )
    if name in INTERNAL_TOPICS and context.client_id != ADMIN_CLIENT_ID:
        return ApiError(Error.INVALID_TOPIC_EXCEPTION, f"topic {name} is internal")
    return None


def _is_known(acks: int, broker: BrokerState) -> bool:
    """Tell whether `acks` has a meaning; 0.8 waited for any number of copies."""
    if broker.release < release("0.9.0"):
        return acks >= ALL_ACKS
    return acks in (NO_ACKS, LEADER_ACKS, ALL_ACKS)


def _write(
    broker: BrokerState,
    context: Context,
    request: ProduceRequest,
    name: TopicPartition,
    data: PartitionProduceData,
) -> Write:
    partition = broker.leading(name)
    if isinstance(partition, Error):
        return _refused(data.index, ApiError(partition))
    if data.records is None:
        return _refused(data.index, ApiError(Error.INVALID_RECORD, "records are null"))
    if request.transactional_id is not None and is_of_transaction(data.records):
        text = f"{request.transactional_id!r} has not begun a transaction"
        return _refused(data.index, ApiError(Error.INVALID_TXN_STATE, text))
    try:
        appended = partition.append(
            data.records, version=context.version, acks=request.acks
        )
    except ApiError as refusal:
        return _refused(data.index, refusal)
    return Write(
        PartitionProduceResponse(
            index=data.index,
            error_code=Error.NONE,
            base_offset=appended.base_offset,
            log_append_time_ms=appended.log_append_time,
            log_start_offset=appended.log_start_offset,
        ),
        partition,
        appended.last_offset + 1,
    )


def _refused(index: int, refusal: ApiError) -> Write:
    return Write(
        PartitionProduceResponse(
            index=index,
            error_code=refusal.error,
            base_offset=-1,
            log_append_time_ms=-1,
            log_start_offset=-1,
            record_errors=_record_errors(refusal),
            error_message=refusal.message,
        )
    )


def _record_errors(refusal: ApiError) -> tuple[BatchIndexAndErrorMessage, ...]:
    """Return which records were the reason, where the refusal says so (KIP-467)."""
    if not isinstance(refusal, InvalidRecords):
        return ()
    return tuple(
        BatchIndexAndErrorMessage(
            batch_index=it.batch_index, batch_index_error_message=it.message
        )
        for it in refusal.record_errors
    )


async def _commit(
    context: Context, topics: list[TopicWrites], timeout_ms: int
) -> list[TopicWrites]:
    """Wait until the ISR has every record, or time is up; return what holds then."""
    pending = [write for write in _appended(topics) if not _is_committed(write)]
    if not pending:
        return topics
    with trio.move_on_after(max(0, timeout_ms) / 1000):
        for write in pending:
            assert write.partition is not None
            committed = partial(write.partition.committed, write.end_offset)
            await context.while_connected(committed)
    return [
        TopicWrites(
            topic.name, topic.topic_id, tuple(_in_time(it) for it in topic.writes)
        )
        for topic in topics
    ]


def _appended(topics: list[TopicWrites]) -> Iterator[Write]:
    writes = chain.from_iterable(topic.writes for topic in topics)
    return (write for write in writes if write.partition is not None)


def _is_committed(write: Write) -> bool:
    return write.partition is None or write.end_offset <= write.partition.high_watermark


def _in_time(write: Write) -> Write:
    """Return the write, or a time-out when its records are not committed by now."""
    if _is_committed(write):
        return write
    return _refused(write.answer.index, ApiError(Error.REQUEST_TIMED_OUT))


def _close_on_failure(answers: list[PartitionProduceResponse]) -> None:
    for answer in answers:
        if answer.error_code != Error.NONE:
            raise CloseConnection(
                "a write with acks=0 failed: "
                f"partition {answer.index}, {Error.of(answer.error_code).name}"
            )
