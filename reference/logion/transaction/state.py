"""What a coordinator knows of one transactional id, and which way it may go.

`TRANSITIONS` is the state machine of KIP-98 and KIP-890 as a table. Every step of the
rules goes through `Transaction.to`, so what the table lacks cannot happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from logion.names import TopicPartition

NO_PRODUCER_ID = -1
NO_EPOCH = -1
NO_TIME_MS = -1

EPOCH_MAX = 2**15 - 1
"""The largest epoch there is; it is only ever written to fence."""

NEVER_MS = 2**31 - 1
"""Timeout of a transaction that somebody else decides (KIP-939): it has none."""

EPOCH_PER_TRANSACTION = 2
"""`transaction.version` from which on every transaction has its own epoch (KIP-890)."""


class State(Enum):
    """Where a transactional id stands; the value is its name in Kafka."""

    EMPTY = "Empty"
    """No transaction since a producer came."""
    ONGOING = "Ongoing"
    """Partitions were added, and nobody has ended it."""
    PREPARE_COMMIT = "PrepareCommit"
    """It is decided to commit; markers are under way."""
    PREPARE_ABORT = "PrepareAbort"
    """It is decided to abort; markers are under way."""
    COMPLETE_COMMIT = "CompleteCommit"
    """All markers of a commit are written."""
    COMPLETE_ABORT = "CompleteAbort"
    """All markers of an abort are written."""
    DEAD = "Dead"
    """It is about to be forgotten. Never stored, and never anybody's state here: what
    is forgotten is gone at once."""
    PREPARE_EPOCH_FENCE = "PrepareEpochFence"
    """A producer is about to be fenced. Never stored, and never anybody's state here:
    to fence and to abort is one step."""


STATE_IDS: Mapping[State, int] = {state: number for number, state in enumerate(State)}
"""State to the number that stands for it in `__transaction_state`."""

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.EMPTY: frozenset({State.EMPTY, State.ONGOING, State.PREPARE_ABORT}),
    State.ONGOING: frozenset(
        {State.ONGOING, State.PREPARE_COMMIT, State.PREPARE_ABORT}
    ),
    State.PREPARE_COMMIT: frozenset({State.COMPLETE_COMMIT}),
    State.PREPARE_ABORT: frozenset({State.COMPLETE_ABORT}),
    State.COMPLETE_COMMIT: frozenset({State.EMPTY, State.ONGOING, State.PREPARE_ABORT}),
    State.COMPLETE_ABORT: frozenset({State.EMPTY, State.ONGOING, State.PREPARE_ABORT}),
}
"""State to those that may follow it. That an abort follows where nothing is open is
KIP-890's: a producer that does not know whether it began must be able to end it."""

AT_REST = frozenset({State.EMPTY, State.COMPLETE_COMMIT, State.COMPLETE_ABORT})
"""States in which nothing is open."""

PREPARED = frozenset({State.PREPARE_COMMIT, State.PREPARE_ABORT})
"""States in which markers are under way."""


class Claim(NamedTuple):
    """Whose transaction a request says it is about."""

    transactional_id: str
    producer_id: int
    epoch: int


class Transaction(NamedTuple):
    """One transactional id: its producer, and the last or present transaction."""

    transactional_id: str
    producer_id: int
    timeout_ms: int
    """How long a transaction may be open; NEVER_MS for ever."""
    updated_ms: int
    """Wall clock of the last step."""
    state: State = State.EMPTY
    epoch: int = NO_EPOCH
    """The producer's; one with a lower epoch is fenced."""
    last_epoch: int = NO_EPOCH
    """The epoch before, if it was the same producer's: it may ask again (KIP-360). It
    is not stored."""
    previous_producer_id: int = NO_PRODUCER_ID
    """The producer id before the last step (KIP-890)."""
    next_producer_id: int = NO_PRODUCER_ID
    """The producer id once the markers are written: epochs ran out (KIP-890)."""
    partitions: frozenset[TopicPartition] = frozenset()
    """Where it has written, or where markers are still to be written."""
    started_ms: int = NO_TIME_MS
    """Wall clock of its first partition."""
    client_version: int = 0
    """`transaction.version` that the client goes by."""

    @property
    def is_exhausted(self) -> bool:
        """Whether no epoch is left to give to a producer: it needs another id."""
        return is_exhausted(self.epoch)

    def is_overdue(self, now_ms: int) -> bool:
        """Tell whether it has been open for longer than it may be."""
        is_bounded = self.timeout_ms != NEVER_MS
        is_open = self.state is State.ONGOING and is_bounded
        return is_open and self.started_ms + self.timeout_ms < now_ms

    def is_idle(self, now_ms: int, expiration_ms: int) -> bool:
        """Tell whether nobody has used it for `expiration_ms`, and nothing is open."""
        return self.state in AT_REST and self.updated_ms <= now_ms - expiration_ms

    def to(self, state: State, now_ms: int, **changes: Any) -> Transaction:
        """Return it one step on, in `state`, with `changes`."""
        assert state in TRANSITIONS[self.state], f"{self.state} to {state}"
        return self._replace(
            state=state,
            updated_ms=now_ms,
            previous_producer_id=self.producer_id,
            **changes,
        )


def is_exhausted(epoch: int) -> bool:
    """Tell whether `epoch` is the last one that a producer is given."""
    return epoch >= EPOCH_MAX - 1
