"""Leader epochs of a log: at which offset each leader's term began (KIP-101, KIP-279).

Pure: a tuple of entries, growing in epoch and in offset, and functions from it to the
next one. `leader-epoch-checkpoint` holds the same entries as text.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple, TypeAlias

from logion.names import NO_LEADER_EPOCH


class EpochStart(NamedTuple):
    """A leader's term, and the offset of its first record."""

    epoch: int
    start_offset: int


class EpochEnd(NamedTuple):
    """A leader's term, and the offset after its last record."""

    epoch: int
    end_offset: int


Epochs: TypeAlias = tuple[EpochStart, ...]
"""The terms a log has seen, oldest first."""

UNKNOWN_END = EpochEnd(NO_LEADER_EPOCH, -1)
"""Stands in an answer for "no such epoch, no such offset"."""


def latest_epoch(epochs: Epochs) -> int:
    """Return the newest epoch of a log, -1 if it knows none."""
    return epochs[-1].epoch if epochs else NO_LEADER_EPOCH


def with_epoch(epochs: Epochs, epoch: int, start_offset: int) -> Epochs:
    """Return the epochs of a log in which `epoch` has a record at `start_offset`.

    What contradicts it goes: entries that claim a later epoch or a later offset.
    """
    if epoch < 0 or (epochs and epochs[-1].epoch == epoch):
        return epochs
    kept = [e for e in epochs if e.epoch < epoch and e.start_offset < start_offset]
    return (*kept, EpochStart(epoch, start_offset))


def with_last_epoch(epochs: Epochs, noted: Epochs, end_offset: int) -> Epochs:
    """Return `epochs` and the term noted to begin at the end of the log, if any.

    A leader notes its term before its first record: no record tells of it yet.
    """
    for entry in noted:
        if entry.start_offset == end_offset and entry.epoch > latest_epoch(epochs):
            epochs = with_epoch(epochs, entry.epoch, end_offset)
    return epochs


def without_end(epochs: Epochs, end_offset: int) -> Epochs:
    """Return the epochs of a log that was cut to end at `end_offset`."""
    return tuple(entry for entry in epochs if entry.start_offset < end_offset)


def without_start(epochs: Epochs, start_offset: int) -> Epochs:
    """Return the epochs of a log that now begins at `start_offset`."""
    gone = [entry for entry in epochs if entry.start_offset <= start_offset]
    if not gone:
        return epochs
    return (gone[-1]._replace(start_offset=start_offset), *epochs[len(gone) :])


def epoch_at(epochs: Epochs, offset: int) -> int:
    """Return the epoch in which `offset` was written, -1 if it is not known."""
    number = bisect_right(epochs, offset, key=_start_offset)
    return epochs[number - 1].epoch if number else NO_LEADER_EPOCH


def end_of_epoch(epochs: Epochs, epoch: int, end_offset: int) -> EpochEnd:
    """Return the largest known epoch up to `epoch`, and the offset where it ends.

    `end_offset` is the log's own, where its latest epoch ends. An epoch newer than all
    is not known; one older than all ends where the oldest begins (KIP-279).
    """
    if epoch == NO_LEADER_EPOCH or epoch > latest_epoch(epochs):
        return UNKNOWN_END
    if epoch == latest_epoch(epochs):
        return EpochEnd(epoch, end_offset)
    above = bisect_right(epochs, epoch, key=_epoch)
    known = epochs[above - 1].epoch if above else epoch
    return EpochEnd(known, epochs[above].start_offset)


def has_parted(end: EpochEnd, epoch: int, offset: int) -> bool:
    """Tell whether a reader's log, of `epoch` below `offset`, has left this one.

    `end` is what this log knows of that epoch (`end_of_epoch`): it ended with an
    earlier one, or before that offset (KIP-595).
    """
    return end.epoch < epoch or end.end_offset < offset


def _epoch(entry: EpochStart) -> int:
    return entry.epoch


def _start_offset(entry: EpochStart) -> int:
    return entry.start_offset
