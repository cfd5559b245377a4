"""What a group, its clients and the network know. Source: KIP-848."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, TypeAlias

Partitions: TypeAlias = frozenset[int]
NOTHING: Partitions = frozenset()

NOBODY = 0
"""The member id of who has none yet."""
JOINS, LEAVES = 0, -1
"""Member epochs that say so in a heartbeat."""


class Scope(NamedTuple):
    """How large a world to explore."""

    clients: int
    topics: int
    partitions: int
    """Partitions of each topic."""
    perturbations: int
    """How often a client subscribes otherwise, leaves, crashes or is given up."""

    @property
    def all_topics(self) -> frozenset[int]:
        """Return the topics that clients subscribe to at first."""
        return frozenset(range(self.topics))

    @property
    def all_partitions(self) -> range:
        """Return every partition; those of a topic stand together."""
        return range(self.topics * self.partitions)

    def topic(self, partition: int) -> int:
        """Return whose partition it is."""
        return partition // self.partitions


class MemberStatus(IntEnum):
    """What the coordinator waits for before a member is where it shall be."""

    STABLE = 0
    REVOKING = 1
    ASSIGNING = 2


class GroupStatus(IntEnum):
    """Where a group stands."""

    EMPTY = 0
    ASSIGNING = 1
    RECONCILING = 2
    STABLE = 3


class ClientStatus(IntEnum):
    """Where a client stands; `ILLEGAL` after a step that its states do not have."""

    JOINING = 0
    STABLE = 1
    RECONCILING = 2
    ACKNOWLEDGING = 3
    FENCED = 4
    PREPARE_LEAVING = 5
    LEAVING = 6
    UNSUBSCRIBED = 7
    ILLEGAL = 8


class Member(NamedTuple):
    """A member as its coordinator sees it."""

    host: int
    """The client behind it."""
    id: int
    subscribed: frozenset[int]
    epoch: int = 0
    target_epoch: int = 0
    """The epoch of the target that it is on its way to."""
    status: MemberStatus = MemberStatus.STABLE
    assigned: Partitions = NOTHING
    revoking: Partitions = NOTHING
    awaited: Partitions = NOTHING
    """What it shall have once others have given it up."""
    reported: Partitions | None = None
    """What it last said that it owns."""

    @property
    def held(self) -> Partitions:
        """Return what nobody else may be given."""
        return self.assigned | self.revoking


class Group(NamedTuple):
    """What the coordinator knows."""

    members: tuple[Member, ...] = ()
    """In the order of their ids."""
    epoch: int = 0
    status: GroupStatus = GroupStatus.EMPTY
    target_epoch: int = 0
    target: tuple[tuple[int, Partitions], ...] = ()
    """By member id, what each shall have."""
    partition_epochs: tuple[int, ...] = ()
    """By partition, the epoch of the member that holds it, 0 if nobody does."""

    def member(self, member_id: int) -> Member | None:
        """Return the member with this id."""
        return next((it for it in self.members if it.id == member_id), None)

    def with_member(self, member: Member) -> tuple[Member, ...]:
        """Return the members with this one, in place of one with the same id."""
        others = (it for it in self.members if it.id != member.id)
        return tuple(sorted((*others, member), key=lambda it: it.id))


class Client(NamedTuple):
    """A client and what goes on in it."""

    subscribed: frozenset[int]
    connection: int = 0
    member_id: int = NOBODY
    epoch: int = JOINS
    status: ClientStatus = ClientStatus.JOINING
    owned: Partitions = NOTHING
    target: Partitions = NOTHING
    """What it was told that it shall own."""
    last_sent: Partitions | None = None
    """What it last said that it owns."""
    is_waiting: bool = False
    """Whether a heartbeat of it is not answered."""
    reconciling: tuple[int, Partitions] | None = None
    """The epoch in which it began to change what it owns, and to what."""
    is_giving_up: bool = False
    """Whether it is giving up its partitions in order to leave."""


class Heartbeat(NamedTuple):
    """ConsumerGroupHeartbeat on its way."""

    client: int
    connection: int
    member_id: int
    epoch: int
    subscribed: frozenset[int]
    owned: Partitions | None


class Answer(NamedTuple):
    """What the coordinator answers, on its way."""

    client: int
    connection: int
    member_id: int = NOBODY
    epoch: int = 0
    assignment: Partitions | None = None
    is_unknown: bool = False
    is_fenced: bool = False

    @property
    def is_error(self) -> bool:
        """Return whether the client is out."""
        return self.is_unknown or self.is_fenced


class State(NamedTuple):
    """The group, the clients, the network, and three counters."""

    group: Group
    clients: tuple[Client, ...]
    heartbeats: frozenset[Heartbeat] = frozenset()
    answers: frozenset[Answer] = frozenset()
    member_ids: int = 0
    connections: int = 0
    perturbations: int = 0

    def with_client(self, number: int, client: Client) -> State:
        """Return the state with another client in this place."""
        others = self.clients
        return self._replace(clients=(*others[:number], client, *others[number + 1 :]))


def view(state: State) -> tuple[object, ...]:
    """Return the state without its counters, which only bound the world."""
    return state[:4]
