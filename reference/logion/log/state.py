"""What a log has learnt from its batches: producers, open transactions, leader epochs.

The same steps are taken when a batch is appended and when it is read again after a
crash, so this is all that either needs to know.
"""

from __future__ import annotations

from collections.abc import Sequence

from logion.log import producers
from logion.log.aborted import Aborted
from logion.log.epochs import Epochs, with_epoch
from logion.log.producers import Completed, Marker, Producer
from logion.names import Buffer
from logion.records.batch import Batch
from logion.records.control import ControlType, read_end_transaction_marker
from logion.records.record import read_batch


class LogState:
    """Producers by id, transactions that have ended, epochs; of one log."""

    __slots__ = ("_open", "completed", "epochs", "producers")

    def __init__(
        self, epochs: Epochs = (), known: dict[int, Producer] | None = None
    ) -> None:
        """Know `epochs` and the producers `known`."""
        self.epochs = epochs
        self.producers: dict[int, Producer] = {} if known is None else known
        self._open = producers.open_transactions(self.producers.values())
        self.completed: list[Completed] = []
        """Transactions that may have ended above the high watermark, oldest first."""

    def take(self, buffer: Buffer, batch: Batch) -> Aborted | None:
        """Learn from an appended batch; return the transaction it aborts, if any."""
        if batch.leader_epoch >= 0:
            self.epochs = with_epoch(self.epochs, batch.leader_epoch, batch.base_offset)
        if batch.producer_id < 0:
            return None
        known = self.producers.get(batch.producer_id)
        if not batch.is_control:
            producer = producers.on_batch(known, batch)
            self.producers[batch.producer_id] = producer
            if producer.transaction_start is not None:
                self._open.setdefault(batch.producer_id, producer.transaction_start)
            return None
        return self._take_marker(known, batch, read_marker(buffer, batch))

    def _take_marker(
        self, known: Producer | None, batch: Batch, marker: Marker | None
    ) -> Aborted | None:
        if marker is None:
            return None
        producer, ended = producers.on_marker(known, batch, marker)
        self.producers[batch.producer_id] = producer
        self._open.pop(batch.producer_id, None)
        if ended is None:
            return None
        self.completed.append(ended)
        if ended.is_commit:
            return None
        stable = self._first_open
        return Aborted(
            ended.producer_id,
            ended.start_offset,
            ended.last_offset,
            ended.last_offset + 1 if stable is None else stable,
        )

    @property
    def _first_open(self) -> int | None:
        """Return where the oldest open transaction begins, None if none is open.

        They are in the order in which they began.
        """
        return next(iter(self._open.values()), None)

    def first_unstable_offset(self, high_watermark: int) -> int | None:
        """Return where the oldest transaction begins that is open to readers.

        One whose marker is not committed yet is still open to them. None if none is.
        """
        self.completed = [c for c in self.completed if c.last_offset >= high_watermark]
        starts = [ended.start_offset for ended in self.completed]
        start = self._first_open
        return min(starts if start is None else [*starts, start], default=None)

    def forget_expired(self, now_ms: int, expiry_ms: int) -> None:
        """Forget producers that have been idle for `expiry_ms`."""
        self.producers = {
            producer_id: producer
            for producer_id, producer in self.producers.items()
            if not producers.is_expired(producer, now_ms, expiry_ms)
        }


def read_marker(buffer: Buffer, batch: Batch) -> Marker | None:
    """Return the marker in a control batch, None if it holds something else."""
    for record in read_batch(buffer, batch):
        marker = read_end_transaction_marker(record)
        if marker is not None:
            is_commit = marker.type is ControlType.COMMIT
            return Marker(record.offset, is_commit, marker.coordinator_epoch)
    return None


def check_own(
    known: dict[int, Producer],
    buffer: Buffer,
    batches: Sequence[Batch],
    transaction_version: int = 0,
) -> None:
    """Raise ApiError if the broker's own batches are for whoever has been replaced.

    A marker may come from a fenced producer or coordinator, and a group's offsets from
    a fenced producer; nobody counts the sequences of these.
    """
    for batch in batches:
        producer = known.get(batch.producer_id)
        if batch.is_control:
            marker = read_marker(buffer, batch)
            if marker is not None:
                producers.check_marker(producer, batch, marker, transaction_version)
        elif producer is not None:
            producers.check_epoch(producer, batch)
