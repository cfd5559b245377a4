"""A broker for tests: in a thread of its own, for code of any kind.

    with Broker() as broker:
        producer = KafkaProducer(bootstrap_servers=broker.bootstrap)

`async with` works the same under trio and asyncio. The broker has its data in memory
unless it is given a folder, listens on a free port of 127.0.0.1, and is ready when the
block begins. What looks into it (`records`, `end_offset`, ...) may be called from
any thread and from any loop; it takes as long as one step of the broker.

`faults` holds what it does wrong on purpose (`docs/faults.md`). Its delays go by the
broker's clock: `clock.advance` ends them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Literal, Self, TypeAlias, TypeVar

import trio

from logion.broker.broker import Broker as Running
from logion.broker.defaults import settings_over_defaults
from logion.broker.faults.faults import Faults
from logion.broker.inspection import inspect
from logion.broker.views import BrokerView
from logion.cluster.topics import NewTopic
from logion.config import NEWEST_RELEASE, BrokerConfig
from logion.config import Value as Setting
from logion.disk import Disk, SystemDisk
from logion.group.views import group_views
from logion.log.compaction import Cleaned
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.records.record import Record, read_records
from logion.replica.partition import Partition
from logion.settings import texts_of
from logion.testing.clock import JumpingClock
from logion.testing.groups import remove_group
from logion.testing.life import Life
from logion.testing.ram import RamDisk
from logion.testing.snapshot import Snapshot

log = logging.getLogger(__name__)

T = TypeVar("T")

RECORDS_SIZE_MAX = 2**30
"""Most bytes that `records` decompresses of one batch."""

FOR_TESTS = {
    "listeners": "PLAINTEXT://127.0.0.1:0",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.num.partitions": "1",
}
"""Settings that suit tests; those that a test gives come first."""

RAM_FOLDER = "data"
"""Where the data is on a disk in memory."""

Time: TypeAlias = Literal["running", "frozen"]
"""Whether a broker's time passes by itself, or by `advance` alone."""


class Broker:
    """One broker, running from `__enter__` to `__exit__`; it can run again after."""

    def __init__(
        self,
        *,
        release: str = NEWEST_RELEASE,
        config: Mapping[str, Setting] | None = None,
        data: str | None = None,
        time: Time = "running",
        faults: Mapping[str, object] | None = None,
        console: bool = False,
    ) -> None:
        """Prepare a broker of `release`.

        `config` holds broker settings by Kafka's names; `data` is a folder that
        outlives the broker, whose data is in memory otherwise; `time` that is "frozen"
        passes by `clock.advance` alone; `faults` is a plan of what it does wrong,
        PlanError if that is no plan; `console` serves pages about it, for which the
        extra `logion[console]` is needed.
        Starting raises ConfigError for a wrong setting, ValueError for an unknown
        release, DirectoryRefused for a folder in use, OSError for an address in use.
        """
        self._release = release
        self._given = texts_of(config)
        self._data = data
        self._faults = Faults()
        if faults is not None:
            self._faults.load(faults)
        self._is_frozen = time == "frozen"
        self._has_console = console
        self._exit = ExitStack()
        self._life: Life | None = None

    @property
    def bootstrap(self) -> str:
        """Return `host:port` of the running broker, as clients take it."""
        host, port = self._running.addresses[0]
        return f"{host}:{port}"

    @property
    def console_url(self) -> str:
        """Return the address of the console's pages; "" if it was not asked for."""
        return self._alive.console_url

    @property
    def clock(self) -> BrokerClock:
        """Return the running broker's clock, which `advance` moves."""
        return BrokerClock(self._alive)

    @property
    def faults(self) -> Faults:
        """Return what it does wrong on purpose; it may be changed at any time."""
        return self._faults

    def topics(self) -> list[str]:
        """Return the names of all topics, sorted."""
        return self._ask(lambda it: sorted(it.state.cluster.image.topics))

    def partitions(self, topic: str) -> int:
        """Return how many partitions a topic has; KeyError if there is no such one."""
        return self._ask(
            lambda it: len(it.state.cluster.image.topics[topic].partitions)
        )

    def start_offset(self, topic: str, partition: int = 0) -> int:
        """Return the first offset still there; KeyError if no such partition."""
        return self._inspect(topic, partition, lambda it: it.log.start_offset)

    def end_offset(self, topic: str, partition: int = 0) -> int:
        """Return the offset the next record gets; KeyError if no such partition."""
        return self._inspect(topic, partition, lambda it: it.log.end_offset)

    def high_watermark(self, topic: str, partition: int = 0) -> int:
        """Return the offset below which all is committed; KeyError likewise."""
        return self._inspect(topic, partition, lambda it: it.high_watermark)

    def records(self, topic: str, partition: int = 0) -> list[Record]:
        """Return every record of a partition, control records too, oldest first."""
        stored = self._inspect(topic, partition, _stored)
        return list(read_records(stored, size_max=RECORDS_SIZE_MAX))

    def create_topic(
        self,
        name: str,
        *,
        partitions: int = 1,
        configs: Mapping[str, Setting] | None = None,
    ) -> None:
        """Make a topic; raises ApiError as CreateTopics does."""
        new = NewTopic(name, partitions, 1, configs=texts_of(configs))

        async def make(broker: Running) -> None:
            (made,) = await broker.state.cluster.create_topics([new])
            if isinstance(made, ApiError):
                raise made

        self._do(make)

    def delete_topic(self, name: str) -> None:
        """Delete a topic and its records; raises ApiError as DeleteTopics does."""
        self._do(lambda it: it.state.cluster.delete_topic(name))

    def groups(self) -> list[str]:
        """Return the ids of all groups, sorted."""
        return self._ask(
            lambda it: [group.id for group in group_views(it.state.groups)]
        )

    def delete_group(self, group: str) -> None:
        """Take the members out of a group, then delete it and its offsets.

        Raises ApiError GROUP_ID_NOT_FOUND if there is no such group.
        """
        self._ask(lambda it: remove_group(it.state.groups, group))

    def snapshot(self) -> Snapshot:
        """Return everything the broker has stored by now, and its time.

        Topics, records, settings, groups, committed offsets, producers: all of it is in
        memory then.
        """
        life = self._alive
        return Snapshot(life.do(life.read_folders), life.clock.jumped_s)

    def restore(self, snapshot: Snapshot) -> None:
        """Be as at a snapshot, of this broker or of another: stored state and time.

        The address stays. Clients lose their connections and can connect again at once.
        Raises ValueError if the snapshot has another number of data folders.
        """
        self._alive.restore(snapshot)

    def inspect(self) -> BrokerView:
        """Return what the broker knows: topics, logs, clients and what they asked.

        `inspect().summary()` is the same as text.
        """
        return self._ask(lambda it: inspect(it.state))

    def clean_now(self, *, roll: bool = False) -> list[Cleaned]:
        """Clean every compacted log at once, and return what was done to each.

        Neither the dirty ratio nor `log.cleaner.enable` is asked; the lags are, and
        the active segments stay as they are unless `roll` makes them full ones first.
        """

        def clean(broker: Running) -> list[Cleaned]:
            broker.state.partitions.note_high_watermarks()
            return broker.state.cleaner.clean_now(rolls=roll)

        return self._ask(clean)

    def start(self) -> None:
        """Start the broker; returns when clients can connect.

        Raises what `__init__` says, and RuntimeError if it is running already.
        """
        if self._life is not None:
            raise RuntimeError("the broker is running already")
        try:
            clock = JumpingClock(is_frozen=self._is_frozen)
            disk: Disk = RamDisk(clock) if self._data is None else SystemDisk()
            config = self._config(disk)
            for warning in config.warnings:
                log.warning("%s", warning)
            life = Life(clock, disk, config, console=self._has_console)
            work = (self._faults,)
            thread = threading.Thread(target=life.run, args=work, daemon=True)
            thread.start()
            self._exit.callback(thread.join)
            life.wait()
        except BaseException:
            self._exit.close()
            raise
        self._life = life

    def stop(self) -> None:
        """Shut the broker down cleanly; returns when its files are closed.

        Raises what the broker died of, if it did not live until now.
        """
        life, self._life = self._life, None
        if life is not None:
            life.end()
        self._exit.close()
        if life is not None:
            life.ending.unwrap()

    def __enter__(self) -> Self:
        """Start the broker."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the broker."""
        self.stop()

    async def __aenter__(self) -> Self:
        """Start the broker without holding up the loop, trio's or asyncio's."""
        try:
            await _in_thread(self.start)
        except BaseException:  # cancelled: the thread has started it all the same
            await _in_thread(self.stop)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the broker without holding up the loop."""
        await _in_thread(self.stop)

    def _config(self, disk: Disk) -> BrokerConfig:
        settings = settings_over_defaults(
            FOR_TESTS | self._given,
            disk=disk,
            folder=self._data or RAM_FOLDER,
            release=self._release,
        )
        return BrokerConfig.of(settings, release=self._release)

    @property
    def _running(self) -> Running:
        return self._alive.broker

    @property
    def _alive(self) -> Life:
        if self._life is None:
            raise RuntimeError("the broker is not running: use it in a `with` block")
        return self._life

    def _ask(self, question: Callable[[Running], T]) -> T:
        return self._alive.ask(question)

    def _do(self, work: Callable[[Running], Awaitable[T]]) -> T:
        return self._alive.do(work)

    def _inspect(self, topic: str, partition: int, ask: Callable[[Partition], T]) -> T:
        def look(broker: Running) -> T:
            found = broker.state.leading(TopicPartition(topic, partition))
            if isinstance(found, Error):
                raise KeyError(f"{topic}-{partition}")
            return ask(found)

        return self._ask(look)


class BrokerClock:
    """The clock of a running broker, in the hands of a test."""

    __slots__ = ("_life",)

    def __init__(self, life: Life) -> None:
        """Show the clock of one run of a broker."""
        self._life = life

    def advance(self, seconds: float) -> None:
        """Let time pass at once; returns when the broker has done what was due.

        All that is due by then happens once, at the new time: sessions expire, waiting
        requests time out, retention deletes. What begins because of it begins then.
        Raises ValueError if `seconds` are negative or infinite.
        """
        self._life.advance(seconds)

    @property
    def advanced_s(self) -> float:
        """Return how far the time has been moved, in seconds."""
        return self._life.clock.jumped_s

    def time_ms(self) -> int:
        """Return the broker's wall clock: milliseconds since 1970-01-01 UTC."""
        return self._life.clock.time_ms()


def _stored(partition: Partition) -> bytes:
    """Return every stored byte of a partition, oldest first."""
    return b"".join(
        segment.slice(0, segment.size).read() for segment in partition.log.segments
    )


async def _in_thread(work: Callable[[], None]) -> None:
    """Do `work` in a thread, to its end even if the caller is cancelled."""
    import sniffio

    if sniffio.current_async_library() == "trio":
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(work)
    else:
        await _in_thread_of_asyncio(work)


async def _in_thread_of_asyncio(work: Callable[[], None]) -> None:
    import asyncio

    working = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        await working
        raise
