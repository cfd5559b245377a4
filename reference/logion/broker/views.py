"""What can be told of a broker at one moment: plain values, taken by `inspection`.

Times are milliseconds since 1970-01-01 UTC, durations milliseconds, sizes bytes. "end"
offsets are exclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

from logion.group.views import GroupView
from logion.log.producers import Producer
from logion.names import TopicPartition, Uuid
from logion.transaction.state import Transaction

T = TypeVar("T")

LINES_MAX = 20
"""Most entries of one kind in a summary."""


@dataclass(frozen=True, slots=True)
class SegmentView:
    """One stretch of a log."""

    base_offset: int
    end_offset: int
    size: int


@dataclass(frozen=True, slots=True)
class LogView:
    """One partition's log on this broker."""

    directory: str
    start_offset: int
    end_offset: int
    size: int
    segments: tuple[SegmentView, ...]
    """Oldest first."""
    producers: tuple[Producer, ...]
    """The idempotent and transactional producers it remembers."""


@dataclass(frozen=True, slots=True)
class PartitionView:
    """One partition as this broker sees it."""

    topic: str
    index: int
    leader: int
    """-1 if it has none."""
    leader_epoch: int
    replicas: tuple[int, ...]
    isr: tuple[int, ...]
    is_offline: bool
    """Its log lies in a log directory that has failed."""
    high_watermark: int | None
    """None unless this broker leads it, as for the next two."""
    last_stable_offset: int | None
    log: LogView | None


@dataclass(frozen=True, slots=True)
class TopicView:
    """One topic."""

    name: str
    id: Uuid
    is_internal: bool
    configs: Mapping[str, str]
    """What was set for it."""
    partitions: tuple[PartitionView, ...]

    @property
    def record_count(self) -> int:
        """Return how many offsets its logs hold; compaction may have taken some."""
        logs = (it.log for it in self.partitions)
        return sum(it.end_offset - it.start_offset for it in logs if it is not None)


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request of a client."""

    api: str
    version: int
    correlation_id: int
    began_ms: int
    duration_ms: float
    """Until it was answered, or until now."""
    errors: tuple[str, ...] = ()
    """The errors in its answer, sorted."""

    def __str__(self) -> str:
        """Return it in short, as `Fetch 17 #4 0.2 ms`."""
        told = f"{self.api} {self.version} #{self.correlation_id}"
        return " ".join((told, f"{self.duration_ms:.1f} ms", *self.errors))


@dataclass(frozen=True, slots=True)
class ClientView:
    """One connection of a client."""

    client_id: str
    """As its last request says it; empty before the first."""
    peer: str
    """`host:port`."""
    listener: str
    software_name: str
    """As ApiVersions 3 and later says it (KIP-511); else empty."""
    software_version: str
    connected_ms: int
    requests: int
    """Answered so far."""
    in_progress: RequestView | None
    recent: tuple[RequestView, ...]
    """Its last answered requests, oldest first; at most ten."""
    closed: str | None = None
    """Why the connection is closed, None while it is open."""

    @property
    def software(self) -> str:
        """Return name and version of the client's software, "" if it never said."""
        return f"{self.software_name} {self.software_version}".strip()


@dataclass(frozen=True, slots=True)
class BrokerView:
    """One broker at one moment."""

    broker_id: int
    release: str
    cluster_id: str | None
    time_ms: int
    topics: tuple[TopicView, ...]
    """By name."""
    groups: tuple[GroupView, ...]
    """By name."""
    transactions: tuple[Transaction, ...]
    """Those that it coordinates, the last or present one of each id; by id."""
    clients: tuple[ClientView, ...]
    """Open connections, in the order in which they came."""
    gone: tuple[ClientView, ...]
    """The last connections that closed, oldest first."""

    def topic(self, name: str) -> TopicView:
        """Return one topic; KeyError if there is no such one."""
        for topic in self.topics:
            if topic.name == name:
                return topic
        raise KeyError(name)

    def partition(self, topic: str, index: int = 0) -> PartitionView:
        """Return one partition; KeyError if there is no such one."""
        for partition in self.topic(topic).partitions:
            if partition.index == index:
                return partition
        raise KeyError(TopicPartition(topic, index))

    def group(self, name: str) -> GroupView:
        """Return one group; KeyError if there is no such one."""
        for group in self.groups:
            if group.id == name:
                return group
        raise KeyError(name)

    def transaction(self, transactional_id: str) -> Transaction:
        """Return an id's last or present transaction; KeyError if there is none."""
        for transaction in self.transactions:
            if transaction.transactional_id == transactional_id:
                return transaction
        raise KeyError(transactional_id)

    def lag(self, group: str) -> dict[TopicPartition, int]:
        """Return how many records a group has yet to read, by partition.

        Only of partitions that this broker leads; KeyError if there is no such group.
        """
        ends = {
            TopicPartition(it.topic, it.index): it.high_watermark
            for topic in self.topics
            for it in topic.partitions
        }
        return lags(self.group(group), ends.get)

    def summary(self) -> str:
        """Return it as text for people: what a failing test wants to know."""
        return "\n".join(_lines(self))


def lags(
    group: GroupView, high_watermark_of: Callable[[TopicPartition], int | None]
) -> dict[TopicPartition, int]:
    """Return how many records a group has yet to read, by partition.

    Only of those that have a high watermark here.
    """
    return {
        name: lag_between(committed.offset, high_watermark)
        for name, committed in group.offsets.items()
        if (high_watermark := high_watermark_of(name)) is not None
    }


def lag_between(committed: int, high_watermark: int) -> int:
    """Return how many offsets are to be read by who has committed one; never < 0."""
    return max(0, high_watermark - committed)


def _lines(view: BrokerView) -> Iterator[str]:
    yield f"broker {view.broker_id}, release {view.release}"
    yield from _some("topics", view.topics, _topic_lines)
    yield from _some("groups", view.groups, partial(_group_lines, view))
    if view.transactions:
        yield from _some("transactions", view.transactions, _transaction_lines)
    yield from _some("clients", view.clients, _client_lines)
    yield from _some("clients that are gone", view.gone[::-1], _client_lines)


def _some(
    title: str, things: Sequence[T], lines_of: Callable[[T], Iterator[str]]
) -> Iterator[str]:
    """Yield the lines of the first things, and how many more there are."""
    yield f"{title}: {len(things) or 'none'}"
    for thing in things[:LINES_MAX]:
        yield from (f"  {line}" for line in lines_of(thing))
    if len(things) > LINES_MAX:
        yield f"  ... and {len(things) - LINES_MAX} more"


def _topic_lines(topic: TopicView) -> Iterator[str]:
    yield f"{topic.name}: {len(topic.partitions)} partitions"
    told = [it for it in topic.partitions if it.log is None or it.log.end_offset]
    for partition in islice(told, LINES_MAX):
        yield f"  {_partition_text(partition)}"
    if len(told) > LINES_MAX:
        yield f"  ... and {len(told) - LINES_MAX} more that hold records"


def _partition_text(partition: PartitionView) -> str:
    log = partition.log
    if log is None:
        where = "offline" if partition.is_offline else f"leader {partition.leader}"
        return f"{partition.index}: {where}"
    return (
        f"{partition.index}: offsets {log.start_offset} to {log.end_offset}, "
        f"high watermark {partition.high_watermark}, "
        f"last stable offset {partition.last_stable_offset}, "
        f"{len(log.producers)} producers"
    )


def _group_lines(view: BrokerView, group: GroupView) -> Iterator[str]:
    protocol = f", {group.protocol}" if group.protocol else ""
    yield f"{group.id}: {group.state}, generation {group.generation}{protocol}"
    for member in islice(group.members, LINES_MAX):
        work = ", ".join(map(str, member.assigned[:LINES_MAX])) or "nothing"
        yield f"  {member.id} at {member.client_host}: {work}"
    lags = view.lag(group.id)
    for name, committed in islice(group.offsets.items(), LINES_MAX):
        lag = f", lag {lags[name]}" if name in lags else ""
        yield f"  {name}: committed {committed.offset}{lag}"


def _transaction_lines(transaction: Transaction) -> Iterator[str]:
    producer = f"producer {transaction.producer_id}, epoch {transaction.epoch}"
    yield f"{transaction.transactional_id}: {transaction.state.value}, {producer}"
    for name in sorted(transaction.partitions)[:LINES_MAX]:
        yield f"  {name}"


def _client_lines(client: ClientView) -> Iterator[str]:
    software = f" ({client.software})" if client.software else ""
    closed = f"; {client.closed}" if client.closed is not None else ""
    yield f"{client.client_id or '?'}{software} at {client.peer}{closed}"
    for request in client.recent:
        yield f"  {request}"
    if client.in_progress is not None:
        yield f"  {client.in_progress} (in progress)"
