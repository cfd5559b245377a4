"""Fetch (API 1): read records from partitions.

v0   message sets; cut strictly at the size asked for
v1   throttle time
v2   message format v1 (KIP-32)
v3   a size for the whole answer; at least one batch is given (KIP-74)
v4   isolation level, aborted transactions, record batches v2 (KIP-98)
v5   log start offset (KIP-107)
v7   fetch sessions (KIP-227)
v9   the client's leader epoch is checked (KIP-320)
v10  zstd (KIP-110)
v11  rack of the client, a replica it should prefer (KIP-392)
v12  flexible; where the logs of client and leader diverge (KIP-595)
v13  topics by id (KIP-516)
v15  the replica's state replaces its id (KIP-903)
v16  addresses of new leaders (KIP-951)

A fetch that finds too little waits, as a task, for any of its partitions to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import trio

from logion.broker.admission import check_readable
from logion.broker.context import Context
from logion.broker.fetch_sessions import (
    FINAL_EPOCH,
    INITIAL_EPOCH,
    FetchedPartition,
    FetchSession,
)
from logion.broker.state import BrokerState
from logion.names import NO_LEADER_EPOCH, TopicPartition, Uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.fetch import (
    AbortedTransaction,
    EpochEndOffset,
    FetchableTopicResponse,
    FetchRequest,
    FetchResponse,
    LeaderIdAndEpoch,
    NodeEndpoint,
    PartitionData,
)
from logion.protocol.releases import release
from logion.protocol.schema import replace
from logion.replica.partition import FetchBounds, Partition, PartitionRead
from logion.replica.reading import read_for_version
from logion.replica.watched import Watched, watching

VERSION_WITH_SESSIONS = 7
VERSION_WITH_TOPIC_IDS = 13
VERSION_WITH_STORAGE_ERROR = 6
VERSION_WITH_NEW_LEADERS = 16
READ_COMMITTED = 1
WITHOUT_RECORDS = release("3.0"), release("4.0")
"""The first release whose refusal of a whole fetch has no records, not even none, and
the first that has none again."""

ISOLATION_LEVELS = frozenset({0, READ_COMMITTED})

NAMING_THE_LEADER = frozenset({Error.NOT_LEADER_OR_FOLLOWER, Error.FENCED_LEADER_EPOCH})
"""Errors with which the leader is named (KIP-951)."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One partition of a fetch, and what is answered for it."""

    asked: FetchedPartition
    data: PartitionData
    size: int

    @property
    def news(self) -> tuple[int, int]:
        """Return what a session remembers of this answer."""
        return self.data.high_watermark, self.data.log_start_offset

    @property
    def is_urgent(self) -> bool:
        """Tell whether the client should hear of it without waiting."""
        return self.data.error_code != Error.NONE or self.diverges

    @property
    def diverges(self) -> bool:
        """Tell whether the client's log left the leader's at an earlier epoch."""
        return self.data.diverging_epoch.epoch >= 0


@dataclass(frozen=True, slots=True)
class Fetching:
    """A fetch in progress: what it may read, of which partitions."""

    broker: BrokerState
    context: Context
    request: FetchRequest
    wanted: Sequence[FetchedPartition]
    partitions: dict[tuple[str, Uuid, int], Partition | Error] = field(
        default_factory=dict
    )

    @property
    def is_follower(self) -> bool:
        """Tell whether a broker asks, to copy what it gets."""
        request = self.request
        return request.replica_id >= 0 or request.replica_state.replica_id >= 0

    def look_up(self) -> None:
        """Find the partitions as they are now: one may have gone, or come back."""
        for asked in self.wanted:
            self.partitions[asked.key] = _find(self.broker, self.context, asked)

    def watched(self) -> list[Watched]:
        """Return what changes when there is more to read."""
        found = self.partitions.values()
        return [it.changed for it in found if isinstance(it, Partition)]

    def read(self) -> list[Answered]:
        """Read what is there now, within the sizes that the client set."""
        limit = left = min(self.request.max_bytes, self.broker.fetch_size_max)
        found = []
        for asked in self.wanted:
            answered = self._read_one(asked, max(0, left), is_first=left == limit)
            left -= answered.size
            found.append(answered)
        return found

    def is_enough(self, found: Sequence[Answered]) -> bool:
        """Tell whether to answer now rather than to wait for more."""
        if not found or any(answered.is_urgent for answered in found):
            return True
        return sum(it.size for it in found) >= self.request.min_bytes

    def _read_one(
        self, asked: FetchedPartition, left: int, *, is_first: bool
    ) -> Answered:
        partition = self.partitions[asked.key]
        if isinstance(partition, Error):
            error = _as_known(partition, self.context.version)
            return _unread(self.broker, asked, error)
        bounds = FetchBounds(
            offset=asked.fetch_offset,
            size_max=min(asked.size_max, left),
            at_least_one=is_first,
            read_committed=self.request.isolation_level == READ_COMMITTED,
            current_leader_epoch=max(NO_LEADER_EPOCH, asked.current_leader_epoch),
            last_fetched_epoch=asked.last_fetched_epoch,
        )
        try:
            if min(asked.size_max, self.request.max_bytes) < 0:
                _refuse_size(partition, asked)
            if self.is_follower:
                partition.check_epoch(asked.current_leader_epoch)
                raise _no_replica(asked)
            read = read_for_version(partition, bounds, self.context.version)
        except ApiError as refusal:
            error = _as_known(refusal.error, self.context.version)
            return self._naming_the_leader(partition, _failed(asked, error))
        return _answered(asked, read, tells_stable=self.tells_stable)

    @property
    def tells_stable(self) -> bool:
        """Tell whether the last stable offset is told: before 2.1 to whom it binds."""
        is_asked = self.request.isolation_level == READ_COMMITTED
        return is_asked or self.broker.release >= release("2.1")

    def _naming_the_leader(self, partition: Partition, failed: Answered) -> Answered:
        """Return a failure with who leads the partition, where clients look for it."""
        is_old = self.context.version < VERSION_WITH_NEW_LEADERS
        if is_old or failed.data.error_code not in NAMING_THE_LEADER:
            return failed
        leader = LeaderIdAndEpoch(
            leader_id=self.broker.id, leader_epoch=partition.leader.epoch
        )
        return Answered(failed.asked, replace(failed.data, current_leader=leader), 0)


async def handle(
    broker: BrokerState, context: Context, request: FetchRequest
) -> FetchResponse:
    """Return records as soon as there are `min_bytes`, or what there is in time."""
    if request.isolation_level not in ISOLATION_LEVELS:
        check_readable(broker.release, f"isolation level {request.isolation_level}")
        return _refused(broker, context, request)
    session = _session(broker, context, request)
    if isinstance(session, Error):
        return FetchResponse(error_code=session, responses=())
    wanted = (
        list(session.partitions.values())
        if session is not None
        else _wanted(broker, request)
    )
    found = await _wait(Fetching(broker, context, request, wanted))
    if session is not None:
        found = _news(session, found, is_full=request.session_epoch == INITIAL_EPOCH)
    return FetchResponse(
        session_id=0 if session is None else session.id,
        responses=_by_topic(found),
        node_endpoints=_leaders(broker, context, found),
    )


def _refused(
    broker: BrokerState, context: Context, request: FetchRequest
) -> FetchResponse:
    """Return the refusal of a whole fetch: of each partition before topics had ids."""
    error = Error.UNKNOWN_SERVER_ERROR
    if context.version >= VERSION_WITH_TOPIC_IDS:
        return FetchResponse(error_code=error, responses=())
    failed = [_unread(broker, asked, error) for asked in _wanted(broker, request)]
    if WITHOUT_RECORDS[0] <= broker.release < WITHOUT_RECORDS[1]:
        failed = [
            Answered(it.asked, replace(it.data, records=None), it.size) for it in failed
        ]
    return FetchResponse(error_code=error, responses=_by_topic(failed))


async def _wait(fetching: Fetching) -> list[Answered]:
    """Read until there is enough or `max_wait_ms` is over."""
    fetching.look_up()
    found = fetching.read()
    if fetching.is_enough(found) or fetching.request.max_wait_ms <= 0:
        return found
    with trio.move_on_after(fetching.request.max_wait_ms / 1000):
        while not fetching.is_enough(found):
            with watching(fetching.watched()) as changed:
                await fetching.context.while_connected(changed.wait)
            fetching.look_up()
            found = fetching.read()
    return found


def _no_replica(asked: FetchedPartition) -> ApiError:
    """Return the refusal of a follower: this broker is the only replica.

    One that knows the leader's epoch may know of replicas that the leader will have.
    """
    knows_epoch = asked.current_leader_epoch != NO_LEADER_EPOCH
    return ApiError(
        Error.UNKNOWN_LEADER_EPOCH if knows_epoch else Error.NOT_LEADER_OR_FOLLOWER,
        "no other broker has a replica",
    )


def _session(
    broker: BrokerState, context: Context, request: FetchRequest
) -> FetchSession | Error | None:
    """Return the session this fetch is part of, None for none, or why it cannot be."""
    if context.version < VERSION_WITH_SESSIONS:
        return None
    epoch, now_ms = request.session_epoch, broker.clock.time_ms()
    uses_ids = context.version >= VERSION_WITH_TOPIC_IDS
    if epoch in (FINAL_EPOCH, INITIAL_EPOCH):
        broker.fetch_sessions.close(request.session_id)
        if epoch == FINAL_EPOCH:
            return None
        wanted = _wanted(broker, request)
        return broker.fetch_sessions.open(
            wanted, uses_topic_ids=uses_ids, now_ms=now_ms
        )
    session = broker.fetch_sessions.resume(
        request.session_id, epoch, uses_topic_ids=uses_ids, now_ms=now_ms
    )
    if isinstance(session, FetchSession):
        session.update(_wanted(broker, request), _forgotten(request))
        if not session.partitions:
            broker.fetch_sessions.close(session.id)
            return None
    return session


def _refuse_size(partition: Partition, asked: FetchedPartition) -> None:
    """Raise ApiError UNKNOWN_SERVER_ERROR: no records fit into a negative size.

    Where there are none to read, it does not matter.
    """
    if asked.fetch_offset < partition.log.end_offset:
        raise ApiError(Error.UNKNOWN_SERVER_ERROR, "a negative size")


def _wanted(broker: BrokerState, request: FetchRequest) -> list[FetchedPartition]:
    """Return what is asked for; of a partition that is named twice, what is last.

    0.10.1 alone answers it twice.
    """
    asked = [
        FetchedPartition(
            topic=topic.topic,
            topic_id=topic.topic_id,
            partition=it.partition,
            fetch_offset=it.fetch_offset,
            size_max=it.partition_max_bytes,
            current_leader_epoch=it.current_leader_epoch,
            last_fetched_epoch=it.last_fetched_epoch,
            log_start_offset=it.log_start_offset,
        )
        for topic in request.topics
        for it in topic.partitions
    ]
    if broker.release == release("0.10.1"):
        return asked
    return list({it.key: it for it in asked}.values())


def _forgotten(request: FetchRequest) -> list[tuple[str, Uuid, int]]:
    return [
        (topic.topic, topic.topic_id, partition)
        for topic in request.forgotten_topics_data
        for partition in topic.partitions
    ]


def _find(
    broker: BrokerState, context: Context, asked: FetchedPartition
) -> Partition | Error:
    name = asked.topic
    if context.version >= VERSION_WITH_TOPIC_IDS:
        found = broker.topic_name(asked.topic_id)
        if found is None:
            return Error.UNKNOWN_TOPIC_ID
        name = found
    return broker.leading(TopicPartition(name, asked.partition))


def _news(
    session: FetchSession, found: list[Answered], *, is_full: bool
) -> list[Answered]:
    """Return what the client does not know yet, and remember that it was told."""
    news = [
        it
        for it in found
        if is_full or it.size or it.is_urgent or it.asked.told != it.news
    ]
    for answered in news:
        answered.asked.told = answered.news
    session.move_to_end(it.asked for it in news if it.size)
    return news


def _leaders(
    broker: BrokerState, context: Context, found: Iterable[Answered]
) -> tuple[NodeEndpoint, ...]:
    """Return where this broker is, if an answer names it as the leader.

    3.9 on ZooKeeper says so; 4.0 on KRaft, asked the same, does not.
    """
    if context.version < VERSION_WITH_NEW_LEADERS or broker.release >= release("4.0"):
        return ()
    info = broker.cluster.image.brokers[broker.id]
    endpoint = info.endpoint(context.listener)
    named = any(it.data.current_leader.leader_id == broker.id for it in found)
    if endpoint is None or not named:
        return ()
    return (
        NodeEndpoint(
            node_id=info.id, host=endpoint.host, port=endpoint.port, rack=info.rack
        ),
    )


def _by_topic(found: Iterable[Answered]) -> tuple[FetchableTopicResponse, ...]:
    """Group neighbouring partitions of one topic, in the order they were asked for."""
    return tuple(
        FetchableTopicResponse(
            topic=topic, topic_id=topic_id, partitions=tuple(it.data for it in answers)
        )
        for (topic, topic_id), answers in groupby(
            found, key=lambda it: (it.asked.topic, it.asked.topic_id)
        )
    )


def _as_known(error: Error, version: int) -> Error:
    """Return an error as clients of this version know it (KIP-112)."""
    if error is Error.KAFKA_STORAGE_ERROR and version < VERSION_WITH_STORAGE_ERROR:
        return Error.NOT_LEADER_OR_FOLLOWER
    return error


def _answered(
    asked: FetchedPartition, read: PartitionRead, *, tells_stable: bool
) -> Answered:
    diverging = read.diverging
    data = PartitionData(
        partition_index=asked.partition,
        error_code=Error.NONE,
        high_watermark=read.high_watermark,
        last_stable_offset=read.last_stable_offset if tells_stable else -1,
        log_start_offset=read.log_start_offset,
        diverging_epoch=EpochEndOffset(
            epoch=diverging.epoch, end_offset=diverging.end_offset
        ),
        aborted_transactions=None
        if read.aborted is None
        else tuple(
            AbortedTransaction(producer_id=it.producer_id, first_offset=it.first_offset)
            for it in read.aborted
        ),
        records=read.records,
    )
    return Answered(asked, data, len(read.records))


def _unread(broker: BrokerState, asked: FetchedPartition, error: Error) -> Answered:
    """Return the failure of a partition that was not looked into.

    Its list of transactions was null up to 2.8, and is empty in 3.9.
    """
    aborted = None if broker.release < release("3.0") else ()
    return _failed(asked, error, aborted)


def _failed(
    asked: FetchedPartition,
    error: Error,
    aborted: tuple[AbortedTransaction, ...] | None = None,
) -> Answered:
    data = PartitionData(
        partition_index=asked.partition,
        error_code=error,
        high_watermark=-1,
        aborted_transactions=aborted,
        records=b"",
    )
    return Answered(asked, data, 0)
