"""What a log knows of its idempotent and transactional producers (KIP-98, KIP-360).

Pure: frozen values and functions from them to the next ones. A leader remembers each
producer's last five batches: a repeated one is answered with the offset it got the
first time, one that leaves a gap or comes from a fenced epoch is refused. Everybody,
follower and leader, learns from what was appended which transactions are open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from logion.names import NO_PRODUCER_EPOCH, NO_SEQUENCE
from logion.protocol.errors import ApiError, Error
from logion.records.batch import Batch

BATCHES_REMEMBERED = 5
"""Batches a producer may have in flight and still repeat safely."""

SEQUENCE_LAST = 2**31 - 1
"""After this sequence comes 0."""

PRODUCER_EPOCH_LAST = 2**15 - 1
"""A producer id has no epoch after this."""

VERSION_WITH_EPOCHS = 2
"""The first `transaction.version` whose transactions each end in a new epoch."""


class Span(NamedTuple):
    """One batch of a producer: its sequences and where they are in the log."""

    base_sequence: int
    last_sequence: int
    base_offset: int
    last_offset: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Producer:
    """One producer id, as a log knows it."""

    producer_id: int
    epoch: int = NO_PRODUCER_EPOCH
    spans: tuple[Span, ...] = ()
    """Its last batches in this epoch, oldest first."""
    timestamp: int = -1
    """Largest timestamp of its newest batch or marker."""
    coordinator_epoch: int = -1
    """Epoch of the coordinator that wrote its last marker."""
    transaction_start: int | None = None
    """First offset of its open transaction, None if it has none."""

    @property
    def last_sequence(self) -> int:
        """Return the sequence of its last record, -1 if none is remembered."""
        return self.spans[-1].last_sequence if self.spans else NO_SEQUENCE

    @property
    def last_offset(self) -> int:
        """Return the offset of its last record, -1 if none is remembered."""
        return self.spans[-1].last_offset if self.spans else -1


class Marker(NamedTuple):
    """The end of a transaction, as a control batch says it."""

    offset: int
    is_commit: bool
    coordinator_epoch: int


class Completed(NamedTuple):
    """A transaction that has ended in this log."""

    producer_id: int
    start_offset: int
    last_offset: int
    """Offset of its marker."""
    is_commit: bool


def appended_before(
    known: Mapping[int, Producer], batch: Batch, unknown: Error = Error.NONE
) -> Span | None:
    """Return where a client's batch already is, None if it is to be appended.

    Raises ApiError, as `check_next` does, if it may not be.
    """
    if batch.producer_id < 0:
        return None
    producer = known.get(batch.producer_id)
    span = repeated(producer, batch)
    if span is None:
        check_next(producer, batch, unknown)
    return span


def repeated(producer: Producer | None, batch: Batch) -> Span | None:
    """Return where this very batch was appended before, None if it was not."""
    if producer is None or producer.epoch != batch.producer_epoch:
        return None
    wanted = (batch.base_sequence, batch.last_sequence)
    for span in producer.spans:
        if span[:2] == wanted:
            return span
    return None


def check_next(
    producer: Producer | None, batch: Batch, unknown: Error = Error.NONE
) -> None:
    """Raise ApiError unless a leader may append `batch` as the producer's next.

    INVALID_PRODUCER_EPOCH from a fenced producer, OUT_OF_ORDER_SEQUENCE_NUMBER after a
    gap, INVALID_TXN_STATE outside the transaction that is open. A producer that is not
    known may begin with any sequence (KIP-360), unless `unknown` names an error.
    """
    if producer is None or producer.epoch == NO_PRODUCER_EPOCH:
        if unknown and batch.base_sequence != 0:
            raise ApiError(unknown, f"producer {batch.producer_id} is not known here")
        return
    check_epoch(producer, batch)
    is_new_epoch = batch.producer_epoch != producer.epoch
    last = NO_SEQUENCE if is_new_epoch else producer.last_sequence
    if batch.base_sequence != sequence_after(last):
        raise ApiError(
            Error.OUT_OF_ORDER_SEQUENCE_NUMBER,
            f"producer {batch.producer_id}, epoch {batch.producer_epoch}: sequence "
            f"{batch.base_sequence} where {sequence_after(last)} was expected",
        )
    if producer.transaction_start is not None and not batch.is_transactional:
        raise ApiError(
            Error.INVALID_TXN_STATE,
            f"producer {batch.producer_id} wrote outside its open transaction",
        )


def check_epoch(producer: Producer, batch: Batch) -> None:
    """Raise INVALID_PRODUCER_EPOCH if a newer producer with this id has written."""
    if batch.producer_epoch < producer.epoch:
        raise ApiError(
            Error.INVALID_PRODUCER_EPOCH,
            f"producer {batch.producer_id}: epoch {batch.producer_epoch} is older than "
            f"the last one seen, {producer.epoch}",
        )


def check_marker(
    producer: Producer | None,
    batch: Batch,
    marker: Marker,
    transaction_version: int = 0,
) -> None:
    """Raise ApiError if a marker comes from a fenced producer or coordinator.

    INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED. From `transaction_version`
    2 on each transaction ends in an epoch of its own, so a marker with the epoch of an
    open one is of an earlier transaction (KIP-1228).
    """
    if producer is None:
        return
    check_epoch(producer, batch)
    if transaction_version >= VERSION_WITH_EPOCHS and _is_stale(producer, batch):
        raise ApiError(
            Error.INVALID_PRODUCER_EPOCH,
            f"producer {batch.producer_id}: a marker with epoch {batch.producer_epoch} "
            "cannot end the transaction that began in it",
        )
    if marker.coordinator_epoch < producer.coordinator_epoch:
        raise ApiError(
            Error.TRANSACTION_COORDINATOR_FENCED,
            f"coordinator epoch {marker.coordinator_epoch} is older than the last one "
            f"seen, {producer.coordinator_epoch}",
        )


def _is_stale(producer: Producer, batch: Batch) -> bool:
    """Tell whether a marker that bumps epochs has the epoch of an open transaction.

    One that is repeated finds no open one. The last epoch of all cannot be bumped.
    """
    is_open = producer.transaction_start is not None
    is_same = batch.producer_epoch == producer.epoch
    return is_same and is_open and producer.epoch != PRODUCER_EPOCH_LAST


def sequence_after(sequence: int) -> int:
    """Return the sequence that follows; after 2^31-1 comes 0, and after none too."""
    return 0 if sequence == SEQUENCE_LAST else sequence + 1


def on_batch(producer: Producer | None, batch: Batch) -> Producer:
    """Return the producer after its batch of records was appended."""
    known = _in_epoch(producer, batch)
    span = Span(
        batch.base_sequence,
        batch.last_sequence,
        batch.base_offset,
        batch.last_offset,
        batch.max_timestamp,
    )
    start = known.transaction_start
    if start is None and batch.is_transactional:
        start = batch.base_offset
    return Producer(
        known.producer_id,
        known.epoch,
        (*known.spans[1 - BATCHES_REMEMBERED :], span),
        batch.max_timestamp,
        known.coordinator_epoch,
        start,
    )


def on_marker(
    producer: Producer | None, batch: Batch, marker: Marker
) -> tuple[Producer, Completed | None]:
    """Return the producer after its transaction's marker, and what has ended by it."""
    known = _in_epoch(producer, batch)
    completed = None
    if known.transaction_start is not None:
        completed = Completed(
            known.producer_id, known.transaction_start, marker.offset, marker.is_commit
        )
    ended = Producer(
        known.producer_id,
        known.epoch,
        known.spans,
        batch.max_timestamp,
        marker.coordinator_epoch,
    )
    return ended, completed


def open_transactions(producers: Iterable[Producer]) -> dict[int, int]:
    """Return where each open transaction begins, by producer id, oldest first."""
    starts = {
        it.producer_id: it.transaction_start
        for it in producers
        if it.transaction_start is not None
    }
    return dict(sorted(starts.items(), key=lambda it: it[1]))


def is_expired(producer: Producer, now_ms: int, expiry_ms: int) -> bool:
    """Tell whether a producer may be forgotten: idle for long, no open transaction."""
    is_idle = now_ms - producer.timestamp >= expiry_ms
    return is_idle and producer.transaction_start is None


def _in_epoch(producer: Producer | None, batch: Batch) -> Producer:
    """Return the producer in the batch's epoch: a new one forgets earlier batches."""
    if producer is None:
        return Producer(batch.producer_id, batch.producer_epoch)
    if producer.epoch != batch.producer_epoch:
        return replace(producer, epoch=batch.producer_epoch, spans=())
    return producer
