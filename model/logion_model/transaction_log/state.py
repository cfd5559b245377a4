"""What brokers, clients and the network know of transactional ids.

There is one partition of `__transaction_state`, replicated on every broker.
Source: KIP-98, Transaction Coordinator.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

UNKNOWN = -1
"""No producer id, no epoch, no broker."""


class Scope(NamedTuple):
    """How large a world to explore."""

    brokers: int
    clients: int
    ids: int
    """Transactional ids."""
    partitions: int
    """Partitions that a client may add to its transaction."""
    elections: int
    """How often another broker becomes the leader of the log."""


class Phase(IntEnum):
    """Where a transaction stands, as its record in the log says."""

    EMPTY = 0
    ONGOING = 1
    PREPARE_ABORT = 2
    COMPLETE_ABORT = 3


class Code(IntEnum):
    """What an answer says."""

    OK = 0
    NOT_COORDINATOR = 1
    CONCURRENT_TRANSACTIONS = 2
    PRODUCER_FENCED = 3
    INVALID_PRODUCER_ID_MAPPING = 4


class InitProducerId(NamedTuple):
    """A client asks for a producer id and an epoch."""

    id: int
    broker: int
    client: int


class InitAnswer(NamedTuple):
    """What it is told."""

    code: Code
    producer: int
    epoch: int
    broker: int
    client: int


class AddPartitions(NamedTuple):
    """A client adds a partition to its transaction."""

    id: int
    producer: int
    epoch: int
    partition: int
    broker: int
    client: int


class AddAnswer(NamedTuple):
    """What it is told: `partitions` are all that the transaction has now."""

    code: Code
    partitions: tuple[int, ...]
    broker: int
    client: int


class Metadata(NamedTuple):
    """A transactional id as the log has it."""

    producer: int
    epoch: int = UNKNOWN
    last_epoch: int = UNKNOWN
    phase: Phase = Phase.EMPTY
    partitions: tuple[int, ...] = ()


class Write(NamedTuple):
    """A record of the log, and who is to be told what once its fate is known."""

    id: int
    metadata: Metadata
    done: InitAnswer | AddAnswer | None = None
    failed: InitAnswer | AddAnswer | None = None


class Broker(NamedTuple):
    """A replica of the log; the leader among them is the coordinator."""

    leader: int
    """Who leads, as far as this one knows."""
    leader_epoch: int
    cache: tuple[Metadata | None, ...]
    """By transactional id, what it knows as a coordinator."""
    pending: tuple[Metadata | None, ...]
    """By transactional id, what is being written."""
    log: tuple[Write, ...] = ()
    committed: int = 0
    """Offset below which everything is replicated."""
    is_stuck: bool = False
    """Whether it leads, but cannot load what is in the log."""


class Status(IntEnum):
    """Where a client stands."""

    READY = 0
    ASKED = 1
    HAS_ID = 2
    IN_TRANSACTION = 3
    GIVEN_UP = 4
    """It was fenced: going on would be a contest without end."""


class Client(NamedTuple):
    """A client with a transactional id."""

    status: Status = Status.READY
    coordinator: int = UNKNOWN
    id: int = UNKNOWN
    producer: int = UNKNOWN
    epoch: int = UNKNOWN
    last_status: Status | None = None
    last_error: Code | None = None
    adding: tuple[int, ...] = ()
    partitions: tuple[int, ...] = ()


class State(NamedTuple):
    """Everybody, and what is on its way."""

    brokers: tuple[Broker, ...]
    clients: tuple[Client, ...]
    leader: int = 0
    """Who leads the log, by the controller's word."""
    leader_epoch: int = 1
    producers: int = 0
    """How many producer ids were given out."""
    init_requests: frozenset[InitProducerId] = frozenset()
    init_answers: frozenset[InitAnswer] = frozenset()
    add_requests: frozenset[AddPartitions] = frozenset()
    add_answers: frozenset[AddAnswer] = frozenset()

    def with_broker(self, number: int, broker: Broker) -> State:
        """Return the state with another broker in this place."""
        others = self.brokers
        return self._replace(brokers=(*others[:number], broker, *others[number + 1 :]))

    def with_client(self, number: int, client: Client) -> State:
        """Return the state with another client in this place."""
        others = self.clients
        return self._replace(clients=(*others[:number], client, *others[number + 1 :]))

    def telling(self, *answers: InitAnswer | AddAnswer | None) -> State:
        """Return the state with these answers on their way."""
        init = {it for it in answers if isinstance(it, InitAnswer)}
        add = {it for it in answers if isinstance(it, AddAnswer)}
        return self._replace(
            init_answers=self.init_answers | init, add_answers=self.add_answers | add
        )
