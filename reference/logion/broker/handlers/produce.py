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
v11  TRANSACTION_ABORTABLE may be answered (KIP-890)
v12  partitions are added to the transaction by writing to them (KIP-890)
v13  topics by id (KIP-516)

acks=0 has no answer at all: if a partition failed, the connection closes instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import trio

from logion.broker.admission import check_readable
from logion.broker.context import CloseConnection, Context
from logion.broker.internal_topics import INTERNAL_TOPICS
from logion.broker.state import BrokerState
from logion.broker.transactional import VERIFIED_SINCE, Joining, add, check
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
from logion.protocol.schema import replace as replaced
from logion.records.batch import CorruptRecords, is_of_transaction, parse_batch
from logion.records.validation import InvalidRecords, UnfitForVersion
from logion.replica.partition import Partition
from logion.transaction.state import Claim

NO_ACKS = 0
LEADER_ACKS = 1
ALL_ACKS = -1

ADMIN_CLIENT_ID = "__admin_client"
"""The one client id that may write to internal topics."""

VERSION_WITH_ABORTABLE = 11
VERSION_THAT_ADDS = 12
VERSION_WITH_TOPIC_IDS = 13

COORDINATOR_IS_BUSY = frozenset(
    {
        Error.CONCURRENT_TRANSACTIONS,
        Error.COORDINATOR_LOAD_IN_PROGRESS,
        Error.COORDINATOR_NOT_AVAILABLE,
        Error.NOT_COORDINATOR,
    }
)
"""What a transaction's coordinator says that producers do not expect of a write: they
are told NOT_ENOUGH_REPLICAS, and try again."""

NAMED_SINCE = release("2.1")
"""Before, a batch of a transaction was taken without the transaction's name."""

NOT_VERIFIED = "Unable to verify the partition has been added to the transaction"

ERRORS_WITHOUT_START = frozenset(
    {
        Error.UNKNOWN_TOPIC_OR_PARTITION,
        Error.NOT_LEADER_OR_FOLLOWER,
        Error.MESSAGE_TOO_LARGE,
        Error.RECORD_LIST_TOO_LARGE,
        Error.CORRUPT_MESSAGE,
        Error.KAFKA_STORAGE_ERROR,
    }
)
"""What a broker expects to refuse: of other errors the log start offset is told."""

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


@dataclass(frozen=True, slots=True)
class Producing:
    """A request in progress."""

    broker: BrokerState
    context: Context
    request: ProduceRequest
    unadded: ApiError | None = None
    """Why its partitions could not be added to its transaction."""

    def topic_name(self, data: TopicProduceData) -> str:
        """Return the name of a topic, "" if its id is of none."""
        if self.context.version < VERSION_WITH_TOPIC_IDS:
            return data.name
        return self.broker.topic_name(data.topic_id) or ""

    def joinings(self) -> Iterator[tuple[Joining, TopicPartition]]:
        """Yield the transactions that batches are of, and where they go."""
        for topic in self.request.topic_data:
            for data in topic.partition_data:
                joining = self.joining(data)
                if joining is not None:
                    name = self.topic_name(topic)
                    yield joining, TopicPartition(name, data.index)

    def joining(self, data: PartitionProduceData) -> Joining | None:
        """Return the transaction that a partition's batch is of, None if it is of
        none."""
        transactional_id, records = self.request.transactional_id, data.records
        if transactional_id is None or records is None:
            return None
        if not is_of_transaction(records):
            return None
        try:
            head = parse_batch(records)
        except CorruptRecords:
            return None  # the log says so when it looks at them
        version = self.context.version
        return Joining(
            Claim(transactional_id, head.producer_id, head.producer_epoch),
            head.base_sequence,
            knows_abortable=version >= VERSION_WITH_ABORTABLE,
            adds=version >= VERSION_THAT_ADDS,
        )


async def handle(
    broker: BrokerState, context: Context, request: ProduceRequest
) -> ProduceResponse | None:
    """Append what can be appended; wait for as many copies as `acks` asks for."""
    producing = Producing(broker, context, _once(request))
    if (refusal := _refuse_request(producing)) is not None:
        topics = [_refused_topic(it, refusal) for it in producing.request.topic_data]
    else:
        topics = await _write_topics(producing)
    if request.acks not in (NO_ACKS, LEADER_ACKS):
        topics = await _commit(context, topics, request)
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


def _once(request: ProduceRequest) -> ProduceRequest:
    """Return what is to be written: of a partition that is named twice, what is last.

    A topic without partitions is not answered.
    """
    topics = request.topic_data
    if len(topics) == 1 and len(topics[0].partition_data) == 1:
        return request
    found: dict[tuple[str, Uuid], dict[int, PartitionProduceData]] = {}
    for topic in topics:
        named = found.setdefault((topic.name, topic.topic_id), {})
        named.update((data.index, data) for data in topic.partition_data)
    data = tuple(
        TopicProduceData(
            name=name, topic_id=topic_id, partition_data=tuple(named.values())
        )
        for (name, topic_id), named in found.items()
        if named
    )
    return replaced(request, topic_data=data)


def _refuse_request(producing: Producing) -> ApiError | None:
    """Return why nothing of the request may be written, or None.

    A batch of a transaction needs the transaction's name beside it, from 2.1 on, and
    all of them are of one producer where that is verified.
    """
    request = producing.request
    if producing.broker.release < NAMED_SINCE:
        return None
    if request.transactional_id is not None:
        claims = {joining.claim for joining, _ in producing.joinings()}
        if len(claims) < 2 or producing.broker.release < VERIFIED_SINCE:
            return None
        text = "Transactional records contained more than one producer ID"
        return ApiError(Error.INVALID_PRODUCER_ID_MAPPING, text)
    for topic in request.topic_data:
        for data in topic.partition_data:
            if data.records is not None and is_of_transaction(data.records):
                text = "a batch of a transaction in a request without transactional id"
                return ApiError(Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, text)
    return None


def _refused_topic(data: TopicProduceData, refusal: ApiError) -> TopicWrites:
    refused = tuple(_refused(it.index, refusal) for it in data.partition_data)
    return TopicWrites(data.name, data.topic_id, refused)


async def _write_topics(producing: Producing) -> list[TopicWrites]:
    """Append to all partitions; other clients get their turn now and then."""
    producing = replace(producing, unadded=await _add_partitions(producing))
    topics, in_turn = [], 0
    for data in producing.request.topic_data:
        writes: list[Write] = []
        for start in range(0, len(data.partition_data), PARTITIONS_PER_TURN):
            if in_turn >= PARTITIONS_PER_TURN:
                await trio.lowlevel.checkpoint()
                in_turn = 0
            some = data.partition_data[start : start + PARTITIONS_PER_TURN]
            writes += _write_some(producing, data, some)
            in_turn += len(some)
        topics.append(TopicWrites(data.name, data.topic_id, tuple(writes)))
    return topics


async def _add_partitions(producing: Producing) -> ApiError | None:
    """Add what is written to to the transaction; return why that cannot be, or None.

    Older versions of the request leave that to the client.
    """
    if producing.context.version < VERSION_THAT_ADDS:
        return None
    found = list(producing.joinings())
    led = [producing.broker.leading(name) for _, name in found]
    partitions = [it for it in led if isinstance(it, Partition)]
    try:
        if partitions:
            await add(producing.broker, found[0][0], partitions)
    except ApiError as refusal:
        return refusal
    return None


def _write_some(
    producing: Producing,
    data: TopicProduceData,
    some: tuple[PartitionProduceData, ...],
) -> list[Write]:
    """Append to some partitions of a topic, which others cannot change meanwhile."""
    name = producing.topic_name(data)
    refused = _refuse_topic(
        producing.broker, producing.context, producing.request, name
    )
    return [
        _refused(it.index, refused)
        if refused is not None
        else _write(producing, TopicPartition(name, it.index), it)
        for it in some
    ]


def _refuse_topic(
    broker: BrokerState, context: Context, request: ProduceRequest, name: str
) -> ApiError | None:
    """Return why nothing may be written to this topic, or None."""
    if name == "" and context.version >= VERSION_WITH_TOPIC_IDS:
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
    """Tell whether `acks` has a meaning: in 0.8 all have, below 0 that of -1."""
    is_any_known = broker.release < release("0.9.0")
    return is_any_known or acks in (NO_ACKS, LEADER_ACKS, ALL_ACKS)


def _write(
    producing: Producing, name: TopicPartition, data: PartitionProduceData
) -> Write:
    partition = producing.broker.leading(name)
    if isinstance(partition, Error):
        return _refused(data.index, ApiError(partition))
    if data.records is None:
        return _refused(data.index, ApiError(Error.INVALID_RECORD, "records are null"))
    if unverified := _unverified(producing, partition, data):
        return _refused(data.index, unverified)
    try:
        appended = partition.append(
            data.records,
            version=producing.context.version,
            acks=producing.request.acks,
        )
    except ApiError as refusal:
        if isinstance(refusal, UnfitForVersion):
            check_readable(producing.broker.release, str(refusal))
        start = _told_start(producing.broker, refusal, partition)
        return _refused(data.index, refusal, start)
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


def _unverified(
    producing: Producing, partition: Partition, data: PartitionProduceData
) -> ApiError | None:
    """Return why a partition is not known to be of the transaction that a batch says
    it is of; None if it is, or the batch is of none."""
    joining = producing.joining(data)
    if joining is None:
        return None
    try:
        check(producing.broker, joining, partition, producing.unadded)
    except ApiError as refusal:
        if refusal.error not in COORDINATOR_IS_BUSY:
            return refusal
        text = f"{NOT_VERIFIED}: {refusal.error.name}"
        return ApiError(Error.NOT_ENOUGH_REPLICAS, text)
    return None


def _told_start(broker: BrokerState, refusal: ApiError, partition: Partition) -> int:
    """Return the log start offset that goes with a refusal, -1 for none.

    With some errors it never goes; before 1.0 with none; nor where the log was not
    asked.
    """
    if broker.release < release("1.0") or isinstance(refusal, UnfitForVersion):
        return -1
    without = ERRORS_WITHOUT_START
    if broker.release < release("2.4"):
        without |= {Error.INVALID_TIMESTAMP}
    if refusal.error in without:
        return -1
    return partition.log.start_offset


def _refused(index: int, refusal: ApiError, log_start_offset: int = -1) -> Write:
    return Write(
        PartitionProduceResponse(
            index=index,
            error_code=refusal.error,
            base_offset=-1,
            log_append_time_ms=-1,
            log_start_offset=log_start_offset,
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
    context: Context, topics: list[TopicWrites], request: ProduceRequest
) -> list[TopicWrites]:
    """Wait until enough copies are made, or time is up; return what holds then."""
    acks = request.acks
    pending = [write for write in _appended(topics) if not _is_copied(write, acks)]
    if not pending and acks >= ALL_ACKS:  # there were enough in sync beforehand
        return topics
    with trio.move_on_after(max(0, request.timeout_ms) / 1000):
        for write in pending:
            assert write.partition is not None
            copied = partial(write.partition.copied, write.end_offset, acks)
            await context.while_connected(copied)
    return [
        TopicWrites(
            topic.name, topic.topic_id, tuple(_settled(it, acks) for it in topic.writes)
        )
        for topic in topics
    ]


def _appended(topics: list[TopicWrites]) -> Iterator[Write]:
    writes = chain.from_iterable(topic.writes for topic in topics)
    return (write for write in writes if write.partition is not None)


def _is_copied(write: Write, acks: int) -> bool:
    return write.partition is None or write.partition.is_copied(write.end_offset, acks)


def _settled(write: Write, acks: int) -> Write:
    """Return the write, or an error that says where its records are all the same.

    REQUEST_TIMED_OUT without enough copies, NOT_ENOUGH_REPLICAS_AFTER_APPEND if all in
    sync have one, and are too few: of acks below -1 nobody looked before.
    """
    if not _is_copied(write, acks):
        error = Error.REQUEST_TIMED_OUT
    elif acks < 0 and write.partition is not None and write.partition.lacks_replicas:
        error = Error.NOT_ENOUGH_REPLICAS_AFTER_APPEND
    else:
        return write
    return replace(write, answer=replaced(write.answer, error_code=error))


def _close_on_failure(answers: list[PartitionProduceResponse]) -> None:
    for answer in answers:
        if answer.error_code != Error.NONE:
            raise CloseConnection(
                "a write with acks=0 failed: "
                f"partition {answer.index}, {Error.of(answer.error_code).name}"
            )
