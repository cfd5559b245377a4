"""The partitions of an internal topic that a broker leads, as its coordinator has them.

A coordinator keeps what it knows in the partitions of a topic of its own. Each that
this broker leads is a shard; it is loaded when the broker begins to lead it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

import trio

from logion.protocol.errors import ApiError, Error
from logion.replica.partition import Partition
from logion.replica.partitioning import partition_of


class Shard(Protocol):
    """What one partition holds, as far as it is loaded."""

    partition: Partition
    is_loaded: bool

    async def load(self) -> None:
        """Read all of it from the log."""


S = TypeVar("S", bound=Shard)


class Shards(Generic[S]):
    """What a coordinator has: a shard for each partition that this broker leads."""

    def __init__(
        self,
        noun: str,
        make: Callable[[Partition], S],
        *,
        on_loaded: Callable[[S], None],
        on_lost: Callable[[S], None],
    ) -> None:
        """Lead nothing yet; `noun` is what a key names, for the text of errors.

        `make` returns the shard of a partition, which is loaded at once if its log is
        empty; `on_loaded` is called when one was read, `on_lost` when another broker
        leads it.
        """
        self.led: dict[int, S] = {}
        """By the index of their partition."""
        self.count = 0
        """How many partitions the topic has; 0 if it is not there."""
        self._noun = noun
        self._make = make
        self._on_loaded = on_loaded
        self._on_lost = on_lost
        self._tasks: trio.Nursery | None = None
        self._loaded = trio.Event()

    def __iter__(self) -> Iterator[S]:
        """Yield every shard; others may come and go meanwhile."""
        return iter(list(self.led.values()))

    def lead(self, led: Sequence[Partition], count: int) -> None:
        """Have the shards of these partitions of `count`, and no others."""
        self.count = count
        wanted = {it.name.partition: it for it in led}
        for index, shard in list(self.led.items()):
            if wanted.get(index) is not shard.partition:
                del self.led[index]
                self._on_lost(shard)
        for index, partition in wanted.items():
            if index not in self.led:
                shard = self.led[index] = self._make(partition)
                self._load_soon(shard)

    def of(self, key: str) -> S:
        """Return where a key belongs.

        Raises ApiError: NOT_COORDINATOR if that is another broker,
        COORDINATOR_LOAD_IN_PROGRESS while the shard is loaded.
        """
        shard = self.led.get(partition_of(key, self.count)) if self.count else None
        if shard is None:
            raise ApiError(Error.NOT_COORDINATOR, f"{self._noun} {key!r} is not ours")
        if not shard.is_loaded:
            text = f"{shard.partition.name} is read"
            raise ApiError(Error.COORDINATOR_LOAD_IN_PROGRESS, text)
        return shard

    @property
    def are_loading(self) -> bool:
        """Whether something is not known yet."""
        return not all(shard.is_loaded for shard in self.led.values())

    async def loaded(self) -> None:
        """Return once all is known that the shards hold."""
        while self.are_loading:
            await self._loaded.wait()

    async def run(self) -> None:
        """Load what is led, until cancelled."""
        try:
            async with trio.open_nursery() as self._tasks:
                for shard in self:
                    self._load_soon(shard)
                await trio.sleep_forever()
        finally:
            self._tasks = None

    def _load_soon(self, shard: S) -> None:
        """Load a shard, unless it is; those that come too early wait for `run`."""
        if self._tasks is not None and not shard.is_loaded:
            self._tasks.start_soon(self._load, shard)

    async def _load(self, shard: S) -> None:
        await shard.load()
        self._loaded.set()
        self._loaded = trio.Event()
        self._on_loaded(shard)
