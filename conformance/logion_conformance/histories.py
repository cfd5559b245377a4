"""Several clients at once: what each did and saw, judged by `logion_model.history`.

    scene = Scene(broker, await broker.topic(partitions=2), READ_UNCOMMITTED)
    await scene.play([writer, writer])

Readers read while writers write: one from the beginning, one from where the records
are when it comes, and one from the beginning once a broker that was away is back. Once
all is written they read to the end; then the history is judged.

When a client does what comes of `SEED`, the same in each run; how the broker mixes them
is its own affair. Pauses are counted in polls of the readers, so nobody waits in vain.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

import trio
from logion.client.committed import READ_UNCOMMITTED
from logion.client.consumer import Consumer, ConsumerOptions, Received
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion_model.history.check import Verdict, check
from logion_model.history.kinds import Anomaly, Kind
from logion_model.history.operations import ASSIGN, FAIL, OK, POLL, SEND, TXN, UNKNOWN
from logion_model.history.reading import INVOKE, HistoryError, read_events
from logion_model.history.report import text_of

from logion_conformance.expect import Broken
from logion_conformance.material import Topic
from logion_conformance.subject import Subject

SEED = 2011
"""Where the schedule comes from; another number, another one."""

PARTITIONS = 2

WAIT_MS = 20
"""How long a poll waits for records."""

POLL_BYTES_MAX = 512
"""Most bytes of a partition that a poll gets: some batches, so that readers need many
polls. No batch is larger: a broker before 0.10.1 would give nothing of it."""

Sends: TypeAlias = Sequence[tuple[str, str]]
"""Keys, and the values that are sent to them."""


def key_of(topic: Topic, partition: int) -> str:
    """Return what a partition is called in a history."""
    return f"{topic.name}-{partition}"


WHILE_IT_STARTS = (Error.UNKNOWN_SERVER_ERROR, Error.INVALID_REPLICATION_FACTOR)
"""Errors of Metadata that a broker answers which does not know its topics yet."""


def is_of_absence(problem: ApiError) -> bool:
    """Whether an error may come of a broker that is away, or not yet back.

    Kafka 0.8.2 has no name for what it says of its topics while it starts; 0.10.2 would
    make them, and finds no broker for that.
    """
    return problem.error.retriable or problem.error in WHILE_IT_STARTS


@dataclass(slots=True)
class Notes:
    """A history that grows, in the schema of docs/history.md."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def note(self, process: str, kind: str, f: str, value: object = None) -> None:
        """Add an event."""
        self.events.append({"process": process, "type": kind, "f": f, "value": value})

    def begin(self, process: str, sends: Sends) -> None:
        """Note that records are sent, all or none of them."""
        asked = [[SEND, key, value] for key, value in sends]
        self.note(process, INVOKE, _kind_of(sends), asked)

    def done(self, process: str, sends: Sends, offsets: Sequence[int]) -> None:
        """Note that they were written, and where."""
        landed = zip(sends, offsets, strict=True)
        told = [[SEND, key, [offset, value]] for (key, value), offset in landed]
        self.note(process, OK, _kind_of(sends), told)

    def undone(self, process: str, sends: Sends) -> None:
        """Note that they were not, for certain."""
        self.note(process, FAIL, _kind_of(sends))

    def lost(self, process: str, sends: Sends) -> None:
        """Note that nobody knows whether they were: the process is not heard again."""
        self.note(process, UNKNOWN, _kind_of(sends))

    def expect_sound(self) -> None:
        """Nothing if Kafka may show all of it; Broken, with what proves it, if not."""
        try:
            verdict = check(read_events(enumerate(self.events, 1)))
        except HistoryError as error:
            raise _unsound(str(error)) from error
        wrong: dict[Kind, list[Anomaly]] = {}
        for anomaly in verdict.judged():
            wrong.setdefault(anomaly.kind, []).append(anomaly)
        if wrong:
            raise _unsound(text_of(Verdict(verdict.history, wrong), examples=1))


def _kind_of(sends: Sends) -> str:
    return SEND if len(sends) == 1 else TXN


def _unsound(came: str) -> Broken:
    return Broken(
        f"the history of all clients (seed {SEED})",
        expected="none of the anomalies of docs/history.md",
        came=came,
    )


class Scene:
    """A topic, clients that write to it and read it, and their notes."""

    def __init__(
        self,
        broker: Subject,
        topic: Topic,
        isolation_level: int = READ_UNCOMMITTED,
        *,
        partitions: int = PARTITIONS,
    ) -> None:
        """Have readers of this isolation level; nobody does anything yet."""
        self.broker = broker
        self.topic = topic
        self.partitions = range(partitions)
        self.notes = Notes()
        self.is_interrupted = False
        """Whether the broker goes away in between: readers then go on after errors, and
        another one comes once `is_back` is set, without which `play` never ends."""
        self.is_back = trio.Event()
        """Whoever starts the broker again sets it."""
        self._isolation_level = isolation_level
        self._polls: dict[str, int] = {}
        """Of each reader, how many have ended."""
        self._polled = trio.lowlevel.ParkingLot()
        self._ends: Mapping[TopicPartition, int] = {}

    async def play(self, writers: Sequence[Callable[[], Awaitable[None]]]) -> None:
        """Let all of them write, and readers read; then judge.

        Readers get as long as an answer may take to come to the end: what they have not
        read by then counts as unseen.
        """
        async with trio.open_nursery() as reading:
            reading.start_soon(self._read_all)
            reading.start_soon(self._read_on)
            if self.is_interrupted:
                reading.start_soon(self._read_again)
            async with trio.open_nursery() as writing:
                for write in writers:
                    writing.start_soon(write)
            self._ends = await self._all_read_up_to()
            patience_s = self.broker.cluster.options.timeout_s
            reading.cancel_scope.deadline = trio.current_time() + patience_s
        self.notes.expect_sound()

    def chance(self, name: str) -> Random:
        """Return what decides when a client does what."""
        return Random(f"{SEED}/{name}")  # noqa: S311 - chance that repeats

    # --- pauses -------------------------------------------------------------------

    async def pause(self, chance: Random) -> None:
        """Wait for none, one or two polls of readers to end."""
        await self.polls(chance.choice((0, 0, 1, 2)))

    async def polls(self, several: int) -> None:
        """Wait until so many polls of readers have ended."""
        for _ in range(several):
            await self._polled.park()

    async def until_polled(self) -> None:
        """Wait until each reader has begun another poll and got its answer."""
        goals = {name: ended + 2 for name, ended in self._polls.items()}
        while any(self._polls[name] < goal for name, goal in goals.items()):
            await self._polled.park()

    # --- readers ------------------------------------------------------------------

    async def _read_all(self) -> None:
        consumer = await self._consumer()
        await self._read("from-the-beginning", consumer, dict.fromkeys(self._places, 0))

    async def _read_on(self) -> None:
        """Read what comes after the first few polls of the other reader."""
        consumer = await self._consumer()
        await self.polls(3)
        at = {it: await consumer.latest(it) for it in self._places}
        await self._read("from-where-they-are", consumer, at)

    async def _read_again(self) -> None:
        """Read all that the broker still has once it is back, whoever has read it."""
        consumer = await self._consumer()
        await self.is_back.wait()
        at = dict.fromkeys(self._places, 0)
        await self._read("from-the-beginning-again", consumer, at)

    @property
    def _places(self) -> Sequence[TopicPartition]:
        return [TopicPartition(self.topic.name, it) for it in self.partitions]

    async def _consumer(self) -> Consumer:
        options = ConsumerOptions(
            isolation_level=self._isolation_level,
            max_wait_ms=WAIT_MS,
            partition_max_bytes=POLL_BYTES_MAX,
        )
        return Consumer((await self.broker.another()).cluster, options)

    async def _read(
        self, process: str, consumer: Consumer, at: Mapping[TopicPartition, int]
    ) -> None:
        keys = [key_of(self.topic, it) for it in self.partitions]
        self.notes.note(process, INVOKE, ASSIGN, keys)
        self.notes.note(process, OK, ASSIGN, keys)
        consumer.assign(at)
        self._polls[process] = 0
        while not self._is_through(consumer):
            await self._poll(process, consumer)
            self._polls[process] += 1
            self._polled.unpark_all()

    async def _poll(self, process: str, consumer: Consumer) -> None:
        self.notes.note(process, INVOKE, POLL, [[POLL]])
        try:
            received = await consumer.poll()
        except ApiError as problem:
            if not (self.is_interrupted and is_of_absence(problem)):
                raise
            self.notes.note(process, FAIL, POLL)
            await trio.sleep(WAIT_MS / 1000)
        else:
            self.notes.note(process, OK, POLL, [[POLL, self._by_key(received)]])

    def _is_through(self, consumer: Consumer) -> bool:
        at = consumer.positions
        return bool(self._ends) and all(at[it] >= self._ends[it] for it in at)

    def _by_key(self, received: Sequence[Received]) -> Mapping[str, list[list[Any]]]:
        records: dict[str, list[list[Any]]] = {}
        for at, record in received:
            value = (record.value or b"").decode(errors="replace")
            key = key_of(self.topic, at.partition)
            records.setdefault(key, []).append([record.offset, value])
        return records

    async def _all_read_up_to(self) -> Mapping[TopicPartition, int]:
        """Return where partitions end, once readers of any kind may read all of it."""
        levels = {READ_UNCOMMITTED, self._isolation_level}
        cluster = self.broker.cluster

        async def look() -> Mapping[TopicPartition, int]:
            everything, *less = [
                {it: await Consumer(cluster, options).latest(it) for it in self._places}
                for options in map(ConsumerOptions, sorted(levels))
            ]
            if any(it != everything for it in less):
                raise ApiError(Error.REQUEST_TIMED_OUT, "a transaction is still open")
            return everything

        return await cluster.retry(look)
