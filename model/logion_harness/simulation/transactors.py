"""Clients that write transactions, and tell afterwards what became of each.

With its records a transaction commits how many there were: whoever takes the
transactional id over reads from that whether the last one counts. So each ends in the
history as it did, though its client died over it; records and offset must agree.
"""

from __future__ import annotations

from contextlib import suppress

import trio
from logion.client.cluster import Cluster, raise_for
from logion.protocol.errors import ApiError
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestTopic,
    OffsetFetchResponse,
)

from logion_harness.simulation.clients import persist
from logion_harness.simulation.plan import Transactor
from logion_harness.simulation.recording import Open, key_of
from logion_harness.simulation.transactional import (
    GROUP_KEY,
    TransactionalProducer,
    coordinator,
)
from logion_harness.simulation.world import TOPIC, World

STABLE = 7
"""OffsetFetch: the version that waits for open transactions (KIP-447), of one group."""


class TransactorPlay:
    """Writes one transaction after the other, to every partition of the topic."""

    def __init__(self, world: World, plan: Transactor, number: int) -> None:
        """Be transactor `number`, which is its transactional id and its group too."""
        self._world = world
        self._plan = plan
        self._name = f"transactor-{number}"
        self._processes = 0
        self._written = 0
        self._committed = 0
        """The last transaction that is known to count."""
        self._open: Open | None = None

    async def play(self) -> None:
        """Write all of them, and one more when nothing goes wrong any more."""
        await persist(self._world, self._name, self._live)

    async def _live(self, cluster: Cluster) -> None:
        """Live as one process, until all is written or it cannot go on."""
        producer = await self._take_over(cluster)
        await self._look_back(cluster)
        while self._written <= self._plan.transactions:
            await trio.sleep(self._plan.pause_ms / 1000)
            if self._written == self._plan.transactions:
                await self._world.until_well()
            await self._write(producer)
            if self._written % self._plan.taken_over == 0:
                producer = await self._write_instead(cluster, producer)
            await self._end(producer)
        await self._look_back(cluster)

    async def _take_over(self, cluster: Cluster) -> TransactionalProducer:
        """Return a producer of another process: what was open is aborted."""
        self._processes += 1
        producer = TransactionalProducer(cluster, self._name, self._world.clock)
        await producer.begin()
        return producer

    async def _write_instead(
        self, cluster: Cluster, zombie: TransactionalProducer
    ) -> TransactionalProducer:
        """Return another producer that has a transaction open now; the one before
        knows nothing of it, and tries to commit."""
        producer = await self._take_over(cluster)
        self._settle(is_committed=False)
        await self._write(producer)
        with suppress(ApiError):
            await zombie.end(is_commit=True)
            self._world.wrong.append(f"zombie: of {self._name} committed")
        return producer

    async def _write(self, producer: TransactionalProducer) -> None:
        """Write a transaction, and leave it open for a while."""
        self._written += 1
        value = f"{self._name}/{self._written}"
        partitions = self._world.partitions
        sends = [(key_of(it), value) for it in partitions]
        process = f"{self._name}.{self._processes}"
        self._open = self._world.recorder.begin(process, sends)
        for at, partition in enumerate(partitions):
            self._open.offsets[at] = await producer.write(partition, value.encode())
        await producer.commit_offset(self._name, partitions[0], self._written)
        await trio.sleep(self._plan.open_ms / 1000)

    async def _end(self, producer: TransactionalProducer) -> None:
        assert self._open is not None, "a transaction was begun"
        is_commit = self._written % self._plan.aborted != 0
        self._open.asked.append(is_commit)
        await producer.end(is_commit=is_commit)
        self._settle(is_committed=is_commit)

    def _settle(self, *, is_committed: bool) -> None:
        """Note what became of the transaction that was open."""
        assert self._open is not None, "a transaction was begun"
        self._world.recorder.settle(self._open, is_committed=is_committed)
        self._open = None
        if is_committed:
            self._committed = self._written

    async def _look_back(self, cluster: Cluster) -> None:
        """Learn from the group's offset which transaction was the last that counts."""

        async def ask() -> int:
            return await self._offset(cluster)

        found = await cluster.retry(ask)
        if self._open is not None:
            may_count = True in self._open.asked
            self._settle(is_committed=may_count and found == self._written)
        if found != self._committed:
            self._world.wrong.append(
                f"lost-commit: {found} transactions of {self._name} count by its"
                f" offset, {self._committed} by what it was told"
            )

    async def _offset(self, cluster: Cluster) -> int:
        """Return the group's offset of the first partition; 0 where there is none."""
        topic = OffsetFetchRequestTopic(name=TOPIC, partition_indexes=(0,))
        request = OffsetFetchRequest(
            group_id=self._name, topics=(topic,), require_stable=True
        )
        connection = await coordinator(cluster, self._name, GROUP_KEY)
        answer = await connection.call(request, OffsetFetchResponse, version=STABLE)
        raise_for(answer.error_code)
        (told,) = answer.topics[0].partitions
        raise_for(told.error_code)
        return max(told.committed_offset, 0)
