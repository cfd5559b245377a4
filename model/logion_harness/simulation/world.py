"""The world of a run: network, disk, clock, and what is known of who uses them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import trio
from logion.broker.broker import Broker
from logion.client.connection import Address, Exchange, Options
from logion.names import TopicPartition
from logion.testing.disk import MemoryDisk

from logion_harness.simulation.commits import Commits
from logion_harness.simulation.network import Network
from logion_harness.simulation.plan import Plan
from logion_harness.simulation.recording import Recorder
from logion_harness.simulation.schedule import VirtualClock
from logion_harness.simulation.trace import Trace

ADDRESS = Address("broker", 9092)
TOPIC = "topic"
GROUP = "group"

PATIENCE_S = 2.0
"""How long a client waits for an answer."""


@dataclass(slots=True)
class World:
    """What a run is made of."""

    plan: Plan
    trace: Trace = field(default_factory=Trace)
    clock: VirtualClock = field(default_factory=VirtualClock)
    commits: Commits = field(default_factory=lambda: Commits(GROUP))
    disk: MemoryDisk = field(init=False)
    network: Network = field(init=False)
    recorder: Recorder = field(init=False)
    broker: Broker | None = None
    """The one that lives; None while there is none."""
    has_started: trio.Event = field(default_factory=trio.Event)
    """Set when there is one again; another one each time."""
    wrong: list[str] = field(default_factory=list)
    """What went wrong before anybody judged, in words."""
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    """Where each partition ends, once nobody writes any more."""

    def __post_init__(self) -> None:
        """Begin with an empty disk and an idle network."""
        self.disk = MemoryDisk(self.clock)
        self.network = Network(self.chance("network"), self.trace, self.plan)
        self.recorder = Recorder(self.trace)

    @property
    def partitions(self) -> tuple[TopicPartition, ...]:
        """Return the partitions of the topic."""
        return tuple(TopicPartition(TOPIC, it) for it in range(self.plan.partitions))

    @property
    def isolation_level(self) -> int:
        """Return how everybody reads: committed records only if there are others."""
        return int(bool(self.plan.transactors))

    def chance(self, of: str) -> random.Random:
        """Return where one part of the world draws from."""
        return random.Random(f"{self.plan.seed} {of}")  # noqa: S311 - it repeats

    def options(self, name: str) -> Options:
        """Return how a client of this name talks."""

        def observe(exchange: Exchange) -> None:
            self.wrong += self.commits.observe(exchange)

        return Options(
            client_id=name,
            timeout_s=PATIENCE_S,
            dial=self.network.dial,
            observe=observe,
        )

    def start(self, broker: Broker) -> None:
        """Let this broker be the one that lives."""
        self.trace.note("the broker has started")
        self.broker = broker
        self.has_started.set()
        self.has_started = trio.Event()

    def end(self) -> None:
        """Let no broker live: nobody hears of it any more."""
        self.broker = None
        self.network.unplug()

    async def living_broker(self) -> Broker:
        """Return the broker as soon as there is one."""
        while self.broker is None:
            await self.has_started.wait()
        return self.broker

    async def until_well(self) -> None:
        """Return when everything must work again."""
        await trio.sleep_until(self.plan.well_ms / 1000)
