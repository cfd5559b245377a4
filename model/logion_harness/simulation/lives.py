"""The lives of a broker: it stops, is killed, loses its power, and comes back.

What a power cut leaves is any part of what was not synced, the last write of it torn;
it may come between any two operations of the disk. A process that is killed leaves all
that it wrote. Either way nobody hears of what the dying broker still does.
"""

from __future__ import annotations

import logging
import random
from functools import partial

import trio
from logion.broker.broker import Broker, open_broker
from logion.broker.connection import Connection
from logion.config import NEWEST_RELEASE, BrokerConfig
from logion.config_shipped import shipped_settings
from logion.testing.disk import MemoryDisk, Write

from logion_harness.simulation.network import Transport
from logion_harness.simulation.plan import ENDS, Fault, Kind, Plan
from logion_harness.simulation.world import ADDRESS, World

SETTINGS = {
    "log.dirs": "data",
    "broker.id": "1",
    "listeners": f"PLAINTEXT://{ADDRESS}",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.num.partitions": "1",
}

SMALL = {"log.segment.bytes": "400"}
"""Segments of a few batches, where a release allows it."""

SYNCED = {"log.flush.interval.messages": "1"}
"""What an acknowledged record needs to survive a power cut (decision 14)."""

WRITES_MAX = 6
"""A power cut waits for fewer writes to the disk."""

QUIET_S = 2.0
"""It comes after so long anyway, if there is nothing to write."""


async def keep_broker(world: World) -> None:
    """Let the broker live, and end as planned, until cancelled."""
    chance = world.chance("broker")
    ends = [it for it in world.plan.faults if it.kind in ENDS]
    with _Complaints(world.wrong):
        for fault in ends:
            await _Life(world, chance).live(fault)
            await trio.sleep(fault.size / 1000)
        await _Life(world, chance).live(None)


class _Life:
    """A broker from its start to its end."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world = world
        self._chance = chance
        self._scope = trio.CancelScope()
        self._stop = trio.Event()
        self._is_over = False

    async def live(self, end: Fault | None) -> None:
        """Serve until the end, for ever if there is none."""
        with self._scope:
            async with trio.open_nursery() as nursery:
                if end is not None:
                    nursery.start_soon(self._end, end)
                await self._serve()
                nursery.cancel_scope.cancel()
        self._world.end()

    async def _serve(self) -> None:
        """Take connections until asked to stop."""
        world = self._world
        config = _config(world.plan)
        opening = open_broker(config, world.clock, world.disk, self._chance, bound=())
        async with opening as broker, trio.open_nursery() as connections:
            if not self._is_over:
                world.start(broker)
                world.network.accept = partial(_accept, broker, connections)
            await self._stop.wait()
            world.end()
            connections.cancel_scope.cancel()

    async def _end(self, end: Fault) -> None:
        await trio.sleep_until(end.at_ms / 1000)
        if end.kind is Kind.RESTART:
            self._world.trace.note(end.kind.value)
            self._stop.set()
            return
        if end.kind is Kind.POWER_CUT:
            await self._some_writes(self._chance.randrange(WRITES_MAX), end)
        self._die(end)

    async def _some_writes(self, count: int, end: Fault) -> None:
        """Let the disk write a few times more; it ends before the last is synced."""
        disk = self._world.disk
        newest = disk.unsynced[-1:]

        def look() -> None:
            nonlocal count, newest
            if disk.unsynced[-1:] != newest:
                newest = disk.unsynced[-1:]
                count -= bool(newest) and isinstance(newest[0], Write)
                if count < 0:
                    self._die(end)

        disk.before_operation = look
        await trio.sleep(QUIET_S)

    def _die(self, end: Fault) -> None:
        """Keep what the disk has now; what happens from here on counts no more."""
        if self._is_over:
            return
        self._is_over = True
        world = self._world
        world.trace.note(end.kind.value)
        world.disk = self._left(end.kind)
        world.end()
        self._scope.cancel()

    def _left(self, kind: Kind) -> MemoryDisk:
        disk, chance = self._world.disk, self._chance
        unsynced = range(len(disk.unsynced))
        if kind is Kind.KILL:
            return disk.crash(unsynced)
        odds = chance.choice((0.0, 0.5, 0.9, 1.0))
        kept = [it for it in unsynced if chance.random() < odds]
        torn = chance.choice((None, chance.randrange(100)))
        return disk.crash(kept, torn=torn)


def _accept(broker: Broker, connections: trio.Nursery, transport: Transport) -> None:
    connection = Connection(broker.state, transport, "PLAINTEXT")
    connections.start_soon(connection.serve)


def _config(plan: Plan) -> BrokerConfig:
    settings = {**shipped_settings(plan.release), **SETTINGS}
    settings.pop("node.id", None)
    if plan.release != NEWEST_RELEASE:
        settings |= SMALL
    if any(it.kind is Kind.POWER_CUT for it in plan.faults):
        settings |= SYNCED
    return BrokerConfig.of(settings, release=plan.release)


class _Complaints(logging.Handler):
    """Takes what the broker logs as errors: it should meet none here."""

    def __init__(self, wrong: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._wrong = wrong

    def emit(self, record: logging.LogRecord) -> None:
        self._wrong.append(f"error: the broker says {self.format(record)}")

    def __enter__(self) -> None:
        logging.getLogger("logion").addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("logion").removeHandler(self)
