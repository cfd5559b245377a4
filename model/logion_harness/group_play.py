"""Programs of what clients do to one group, played on a broker in this process.

The broker is the real one, on a disk in memory, and clients call its coordinator as the
handlers do. After each move, and across restarts and kills, what clients were told is
judged. Everything happens at moments that the program decides, so the same program
gives the same history.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

import trio
import trio.testing
from logion.broker.broker import Broker, open_broker
from logion.broker.internal_topics import OFFSETS, missing_topic
from logion.config import NEWEST_RELEASE, BrokerConfig
from logion.config_shipped import shipped_settings
from logion.group.classic.state import State
from logion.group.committing import expire_offsets
from logion.group.coordinator import GroupCoordinator
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

from logion_harness.group_clients import (
    GROUP,
    Client,
    History,
    commit_alone,
    committed,
)

WAITS_MS = (1_000, 3_000, 5_000, 30_000)
WEEK_MS = 7 * 24 * 3600 * 1000
"""`offsets.retention.minutes`."""
PATIENCE_MS = 300_000
"""The longest that a request may wait: a new member's first."""

CHANGES = {
    "log.dirs": "data",
    "broker.id": "1",
    "listeners": "PLAINTEXT://127.0.0.1:0",
    "offsets.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "3000",
}


class Act(Enum):
    """What a client, or the world, does."""

    GO_ON = "go on"
    """The client does what a consumer does next."""
    JOIN = "join"
    JOIN_CHANGED = "join with other topics"
    SYNC = "sync"
    HEARTBEAT = "heartbeat"
    COMMIT = "commit"
    LEAVE = "leave"
    BEGIN_ANEW = "begin anew"
    COMMIT_LATE = "commit by the process before"
    SYNC_LATE = "sync by the process before"
    COMMIT_ALONE = "commit in no group"
    WAIT = "wait"
    FORGET = "wait for a week"
    RESTART = "restart the broker"
    KILL = "kill the broker"
    """Its process ends at once; what it has written stays."""


class Move(NamedTuple):
    """One line of a program."""

    act: Act
    seat: int = 0
    choice: int = 0
    """Who gets the partition; how long to wait."""


@dataclass(slots=True)
class Stage:
    """A broker's data, and clients that live through its restarts."""

    clients: tuple[Client, ...]
    history: History
    disk: MemoryDisk = field(default_factory=MemoryDisk)
    clock: FakeClock = field(default_factory=FakeClock)

    async def play(self, program: Sequence[Move]) -> None:
        """Play a program until it ends, or until `history.wrong` says why not.

        At the end everybody falls silent: whoever waits is answered, the group is
        empty, and what was committed is there.
        """
        moves = iter(program)
        while await self._live(moves):
            self.history.leaders.clear()

    async def _live(self, moves: Iterator[Move]) -> bool:
        """Play until the broker ends; return whether there are more moves."""
        settings = {**shipped_settings(NEWEST_RELEASE), **CHANGES}
        settings.pop("node.id", None)
        config = BrokerConfig.of(settings, release=NEWEST_RELEASE)
        chance = random.Random(1)  # noqa: S311 - chance that repeats
        async with open_broker(config, self.clock, self.disk, chance) as broker:
            await _make_offsets_topic(broker, config)
            async with trio.open_nursery() as requests:
                life = Life(self, broker.state.groups, requests)
                end = await life.play(moves)
                requests.cancel_scope.cancel()
            disk = self.disk.crash(range(len(self.disk.unsynced)))
        if end is Act.KILL:
            self.disk = disk
        return end is not None


async def _make_offsets_topic(broker: Broker, config: BrokerConfig) -> None:
    cluster = broker.state.cluster
    if OFFSETS not in cluster.image.topics:
        await cluster.create_topics([missing_topic(OFFSETS, config, broker_count=1)])
    await trio.testing.wait_all_tasks_blocked()


async def _wait(answered: Callable[[], Awaitable[object]]) -> None:
    await answered()


@dataclass(slots=True)
class Life:
    """A broker from its start to its end."""

    stage: Stage
    groups: GroupCoordinator
    requests: trio.Nursery
    waits: dict[tuple[Act, int], trio.CancelScope] = field(default_factory=dict)
    """The requests that are not answered, by kind and seat."""

    async def play(self, moves: Iterator[Move]) -> Act | None:
        """Make moves until one ends this life; return that, None if none did."""
        self._judge()
        for move in moves:
            if move.act in (Act.RESTART, Act.KILL):
                return move.act
            client = self.stage.clients[move.seat]
            is_usual = move.act is Act.GO_ON
            act = _next_act(client, move.choice) if is_usual else move.act
            await self._make(move._replace(act=act), client)
            await trio.testing.wait_all_tasks_blocked()
            self._judge()
            if self.stage.history.wrong:
                return None
        await self._fall_silent()
        return None

    def _judge(self) -> None:
        self.stage.history.judge(committed(self.groups))

    async def _make(self, move: Move, client: Client) -> None:
        match move.act:
            case Act.JOIN | Act.JOIN_CHANGED | Act.SYNC | Act.SYNC_LATE:
                self.requests.start_soon(self._ask, move, client)
            case Act.COMMIT:
                await client.commit(self.groups)
            case Act.COMMIT_LATE:
                await client.commit_late(self.groups)
            case Act.COMMIT_ALONE:
                await commit_alone(self.groups, self.stage.history)
            case _:
                self._make_at_once(move, client)

    def _make_at_once(self, move: Move, client: Client) -> None:
        match move.act:
            case Act.HEARTBEAT:
                client.heartbeat(self.groups)
            case Act.LEAVE:
                client.leave(self.groups)
            case Act.BEGIN_ANEW:
                client.begin_anew()
            case Act.FORGET:
                self._forget()
            case _:
                self._pass(WAITS_MS[move.choice % len(WAITS_MS)])

    async def _ask(self, move: Move, client: Client) -> None:
        """Send a request that may have to wait; an earlier one is given up."""
        kind = Act.JOIN if move.act is Act.JOIN_CHANGED else move.act
        earlier = self.waits.get((kind, client.seat))
        if earlier is not None:
            earlier.cancel()
        with trio.CancelScope() as scope:
            self.waits[kind, client.seat] = scope
            await self._answered(move, client)
        if self.waits.get((kind, client.seat)) is scope:
            del self.waits[kind, client.seat]

    async def _answered(self, move: Move, client: Client) -> None:
        match move.act:
            case Act.SYNC:
                await client.sync(self.groups, move.choice, _wait)
            case Act.SYNC_LATE:
                await client.sync_late(self.groups, _wait)
            case Act.JOIN_CHANGED:
                await client.join(self.groups, b"other topics", _wait)
            case _:
                await client.join(self.groups, b"", _wait)

    def _pass(self, duration_ms: int) -> None:
        """Let time pass, and what is due happen."""
        self.stage.clock.advance(duration_ms)
        self.groups.on_time()

    def _forget(self) -> None:
        """Let a week pass: a group without members may forget its offsets."""
        was_empty = self._is_empty
        self._pass(WEEK_MS)
        expire_offsets(self.groups)
        if was_empty:
            self.stage.history.furthest = committed(self.groups)
        if self.groups.find(GROUP)[1] is None:
            self.stage.history.on_forgotten()

    @property
    def _is_empty(self) -> bool:
        _, cell = self.groups.find(GROUP)
        return cell is None or cell.classic.state is State.EMPTY

    async def _fall_silent(self) -> None:
        for _ in range(3):
            self._pass(PATIENCE_MS)
            await trio.testing.wait_all_tasks_blocked()
        self._judge()
        if self.waits or not self._is_empty:
            waits = list(self.waits)
            self.stage.history.on_wrong(f"nobody is left, and these wait: {waits}")


def _next_act(client: Client, choice: int) -> Act:
    """Return what a consumer does next: it joins, gets its work, reads, and lives."""
    if client.must_join:
        return Act.JOIN
    if not client.has_work:
        return Act.SYNC
    return Act.COMMIT if choice % 2 else Act.HEARTBEAT


def stage(dynamic: int, static: int) -> Stage:
    """Return a stage with so many dynamic and static members."""
    history = History()
    clients = (
        Client(seat, seat >= dynamic, history) for seat in range(dynamic + static)
    )
    return Stage(tuple(clients), history)
