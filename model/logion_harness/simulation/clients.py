"""Producers and consumers of a run: the client of this repository, as people use it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import trio
from logion.client.admin import create_topic
from logion.client.cluster import Cluster, open_cluster
from logion.client.consumer import Consumer, ConsumerOptions
from logion.client.producer import Producer, ProducerOptions, open_producer
from logion.names import TopicPartition
from logion.protocol.errors import ApiError
from logion_model.history.operations import ASSIGN

from logion_harness.simulation.plan import Reader, Sender
from logion_harness.simulation.recording import key_of
from logion_harness.simulation.world import ADDRESS, TOPIC, World

PAUSE_S = 0.1
"""A client that met an error waits so long before it begins anew."""


async def persist(
    world: World, name: str, use: Callable[[Cluster], Awaitable[None]]
) -> None:
    """Use the cluster as a client of this name; begin anew until it works."""
    while True:
        try:
            async with open_cluster([ADDRESS], world.options(name)) as cluster:
                await use(cluster)
                return
        except ApiError:
            await trio.sleep(PAUSE_S)


async def make_topic(world: World) -> None:
    """Make the topic, however often it takes."""

    async def make(cluster: Cluster) -> None:
        picture = await cluster.refresh((TOPIC,))
        if not picture.partitions(TOPIC):
            await create_topic(cluster, TOPIC, partitions=world.plan.partitions)

    await persist(world, "admin", make)


async def find_ends(world: World) -> None:
    """Note where each partition ends."""

    async def find(cluster: Cluster) -> None:
        options = ConsumerOptions(isolation_level=world.isolation_level)
        consumer = Consumer(cluster, options)
        ends = {it: await consumer.latest(it) for it in world.partitions}
        world.trace.note(f"all is sent: {list(ends.values())}")
        world.ends.update(ends)

    await persist(world, "admin", find)


class SenderPlay:
    """A producer; after an error it is another process, with another identity."""

    def __init__(self, world: World, plan: Sender, number: int) -> None:
        """Be producer `number`; nothing is sent yet."""
        self._world = world
        self._plan = plan
        self._number = number
        self._processes = 0
        self._flushes = 0
        self._sent = 0

    async def play(self) -> None:
        """Send all of it, and once more when nothing goes wrong any more."""
        await persist(self._world, f"producer-{self._number}", self._send)

    async def _send(self, cluster: Cluster) -> None:
        process = f"producer-{self._number}.{self._processes}"
        self._processes += 1
        options = ProducerOptions(is_idempotent=self._plan.is_idempotent)
        clock = self._world.clock
        async with open_producer(cluster, options, clock=clock) as producer:
            while self._flushes <= self._plan.flushes:
                await self._pause()
                await self._flush(producer, process)

    async def _pause(self) -> None:
        await trio.sleep(self._plan.pause_ms / 1000)
        if self._flushes == self._plan.flushes:
            await self._world.until_well()

    async def _flush(self, producer: Producer, process: str) -> None:
        partitions = self._world.partitions
        partition = partitions[self._flushes % len(partitions)]
        self._flushes += 1
        values = [self._next_value() for _ in range(self._plan.batch)]
        sends = [(key_of(partition), value) for value in values]
        with self._world.recorder.sending(process, sends) as offsets:
            for value in values:
                await producer.add(partition, value.encode())
            for sent in await producer.flush():
                start = sent.base_offset
                known = range(start, start + sent.count)
                offsets.extend(known if start >= 0 else [None] * sent.count)

    def _next_value(self) -> str:
        self._sent += 1
        return f"{self._number}/{self._sent}"


class ReaderPlay:
    """A consumer that reads everything, in its own time."""

    def __init__(self, world: World, plan: Reader, number: int) -> None:
        """Be consumer `number`; nothing is read yet."""
        self._world = world
        self._plan = plan
        self._process = f"consumer-{number}"
        self._positions: Mapping[TopicPartition, int]

    async def play(self) -> None:
        """Read until nobody sends any more and all is read."""
        partitions = self._world.partitions
        self._positions = dict.fromkeys(partitions, 0)
        self._world.recorder.choose(self._process, ASSIGN, [*map(key_of, partitions)])
        await persist(self._world, self._process, self._read)

    @property
    def _is_through(self) -> bool:
        ends, at = self._world.ends, self._positions
        return bool(ends) and all(at[it] >= end for it, end in ends.items())

    async def _read(self, cluster: Cluster) -> None:
        options = ConsumerOptions(
            max_wait_ms=self._plan.max_wait_ms,
            isolation_level=self._world.isolation_level,
        )
        consumer = Consumer(cluster, options)
        consumer.assign(self._positions)
        self._positions = consumer.positions
        while not self._is_through:
            polling = self._world.recorder.polling(self._process, self._positions)
            with polling as received:
                received.extend(await consumer.poll())
