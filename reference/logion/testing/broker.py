"""A broker for tests: in a thread of its own, for code of any kind.

    with Broker() as broker:
        producer = KafkaProducer(bootstrap_servers=broker.bootstrap)

`async with` works the same under trio and asyncio. The broker has a temporary data
folder unless it is given one, listens on a free port of 127.0.0.1, and is ready when
the block begins.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self, TypeVar

import trio

from logion.broker.broker import Broker as Running
from logion.broker.broker import open_broker
from logion.broker.defaults import settings_over_defaults
from logion.clock import Clock, SystemClock
from logion.config import NEWEST_RELEASE, BrokerConfig
from logion.disk import Disk, SystemDisk
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.records.record import Record, read_records
from logion.replica.partition import Partition

T = TypeVar("T")

RECORDS_SIZE_MAX = 2**30
"""Most bytes that `records` decompresses of one batch."""


class Broker:
    """One broker, running from `__enter__` to `__exit__`."""

    def __init__(
        self,
        *,
        release: str = NEWEST_RELEASE,
        config: Mapping[str, str] | None = None,
        data: str | None = None,
    ) -> None:
        """Prepare a broker of `release`.

        `config` holds broker settings by Kafka's names; `data` is a folder that
        outlives the broker, otherwise a temporary one is made and removed.
        Starting raises ConfigError for a wrong setting, OSError for a folder in use.
        """
        self._release = release
        self._settings = dict(config or {})
        self._data = data
        self._disk: Disk = SystemDisk()
        self._clock: Clock = SystemClock()
        self._exit = ExitStack()
        self._running: Running | None = None
        self._token: trio.lowlevel.TrioToken | None = None
        self._stopping = trio.CancelScope()

    @property
    def bootstrap(self) -> str:
        """Return `host:port` of the running broker, as clients take it."""
        host, port = self._broker.addresses[0]
        return f"{host}:{port}"

    def topics(self) -> list[str]:
        """Return the names of all topics, sorted."""
        return self._call(lambda: sorted(self._broker.state.cluster.image.topics))

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

    def start(self) -> None:
        """Start the broker; returns when clients can connect."""
        folder = self._data
        if folder is None:
            folder = self._exit.enter_context(
                tempfile.TemporaryDirectory(prefix="logion-")
            )
        settings = settings_over_defaults(
            {"listeners": "PLAINTEXT://127.0.0.1:0"} | self._settings,
            disk=self._disk,
            folder=folder,
            release=self._release,
        )
        config = BrokerConfig.of(settings, release=self._release)
        started = _Started()
        thread = threading.Thread(target=self._run, args=(config, started), daemon=True)
        thread.start()
        self._exit.callback(thread.join)
        started.wait()

    def stop(self) -> None:
        """Shut the broker down cleanly; returns when its files are closed."""
        if self._token is not None:
            trio.from_thread.run_sync(self._stopping.cancel, trio_token=self._token)
            self._token = None
        self._exit.close()

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
        await _in_thread(self.start)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the broker without holding up the loop."""
        await _in_thread(self.stop)

    def _run(self, config: BrokerConfig, started: _Started) -> None:
        try:
            trio.run(self._main, config, started)
        except BaseException as problem:
            if not started.fail(problem):
                raise

    async def _main(self, config: BrokerConfig, started: _Started) -> None:
        with self._stopping:
            async with open_broker(config, self._clock, self._disk) as running:
                self._running = running
                self._token = trio.lowlevel.current_trio_token()
                started.succeed()
                await trio.sleep_forever()

    @property
    def _broker(self) -> Running:
        if self._running is None:
            raise RuntimeError("the broker is not running: use it in a `with` block")
        return self._running

    def _inspect(self, topic: str, partition: int, ask: Callable[[Partition], T]) -> T:
        def look() -> T:
            found = self._broker.state.leading(TopicPartition(topic, partition))
            if isinstance(found, Error):
                raise KeyError(f"{topic}-{partition}")
            return ask(found)

        return self._call(look)

    def _call(self, ask: Callable[[], T]) -> T:
        """Ask in the broker's own thread, between two of its steps."""
        if self._token is None:
            raise RuntimeError("the broker is not running: use it in a `with` block")
        return trio.from_thread.run_sync(ask, trio_token=self._token)


def _stored(partition: Partition) -> bytes:
    """Return every stored byte of a partition, oldest first."""
    return b"".join(
        segment.slice(0, segment.size).read() for segment in partition.log.segments
    )


class _Started:
    """What the starting thread waits for: readiness, or why there is none."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._problem: BaseException | None = None

    def succeed(self) -> None:
        self._event.set()

    def fail(self, problem: BaseException) -> bool:
        """Hand the problem to who waits; False if nobody does any more."""
        if self._event.is_set():
            return False
        self._problem = problem
        self._event.set()
        return True

    def wait(self) -> None:
        self._event.wait()
        if self._problem is not None:
            raise self._problem


async def _in_thread(work: Callable[[], None]) -> None:
    import sniffio

    if sniffio.current_async_library() == "trio":
        await trio.to_thread.run_sync(work)
    else:
        import asyncio

        await asyncio.to_thread(work)
