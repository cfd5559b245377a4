"""The world of a run: a broker that dies and comes back, and who uses it."""

from __future__ import annotations

import logging
import random
from collections import deque
from dataclasses import dataclass, field
from functools import partial

import trio
from logion.broker.broker import Broker, open_broker
from logion.broker.connection import Connection
from logion.client.connection import Address, Options
from logion.config import NEWEST_RELEASE, BrokerConfig, shipped_settings
from logion.names import TopicPartition
from logion.testing.disk import MemoryDisk

from logion_harness.simulation.network import Network, Transport
from logion_harness.simulation.plan import ENDS, Fault, Kind, Plan
from logion_harness.simulation.recording import Recorder
from logion_harness.simulation.schedule import VirtualClock
from logion_harness.simulation.trace import Trace

ADDRESS = Address("broker", 9092)
TOPIC = "topic"

SETTINGS = {
    "log.dirs": "data",
    "broker.id": "1",
    "listeners": f"PLAINTEXT://{ADDRESS}",
    "offsets.topic.num.partitions": "1",
}

SYNCED = {"log.flush.interval.messages": "1"}
"""What an acknowledged record needs to survive a power cut (decision 14)."""

PATIENCE_S = 5.0
"""How long a client waits for an answer."""


@dataclass(slots=True)
class World:
    """What a run is made of."""

    plan: Plan
    trace: Trace = field(default_factory=Trace)
    clock: VirtualClock = field(default_factory=VirtualClock)
    disk: MemoryDisk = field(init=False)
    network: Network = field(init=False)
    recorder: Recorder = field(init=False)
    wrong: list[str] = field(default_factory=list)
    """What went wrong before anybody judged, in words."""
    is_made: trio.Event = field(default_factory=trio.Event)
    """The topic is there."""
    is_sent: trio.Event = field(default_factory=trio.Event)
    """Nobody sends any more."""

    def __post_init__(self) -> None:
        """Begin with an empty disk and an idle network."""
        plan = self.plan
        self.disk = MemoryDisk(self.clock)
        faults = deque(it for it in plan.faults if it.kind not in ENDS)
        self.network = Network(self.chance("network"), self.trace, faults)
        self.recorder = Recorder(self.trace)

    @property
    def partitions(self) -> tuple[TopicPartition, ...]:
        """Return the partitions of the topic."""
        return tuple(TopicPartition(TOPIC, it) for it in range(self.plan.partitions))

    def chance(self, of: str) -> random.Random:
        """Return where one part of the world draws from."""
        return random.Random(f"{self.plan.seed} {of}")  # noqa: S311 - it repeats

    def options(self, name: str) -> Options:
        """Return how a client of this name talks."""
        return Options(
            client_id=name, timeout_s=PATIENCE_S, dial=self.network.dial, retry_s=30.0
        )

    async def keep_broker(self) -> None:
        """Let the broker live, and end as planned, until cancelled."""
        chance = self.chance("broker")
        for fault in (*(it for it in self.plan.faults if it.kind in ENDS), None):
            with _complaints_in(self.wrong), trio.CancelScope() as life:
                await self._live(fault, life, chance)
            if fault is not None:
                await trio.sleep(fault.size / 1000)

    async def _live(
        self, end: Fault | None, life: trio.CancelScope, chance: random.Random
    ) -> None:
        config = _config(self.plan)
        opening = open_broker(config, self.clock, self.disk, chance, bound=())
        async with opening as broker, trio.open_nursery() as connections:
            self.trace.note("the broker has started")
            self.network.accept = partial(_accept, broker, connections)
            if end is None:
                await trio.sleep_forever()
            else:
                await trio.sleep_until(end.at_ms / 1000)
                self._end(end, chance, life)
            connections.cancel_scope.cancel()

    def _end(self, end: Fault, chance: random.Random, life: trio.CancelScope) -> None:
        """End the broker: at once, unless it is to stop cleanly."""
        self.trace.note(end.kind.value)
        self.network.unplug()
        if end.kind is Kind.RESTART:
            return
        unsynced = range(len(self.disk.unsynced))
        kept = [it for it in unsynced if end.kind is Kind.KILL or chance.random() < 0.5]
        self.disk = self.disk.crash(kept)
        life.cancel()


def _accept(broker: Broker, connections: trio.Nursery, transport: Transport) -> None:
    connection = Connection(broker.state, transport, "PLAINTEXT")
    connections.start_soon(connection.serve)


def _config(plan: Plan) -> BrokerConfig:
    settings = {**shipped_settings(NEWEST_RELEASE), **SETTINGS}
    settings.pop("node.id", None)
    if any(it.kind is Kind.POWER_CUT for it in plan.faults):
        settings |= SYNCED
    return BrokerConfig.of(settings, release=NEWEST_RELEASE)


class _complaints_in(logging.Handler):  # noqa: N801 - used as a function
    """Collect what the broker logs as errors: it should meet none here."""

    def __init__(self, wrong: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._wrong = wrong

    def emit(self, record: logging.LogRecord) -> None:
        self._wrong.append(f"the broker says: {self.format(record)}")

    def __enter__(self) -> None:
        logging.getLogger("logion").addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("logion").removeHandler(self)
