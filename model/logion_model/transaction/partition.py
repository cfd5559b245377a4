"""What the leader of a partition knows of the producer, and what a reader sees.

All of it can be told from the log, so the log is the whole state.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from logion_model.transaction.rules import Rules
from logion_model.transaction.state import NONE, Log, Marker, Produce, Record, Result


class Known(NamedTuple):
    """What a leader knows of the producer."""

    epoch: int = NONE
    coordinator_epoch: int = NONE
    sequence: int = NONE
    """The last one in this epoch."""
    open_epoch: int = NONE
    """That of a transaction without its marker, `NONE` if there is none."""

    @property
    def is_open(self) -> bool:
        """Return whether the log has records of a transaction without its marker."""
        return self.open_epoch != NONE


class Answer(Enum):
    """What a leader does with a record."""

    APPEND = "append"
    REPEAT = "repeat"
    REFUSE = "refuse"


def known(log: Log, since: int = 0) -> Known:
    """Return what the leader knows from the entries since this offset."""
    now = Known()
    for entry in log[since:]:
        sequence = now.sequence if entry.epoch == now.epoch else NONE
        if isinstance(entry, Record):
            own = max(sequence, entry.sequence)
            now = Known(entry.epoch, now.coordinator_epoch, own, entry.epoch)
        else:
            now = Known(entry.epoch, entry.coordinator_epoch, sequence)
    return now


def answer(rules: Rules, producer: Known, request: Produce) -> Answer:
    """Return what a leader that knows this does with a record."""
    if rules.checks_epoch and request.epoch < producer.epoch:
        return Answer.REFUSE
    last = producer.sequence if request.epoch == producer.epoch else NONE
    if request.sequence <= last:
        return Answer.REPEAT
    may_begin = producer.epoch == NONE or request.sequence == last + 1
    return Answer.APPEND if may_begin else Answer.REFUSE


def is_vouched(rules: Rules, producer: Known, request: Produce) -> bool:
    """Return whether the record goes on with a transaction that is in the log."""
    is_same = request.epoch == producer.open_epoch or not rules.matches_open_epoch
    return producer.is_open and is_same


def takes_marker(rules: Rules, producer: Known, marker: Marker) -> bool:
    """Return whether a leader that knows this writes the marker."""
    if rules.checks_epoch and marker.epoch < producer.epoch:
        return False
    is_stale = marker.coordinator_epoch < producer.coordinator_epoch
    return not (is_stale and rules.checks_coordinator_epoch)


def fates(log: Log) -> Iterator[tuple[Record, Result | None]]:
    """Yield each record with what the marker after it says, None if there is none."""
    result = None
    for entry in reversed(log):
        if isinstance(entry, Marker):
            result = entry.result
        else:
            yield entry, result


def last_stable_offset(log: Log) -> int:
    """Return how far a consumer with read_committed may read."""
    end = len(log)
    while end and isinstance(log[end - 1], Record):
        end -= 1
    return end
