"""Producers and consumers of a run: the client of this repository, as people use it."""

from __future__ import annotations

import trio
from logion.client.admin import create_topic
from logion.client.cluster import Cluster, open_cluster
from logion.client.consumer import Consumer, ConsumerOptions
from logion.client.producer import Producer, ProducerOptions, open_producer
from logion.protocol.errors import ApiError
from logion_model.history.operations import ASSIGN

from logion_harness.simulation.plan import Reader, Sender
from logion_harness.simulation.recording import key_of
from logion_harness.simulation.world import ADDRESS, TOPIC, World

RECOVERY_MS = 10_000
"""So long after the last fault everything must work again."""

PAUSE_S = 0.1
"""A client that met an error waits so long before it begins anew."""


async def make_topic(world: World) -> None:
    """Make the topic, however often it takes."""
    while not world.is_made.is_set():
        try:
            async with open_cluster([ADDRESS], world.options("admin")) as cluster:
                picture = await cluster.refresh((TOPIC,))
                if not picture.partitions(TOPIC):
                    await create_topic(cluster, TOPIC, partitions=world.plan.partitions)
                world.is_made.set()
        except ApiError:
            await trio.sleep(PAUSE_S)


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
        while self._flushes <= self._plan.flushes:
            process = f"producer-{self._number}.{self._processes}"
            self._processes += 1
            try:
                async with open_cluster(
                    [ADDRESS], self._world.options(process)
                ) as cluster:
                    await self._send(cluster, process)
            except ApiError:
                await trio.sleep(PAUSE_S)

    async def _send(self, cluster: Cluster, process: str) -> None:
        options = ProducerOptions(is_idempotent=self._plan.is_idempotent)
        clock = self._world.clock
        async with open_producer(cluster, options, clock=clock) as producer:
            while self._flushes <= self._plan.flushes:
                await self._pause()
                await self._flush(producer, process)

    async def _pause(self) -> None:
        await trio.sleep(self._plan.pause_ms / 1000)
        if self._flushes == self._plan.flushes:
            end_ms = self._world.plan.end_of_faults_ms + RECOVERY_MS
            await trio.sleep_until(end_ms / 1000)

    async def _flush(self, producer: Producer, process: str) -> None:
        partitions = self._world.partitions
        partition = partitions[self._flushes % len(partitions)]
        self._flushes += 1
        values = [self._next_value() for _ in range(self._plan.batch)]
        recorder = self._world.recorder
        with recorder.sending(process, key_of(partition), values) as offsets:
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

    async def play(self) -> None:
        """Read until nobody sends any more and all is read."""
        partitions = self._world.partitions
        positions = dict.fromkeys(partitions, 0)
        self._world.recorder.choose(self._process, ASSIGN, [*map(key_of, partitions)])
        options = ConsumerOptions(max_wait_ms=self._plan.max_wait_ms)
        while True:
            try:
                async with open_cluster(
                    [ADDRESS], self._world.options(self._process)
                ) as cluster:
                    consumer = Consumer(cluster, options)
                    consumer.assign(positions)
                    await self._read(consumer)
                    return
            except ApiError:
                positions = dict(consumer.positions)
                await trio.sleep(PAUSE_S)

    async def _read(self, consumer: Consumer) -> None:
        while not self._world.is_sent.is_set():
            await self._poll(consumer)
        for partition in self._world.partitions:
            end = await consumer.latest(partition)
            while consumer.positions[partition] < end:
                await self._poll(consumer)

    async def _poll(self, consumer: Consumer) -> None:
        with self._world.recorder.polling(self._process) as received:
            received.extend(await consumer.poll())
