"""Transactions, written as a coordinator in the broker's own process would do it.

The broker takes none from clients yet, but its logs know of them: what is appended
here is what a producer's batches and a coordinator's markers are. What a transactor
has decided it remembers across the broker's deaths, as a coordinator does.
"""

from __future__ import annotations

import trio
from logion.names import NO_LEADER_EPOCH, ProducerEpoch, ProducerId, TopicPartition
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.record import BatchOptions, Record, write_batch

from logion_harness.simulation.plan import Transactor
from logion_harness.simulation.recording import key_of
from logion_harness.simulation.world import World

FIRST_PRODUCER_ID = 1_000_000
"""Above those that the broker gives out; each transaction has one of its own."""
EPOCH = ProducerEpoch(0)
ALL_ACKS = -1


class TransactorPlay:
    """Writes one transaction after the other, to every partition of the topic."""

    def __init__(self, world: World, plan: Transactor, number: int) -> None:
        """Be transactor `number`."""
        self._world = world
        self._plan = plan
        self._process = f"transactor-{number}"
        self._written = 0

    async def play(self) -> None:
        """Write all of them, and one more when nothing goes wrong any more."""
        while self._written <= self._plan.transactions:
            await trio.sleep(self._plan.pause_ms / 1000)
            if self._written == self._plan.transactions:
                await self._world.until_well()
            await self._transact()

    async def _transact(self) -> None:
        """Write a transaction; commit it, unless that is not wanted or possible."""
        self._written += 1
        value = f"{self._process}/{self._written}"
        partitions = self._world.partitions
        sends = [(key_of(it), value) for it in partitions]
        with self._world.recorder.transacting(self._process, sends) as offsets:
            found = [await self._write(it, value.encode()) for it in partitions]
            await trio.sleep(self._plan.open_ms / 1000)
            is_commit = None not in found and self._written % self._plan.aborted != 0
            for partition in partitions:
                await self._end(partition, is_commit=is_commit)
            if is_commit:
                offsets.extend(found)

    @property
    def _producer_id(self) -> ProducerId:
        return ProducerId(FIRST_PRODUCER_ID + self._written)

    async def _write(self, partition: TopicPartition, value: bytes) -> int | None:
        """Return the offset of a record, None if the broker died over it."""
        options = BatchOptions(
            producer_id=self._producer_id,
            producer_epoch=EPOCH,
            base_sequence=0,
            is_transactional=True,
        )
        record = Record(0, self._world.clock.time_ms(), None, value)
        return await self._append(partition, write_batch((record,), options))

    async def _end(self, partition: TopicPartition, *, is_commit: bool) -> None:
        """Write the marker, again if the broker died over it."""
        kind = ControlType.COMMIT if is_commit else ControlType.ABORT
        marker = write_end_transaction_marker(
            EndTransactionMarker(kind, 0),
            offset=0,
            timestamp=self._world.clock.time_ms(),
            leader_epoch=NO_LEADER_EPOCH,
            producer_id=self._producer_id,
            producer_epoch=EPOCH,
        )
        while await self._append(partition, marker) is None:
            pass

    async def _append(self, name: TopicPartition, data: bytes) -> int | None:
        """Return where a batch was appended, None if the broker died over it."""
        broker = await self._world.living_broker()
        partition = broker.state.partitions.get(name)
        assert partition is not None, f"{name} has no leader"
        batch = memoryview(bytearray(data))
        appended = partition.append(batch, version=None, acks=ALL_ACKS)
        return appended.base_offset if self._world.broker is broker else None
