"""What is known of the transactions of one transactional id.

Every transaction has a number that no broker knows: by it we judge what became of its
records. Source: KIP-98, Transaction Coordinator; KIP-890.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, TypeAlias

NONE = -1
"""No transaction, no epoch, no sequence."""


class Scope(NamedTuple):
    """How large a world to explore."""

    partitions: int
    """Partitions that each transaction may write to, one record each."""
    transactions: int
    instances: int
    """Instances of the producer; each fences those before it."""
    late: int
    """Which requests may arrive when their sender waits no longer: 0 none, 1 Produce
    and AddPartitionsToTxn, 2 EndTxn, too."""
    failovers: int
    """How often another broker becomes the coordinator."""
    forgets: int
    """How often a leader forgets the producer."""


class Result(IntEnum):
    """How a transaction ends."""

    ABORT = 0
    COMMIT = 1

    def __str__(self) -> str:
        """Return it as it is written in a counterexample."""
        return self.name.lower()


class Phase(IntEnum):
    """Where the coordinator's transaction stands: KIP-98, transaction states."""

    EMPTY = 0
    ONGOING = 1
    PREPARE_ABORT = 2
    PREPARE_COMMIT = 3
    COMPLETE_ABORT = 4
    COMPLETE_COMMIT = 5

    @property
    def is_prepared(self) -> bool:
        """Return whether the end is decided and markers are being written."""
        return self in (Phase.PREPARE_ABORT, Phase.PREPARE_COMMIT)


def prepared(result: Result) -> Phase:
    """Return the phase in which this end is decided."""
    return Phase(Phase.PREPARE_ABORT + result)


def complete(result: Result) -> Phase:
    """Return the phase in which this end is in every log."""
    return Phase(Phase.COMPLETE_ABORT + result)


class Coordinator(NamedTuple):
    """What the coordinator has written down of the transactional id."""

    phase: Phase = Phase.EMPTY
    epoch: int = NONE
    """Producer epoch of the newest instance, or of its present transaction."""
    partitions: frozenset[int] = frozenset()
    """Those of the transaction; once its end is decided, those without a marker."""
    own_epoch: int = 0
    """How often another broker has become the coordinator."""


class Record(NamedTuple):
    """A record in a log, with what its leader looks at."""

    epoch: int
    transaction: int
    sequence: int


class Marker(NamedTuple):
    """A control record that ends the producer's transaction in one log."""

    epoch: int
    coordinator_epoch: int
    result: Result
    partition: int


Log: TypeAlias = tuple[Record | Marker, ...]


class Add(NamedTuple):
    """AddPartitionsToTxn, of one partition."""

    epoch: int
    transaction: int
    partition: int


class Produce(NamedTuple):
    """A Produce request with one record."""

    epoch: int
    transaction: int
    partition: int
    sequence: int


class End(NamedTuple):
    """EndTxn."""

    epoch: int
    transaction: int
    result: Result


class Progress(IntEnum):
    """How far a client has come with one partition in its transaction."""

    NOTHING = 0
    ADDING = 1
    ADDED = 2
    SENT = 3
    WRITTEN = 4
    """The leader has answered."""


class Client(NamedTuple):
    """One instance of the producer."""

    epoch: int
    progress: tuple[Progress, ...]
    transaction: int = NONE
    ending: Result | None = None
    """What it has asked the coordinator for."""
    in_doubt: bool = False
    """It has aborted without knowing whether everything it sent was written."""


class State(NamedTuple):
    """Coordinator, logs, producers, requests, and a history to judge by."""

    logs: tuple[Log, ...]
    coordinator: Coordinator = Coordinator()
    clients: tuple[Client, ...] = ()
    """The instances that have begun, oldest first; earlier ones may live on."""
    begun: int = 0
    """How many transactions have begun."""
    adds: frozenset[Add] = frozenset()
    """Every AddPartitionsToTxn that was sent: it may arrive at any time, again too."""
    produces: frozenset[Produce] = frozenset()
    ends: frozenset[End] = frozenset()
    verified: frozenset[Produce] = frozenset()
    """Requests that wait at a leader, which the coordinator has vouched for."""
    markers: frozenset[Marker] = frozenset()
    """Those that coordinators had sent before they were replaced."""
    committed: frozenset[int] = frozenset()
    """Transactions whose producer was told that they are committed."""
    forgotten: tuple[int, ...] = ()
    """For each log: its leader knows nothing of entries below this offset."""
    forgets: int = 0
