"""What controller and brokers know, and the messages between them.

Offsets count from 0; an *end offset* is one past the last record. A broker is known by
its index. The metadata log is a tuple of whole pictures of the partition: the last one
is what the controller knows, and a broker's copy is how many of them it has read.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple, TypeAlias, TypeVar

Brokers: TypeAlias = frozenset[int]
NOBODY: Brokers = frozenset()

NO_EPOCH = 0
"""Before the first epoch of a leader, a partition, or a broker."""


class Status(Enum):
    """Whether a broker runs."""

    OFFLINE_CLEAN = "offline, log intact"
    OFFLINE_DIRTY = "offline, log lost"
    STARTING = "starting"
    RUNNING = "running"

    @property
    def is_offline(self) -> bool:
        """Return whether the broker is down."""
        return self in (Status.OFFLINE_CLEAN, Status.OFFLINE_DIRTY)

    def __repr__(self) -> str:
        """Return what a counterexample says of it."""
        return self.value

    __hash__ = object.__hash__


class Role(Enum):
    """What a replica takes itself for."""

    LEADER = "leader"
    FOLLOWER = "follower"

    def __repr__(self) -> str:
        """Return what a counterexample says of it."""
        return self.value

    __hash__ = object.__hash__


class Entry(NamedTuple):
    """A record in a log: the epoch of the leader that took it, and its value."""

    epoch: int
    value: int


class Partition(NamedTuple):
    """A record of the metadata log: the partition as the controller has it."""

    replicas: Brokers
    isr: Brokers
    leader: int | None
    leader_epoch: int
    partition_epoch: int
    adding: Brokers = NOBODY
    removing: Brokers = NOBODY
    elr: Brokers = NOBODY
    """Eligible leader replicas: out of the ISR with everything committed (KIP-966)."""
    last_known_elr: Brokers = NOBODY


class Registration(NamedTuple):
    """What the controller knows of a broker."""

    is_fenced: bool
    epoch: int
    incarnation: int


class View(NamedTuple):
    """The partition as a replica knows it."""

    replicas: Brokers = NOBODY
    isr: Brokers = NOBODY
    maximal_isr: Brokers = NOBODY
    """The ISR with everybody that a leader has proposed beside."""
    leader: int | None = None
    leader_epoch: int = NO_EPOCH
    partition_epoch: int = NO_EPOCH


class Progress(NamedTuple):
    """What a leader knows of a replica: from the last fetch it heard of."""

    end_offset: int | None = None
    broker_epoch: int = NO_EPOCH


class Position(NamedTuple):
    """Where a fetcher reads on."""

    offset: int
    last_epoch: int
    """Epoch of the last record fetched."""
    is_delayed: bool = False


class Fetcher(NamedTuple):
    """A broker's fetcher from one other broker."""

    position: Position | None = None
    """None when the partition is not added to it."""
    is_waiting: bool = False


class Register(NamedTuple):
    """A BrokerRegistration request."""

    broker: int
    incarnation: int
    previous_epoch: int
    """Broker epoch before a clean shutdown (KIP-966), or none."""


class Registered(NamedTuple):
    """The answer to a registration."""

    broker: int
    epoch: int
    incarnation: int
    metadata_offset: int
    """How long the metadata log was when the broker registered."""


class Member(NamedTuple):
    """A replica in a proposed ISR."""

    broker: int
    epoch: int
    """Its broker epoch as the leader knows it; none for who was in the ISR before."""


class AlterPartition(NamedTuple):
    """A leader's request to change the ISR."""

    source: int
    isr: tuple[Member, ...]
    leader_epoch: int
    partition_epoch: int
    broker_epoch: int

    @property
    def members(self) -> Brokers:
        """Return the brokers of the proposed ISR."""
        return frozenset(member.broker for member in self.isr)


class Altered(NamedTuple):
    """The answer to it: the partition after the change, or an error."""

    request: AlterPartition
    partition: Partition | None
    error: str = ""


class Fetch(NamedTuple):
    """A follower's fetch."""

    source: int
    dest: int
    broker_epoch: int
    leader_epoch: int
    offset: int
    last_epoch: int


class End(NamedTuple):
    """Where an epoch ends in a log."""

    epoch: int
    offset: int


class Fetched(NamedTuple):
    """A leader's answer: an error, an epoch that diverged, or at most one record."""

    source: int
    dest: int
    leader_epoch: int
    offset: int
    high_watermark: int
    records: tuple[Entry, ...] = ()
    diverging: End | None = None
    error: str = ""


M = TypeVar("M")

Message: TypeAlias = Register | Registered | AlterPartition | Altered | Fetch | Fetched


class Broker(NamedTuple):
    """One broker, its replica of the partition, and what it believes."""

    status: Status
    epoch: int
    incarnation: int
    metadata_offset: int
    """How many records of the metadata log it has read."""
    fetchers: tuple[Fetcher, ...]
    """From each broker, by index."""
    role: Role | None
    view: View
    progress: tuple[Progress, ...]
    """Of each broker, as this one knows it while it leads."""
    log: tuple[Entry, ...] = ()
    high_watermark: int = 0
    epoch_start: int | None = None
    """End offset of its log when it became leader."""
    proposal: AlterPartition | None = None
    """What it asked of the controller last, in this epoch."""

    @property
    def end_offset(self) -> int:
        """Return the offset that the next record will get."""
        return len(self.log)

    @property
    def last_epoch(self) -> int:
        """Return the epoch of its last record."""
        return self.log[-1].epoch if self.log else NO_EPOCH

    @property
    def is_proposing(self) -> bool:
        """Return whether it waits for an answer to an AlterPartition."""
        proposal = self.proposal
        return proposal is not None and (
            proposal.partition_epoch >= self.view.partition_epoch
        )


class Spent(NamedTuple):
    """How often what is bounded has happened."""

    clean_shutdowns: int = 0
    unclean_shutdowns: int = 0
    fences: int = 0
    shrinks: int = 0
    reassignments: int = 0


class Memory(NamedTuple):
    """What bounds the world or serves the specification: no broker knows it.

    States that differ in nothing else count as one.
    """

    next_epoch: int
    """Broker epoch of the next registration."""
    next_incarnation: int
    floors: tuple[int | None, ...]
    """By broker, the first offset it wrote in its unbroken terms as leader."""
    spent: Spent = Spent()
    received: frozenset[AlterPartition] = frozenset()
    """Requests that the controller has answered."""


class State(NamedTuple):
    """The whole world."""

    metadata_log: tuple[Partition, ...]
    registrations: tuple[Registration, ...]
    brokers: tuple[Broker, ...]
    messages: frozenset[Message]
    sent: frozenset[int]
    """Values that producers wrote with acks=all."""
    acked: frozenset[int]
    refused: frozenset[int]
    consumed: tuple[Entry, ...]
    """Everything that was below the high watermark of a leader."""
    memory: Memory

    @property
    def partition(self) -> Partition:
        """Return the partition as the controller knows it."""
        return self.metadata_log[-1]

    @property
    def leads(self) -> str:
        """Return who leads, as a counterexample says it."""
        return f"leader={self.partition.leader}"

    @property
    def unfenced(self) -> Brokers:
        """Return the brokers that the controller takes for alive."""
        return frozenset(
            index for index, it in enumerate(self.registrations) if not it.is_fenced
        )


def with_broker(state: State, index: int, broker: Broker) -> State:
    """Return the state in which this broker is replaced."""
    brokers = list(state.brokers)
    brokers[index] = broker
    return state._replace(brokers=tuple(brokers))


def with_registration(state: State, index: int, registration: Registration) -> State:
    """Return the state in which the controller knows this of a broker."""
    registrations = list(state.registrations)
    registrations[index] = registration
    return state._replace(registrations=tuple(registrations))


def spending(state: State, bound: str) -> State:
    """Return the state in which one more of what is bounded has happened."""
    spent = state.memory.spent
    more = spent._replace(**{bound: getattr(spent, bound) + 1})
    return state._replace(memory=state.memory._replace(spent=more))


def with_floor(state: State, index: int, floor: int | None) -> State:
    """Return the state in which this broker's first own offset is another."""
    floors = list(state.memory.floors)
    floors[index] = floor
    return state._replace(memory=state.memory._replace(floors=tuple(floors)))


def exchanged(state: State, old: Message, *new: Message) -> State:
    """Return the state after a message was received and others were sent."""
    return state._replace(messages=(state.messages - {old}).union(new))


def received(state: State, kind: type[M]) -> list[M]:
    """Return the messages of this kind, in an order that no hash decides."""
    messages: Iterable[object] = state.messages
    found = [message for message in messages if isinstance(message, kind)]
    return sorted(found, key=repr) if len(found) > 1 else found


def view_of(partition: Partition) -> View:
    """Return the partition as a replica knows it that has read this record."""
    return View(
        partition.replicas,
        partition.isr,
        partition.isr,
        partition.leader,
        partition.leader_epoch,
        partition.partition_epoch,
    )


def without_memory(state: State) -> tuple[object, ...]:
    """Return the part of a state by which states are told apart."""
    return state[:-1]


def with_fetcher(broker: Broker, source: int, fetcher: Fetcher) -> Broker:
    """Return the broker with another fetcher from `source`."""
    fetchers = list(broker.fetchers)
    fetchers[source] = fetcher
    return broker._replace(fetchers=tuple(fetchers))
