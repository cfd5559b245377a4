"""The transactions of one partition of `__transaction_state`, and that partition's log.

What a transaction becomes is first written, then known: a broker that takes the
partition over finds there what producers were told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import trio

from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.replica.partition import Partition
from logion.replica.records import KeyValue, append_records, placed_in, read_batches
from logion.transaction.records import key_bytes, value_bytes
from logion.transaction.replay import Replay
from logion.transaction.settings import TransactionSettings
from logion.transaction.state import Transaction

log = logging.getLogger(__name__)


class Cell:
    """One transactional id as its coordinator holds it."""

    __slots__ = ("is_changing", "transaction")

    def __init__(self, transaction: Transaction | None = None) -> None:
        """Hold an id; None until its first producer is written down."""
        self.transaction = transaction
        self.is_changing = False
        """A step is being written, or markers are: everybody else has to wait."""

    def check_free(self) -> None:
        """Raise CONCURRENT_TRANSACTIONS while somebody changes it."""
        if self.is_changing:
            raise ApiError(Error.CONCURRENT_TRANSACTIONS, "a step is on its way")

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Keep all others out; raises what `check_free` raises."""
        self.check_free()
        self.is_changing = True
        try:
            yield
        finally:
            self.is_changing = False


class Shard:
    """The transactions of one partition."""

    __slots__ = ("_options", "_settings", "cells", "is_loaded", "is_ours", "partition")

    def __init__(self, partition: Partition, settings: TransactionSettings) -> None:
        """Know no transaction yet; they are loaded unless the log is empty."""
        self._settings = settings
        self._options = placed_in(partition)
        self.partition = partition
        self.cells: dict[str, Cell] = {}
        self.is_loaded = partition.log.end_offset == partition.log.start_offset
        self.is_ours = True
        """False once this broker has stopped to lead the partition."""

    @property
    def name(self) -> TopicPartition:
        """Return the name of the partition."""
        return self.partition.name

    @property
    def epoch(self) -> int:
        """Return the coordinator's term: the one in which it leads the partition."""
        return self.partition.leader.epoch

    async def load(self) -> None:
        """Read the transactions from the log; other tasks get their turn meanwhile."""
        replay = Replay(self.name)
        await read_batches(self.partition, replay.take, self._settings.load_size)
        found = replay.transactions
        self.cells = {name: Cell(transaction) for name, transaction in found.items()}
        self.is_loaded = True
        log.info("%s: %d transactional ids loaded", self.name, len(self.cells))

    @contextmanager
    def cell(self, transactional_id: str) -> Iterator[Cell]:
        """Give what is held of an id; of a new one only what is written by the end."""
        cell = self.cells.setdefault(transactional_id, Cell())
        try:
            yield cell
        finally:
            if cell.transaction is None and not cell.is_changing:
                self.cells.pop(transactional_id, None)

    async def write(self, cell: Cell, transaction: Transaction, now_ms: int) -> None:
        """Write down what a transaction becomes; then it is so.

        Raises ApiError, and it stays as it is: COORDINATOR_NOT_AVAILABLE if the write
        may be tried again, NOT_COORDINATOR if this broker does not lead any more.
        """
        value = value_bytes(transaction, self._settings.value_version)
        record = (key_bytes(transaction.transactional_id), value)
        await self._commit([record], transaction.timeout_ms, now_ms)
        cell.transaction = transaction

    async def forget(self, transactional_ids: Sequence[str], now_ms: int) -> None:
        """Write down that these ids are not known any more; then it is so.

        Raises ApiError as `write` does.
        """
        tombstones = [(key_bytes(it), None) for it in transactional_ids]
        await self._commit(tombstones, self._settings.request_timeout_ms, now_ms)
        for transactional_id in transactional_ids:
            del self.cells[transactional_id]

    async def _commit(
        self, records: Sequence[KeyValue], timeout_ms: int, now_ms: int
    ) -> None:
        """Append records, and return once they are committed."""
        try:
            end_offset = append_records(self.partition, records, now_ms, self._options)
        except ApiError as problem:
            error = _WRITE_ERRORS.get(problem.error, problem.error)
            raise ApiError(error, problem.message) from None
        if self.partition.high_watermark < end_offset:
            with trio.move_on_after(timeout_ms / 1000):
                await self.partition.committed(end_offset)
        if not self.is_ours:
            raise ApiError(Error.NOT_COORDINATOR, f"{self.name} is led elsewhere")
        if self.partition.high_watermark < end_offset:
            text = f"{self.name}: offset {end_offset - 1} is not committed"
            raise ApiError(Error.COORDINATOR_NOT_AVAILABLE, text)


_WRITE_ERRORS = {
    Error.MESSAGE_TOO_LARGE: Error.UNKNOWN_SERVER_ERROR,
    Error.UNKNOWN_TOPIC_OR_PARTITION: Error.COORDINATOR_NOT_AVAILABLE,
    Error.NOT_ENOUGH_REPLICAS: Error.COORDINATOR_NOT_AVAILABLE,
    Error.NOT_LEADER_OR_FOLLOWER: Error.NOT_COORDINATOR,
    Error.KAFKA_STORAGE_ERROR: Error.NOT_COORDINATOR,
}
"""From what became of a write to what a producer is told."""
