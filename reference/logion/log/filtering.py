"""What a cleaner keeps of each batch, as bytes.

A record goes if a later one has its key, if it has no key, if its transaction was
aborted, or if it has no value (a tombstone) and was kept long enough for every reader
to see it. How long is told by the batch's delete horizon since 3.1 (KIP-534): set by
the first cleaning that meets the tombstone, it is that time plus `delete.retention.ms`.
Before, and in old formats, it goes by the age of the segment's file.

Offsets never change, nor do sequences, epochs and producers. The last batch of each
active producer stays, emptied if need be, since a restart learns from it. Control
batches stay until nothing of their transaction is left and their own horizon is past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from logion.log.aborted import Aborted
from logion.log.cleaned_transactions import CleanedTransactions
from logion.log.entries import StoredBatch
from logion.log.offset_map import OffsetMap
from logion.log.producers import Producer
from logion.names import Buffer
from logion.records.batch import Batch, TimestampType
from logion.records.heads import Head, read_heads, records_data
from logion.records.record import read_batch, write_batch
from logion.records.rewriting import emptied, with_records
from logion.records.values import BatchOptions, Record


class DeleteRules(NamedTuple):
    """When tombstones and markers may go."""

    now_ms: int
    retention_ms: int
    """`delete.retention.ms`."""
    file_ms: int = 0
    """When a segment's file was written at the latest whose tombstones may go."""
    has_horizons: bool = True
    """Batches of magic 2 carry a delete horizon: 3.1 and later."""


def heads_of(entry: StoredBatch) -> list[Head]:
    """Return the heads of an entry's records, whatever its format.

    In old formats they do not say where a record stands. Raises ApiError for bytes
    that are no records.
    """
    if entry.batch.magic < 2:
        return _legacy_heads(read_batch(*entry[1:]))
    data, start = records_data(*entry[1:])
    return read_heads(data, start, entry.batch)


def _legacy_heads(records: Sequence[Record]) -> list[Head]:
    return [
        (number, number + 1, it.timestamp, it.offset, it.key, it.value is not None)
        for number, it in enumerate(records)
    ]


class Filter:
    """Goes through the batches of a log and says what stays."""

    def __init__(
        self,
        latest: OffsetMap,
        transactions: CleanedTransactions,
        producers: Mapping[int, Producer],
        rules: DeleteRules,
    ) -> None:
        """Keep what `latest` knows of, and the last batches of `producers`."""
        self._latest = latest
        self._transactions = transactions
        self._producers = producers
        self._rules = rules
        self._is_old_segment = False

    def begin(self, modified_ms: int) -> None:
        """Go on with a segment whose file was written then."""
        self._is_old_segment = modified_ms <= self._rules.file_ms

    def take_aborted(self) -> list[Aborted]:
        """Return the aborted transactions to be told of that ended since last asked."""
        kept, self._transactions.kept = self._transactions.kept, []
        return kept

    def keep(self, entry: StoredBatch) -> Buffer | None:
        """Return what stays of an entry, None if nothing does.

        Raises ApiError for bytes that are no records.
        """
        _, buffer, batch = entry
        self._transactions.take(buffer, batch)
        may_discard = self._transactions.may_discard
        if not self._is_discarded(batch, may_discard=may_discard):
            if batch.magic < 2:
                return self._kept_of_legacy(entry)
            kept = (
                self._kept_of_marker(entry, is_last=may_discard)
                if batch.is_control
                else self._kept_of_batch(entry)
            )
            if kept is not None:
                return kept
        return emptied(buffer, batch) if self._is_last_of_producer(batch) else None

    def _is_discarded(self, batch: Batch, *, may_discard: bool) -> bool:
        if not may_discard or not batch.is_control:
            return may_discard
        if not self._rules.has_horizons:
            return self._is_old_segment
        horizon = batch.delete_horizon
        return horizon is not None and horizon <= self._rules.now_ms

    def _is_last_of_producer(self, batch: Batch) -> bool:
        known = (
            self._producers.get(batch.producer_id) if batch.producer_id >= 0 else None
        )
        if known is None:
            return False
        if known.last_offset >= 0:
            return batch.last_offset == known.last_offset
        return batch.is_control and batch.producer_epoch == known.epoch

    def _drops_tombstones(self, batch: Batch) -> bool:
        if batch.magic < 2 or not self._rules.has_horizons:
            return self._is_old_segment
        horizon = batch.delete_horizon
        return horizon is not None and horizon <= self._rules.now_ms

    def _needs_horizon(self, batch: Batch) -> bool:
        return self._rules.has_horizons and batch.delete_horizon is None

    def _kept_of_marker(self, entry: StoredBatch, *, is_last: bool) -> Buffer | None:
        """Return a control batch whole; the last of its transaction gets a horizon."""
        if entry.batch.count == 0:
            return None
        if is_last and self._needs_horizon(entry.batch):
            return self._with_horizon(entry, read_batch(*entry[1:]))
        return _whole(entry)

    def _kept_of_batch(self, entry: StoredBatch) -> Buffer | None:
        _, buffer, batch = entry
        data, start = records_data(buffer, batch)
        heads = read_heads(data, start, batch)
        drops = self._drops_tombstones(batch)
        kept = self._latest.latest(heads, drops_tombstones=drops)
        if not kept:
            return None
        if self._needs_horizon(batch) and not all(head[5] for head in kept):
            offsets = {head[3] for head in kept}
            records = [r for r in read_batch(buffer, batch) if r.offset in offsets]
            return self._with_horizon(entry, records)
        if len(kept) == len(heads):
            return _whole(entry)
        return with_records(
            buffer,
            batch,
            b"".join([data[head[0] : head[1]] for head in kept]),
            count=len(kept),
            max_timestamp=_newest(batch, kept),
        )

    def _with_horizon(self, entry: StoredBatch, records: Sequence[Record]) -> bytes:
        """Return the batch with `records`, which are to be kept for a while."""
        horizon = self._rules.now_ms + self._rules.retention_ms
        return write_batch(records, _options(entry.batch, horizon))

    def _kept_of_legacy(self, entry: StoredBatch) -> Buffer | None:
        records = read_batch(*entry[1:])
        drops = self._drops_tombstones(entry.batch)
        heads = _legacy_heads(records)
        kept = self._latest.latest(heads, drops_tombstones=drops)
        if len(kept) == len(records):
            return _whole(entry)
        rest = [records[head[0]] for head in kept]
        options = _options(entry.batch)._replace(base_offset=None, last_offset=None)
        return write_batch(rest, options) or None


def _whole(entry: StoredBatch) -> memoryview:
    return memoryview(entry.buffer)[entry.batch.position : entry.batch.end]


def _newest(batch: Batch, kept: Sequence[Head]) -> int:
    """Return the largest timestamp of a batch's records that stay."""
    if batch.timestamp_type is TimestampType.LOG_APPEND_TIME:
        return batch.max_timestamp
    return max(head[2] for head in kept)


def _options(batch: Batch, horizon: int | None = None) -> BatchOptions:
    """Return how to write records of `batch` so that all else stays as it was."""
    is_append_time = batch.timestamp_type is TimestampType.LOG_APPEND_TIME
    return BatchOptions(
        magic=batch.magic,
        codec=batch.codec,
        base_offset=batch.base_offset,
        last_offset=batch.last_offset,
        leader_epoch=batch.leader_epoch,
        log_append_time=batch.max_timestamp if is_append_time else None,
        producer_id=batch.producer_id,
        producer_epoch=batch.producer_epoch,
        base_sequence=batch.base_sequence,
        is_transactional=batch.is_transactional,
        is_control=batch.is_control,
        delete_horizon=horizon,
    )
