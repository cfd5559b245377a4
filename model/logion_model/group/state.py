"""What is known of a group: by its coordinator, in its log, and by nobody but us.

A seat is a client, or the `group.instance.id` of a static member; each time it begins
anew it gets another member id. There is one partition to consume, so the division of
the work is the id of its owner.

Source: Kafka documentation, Consumers; KIP-62, KIP-134, KIP-345, KIP-394.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

STRANGER = "a commit of somebody who is no member of this generation counted"
USURPER = "a division counted that was not the leader's"


class Scope(NamedTuple):
    """How large a world to explore."""

    dynamic: int
    """Clients without a `group.instance.id`: the first seats."""
    static: int
    """Clients with one: the seats after those."""
    lives: int
    """How many member ids a seat may get."""
    generations: int
    """The last generation; once it has begun, nobody joins or leaves."""
    writes: int
    """How many writes to the log may be under way."""
    failovers: int
    """How often the coordinator starts again from its log."""


class Id(NamedTuple):
    """A member id: whose it is, and how many it had before."""

    seat: int
    life: int


class Phase(Enum):
    """Where a group stands."""

    EMPTY = "Empty"
    PREPARING = "PreparingRebalance"
    COMPLETING = "CompletingRebalance"
    STABLE = "Stable"


class Waits(Enum):
    """Which request of a member is not answered yet."""

    NOTHING = "nothing"
    FIRST_JOIN = "first join"
    """Its first JoinGroup: if that takes too long, it is given up (KAFKA-7610)."""
    JOIN = "join"
    SYNC = "sync"


class Member(NamedTuple):
    """A member and what it waits for."""

    id: Id
    waits: Waits = Waits.NOTHING

    @property
    def is_joining(self) -> bool:
        """Whether it has joined in this join phase."""
        return self.waits in (Waits.FIRST_JOIN, Waits.JOIN)

    @property
    def may_expire(self) -> bool:
        """Whether its session goes on counting: a wait for others stops it."""
        return self.waits in (Waits.NOTHING, Waits.FIRST_JOIN)


class Group(NamedTuple):
    """What the coordinator knows."""

    phase: Phase = Phase.EMPTY
    generation: int = 0
    members: tuple[Member, ...] = ()
    """Sorted by id."""
    pending: frozenset[Id] = frozenset()
    """Member ids given out that nobody has joined with yet (KIP-394)."""
    is_initial: bool = False
    """The group was empty: the join phase lasts its time, whoever is there."""
    leader: Id | None = None
    """Who divides the work of this generation; None during a join phase."""
    listed: frozenset[Id] = frozenset()
    """The members that the leader was told, until it has divided."""
    owner: Id | None = None
    """Who has the partition; None unless the group is stable."""
    unsynced: frozenset[Id] = frozenset()
    """Members of this generation that have not asked for their work."""
    absent: frozenset[Id] = frozenset()
    """Dynamic members of this generation that had not joined: to judge by."""

    def member(self, member_id: Id) -> Member | None:
        """Return the member with this id."""
        return next((it for it in self.members if it.id == member_id), None)

    def occupant(self, seat: int) -> Member | None:
        """Return the member at this seat."""
        return next((it for it in self.members if it.id.seat == seat), None)

    @property
    def ids(self) -> frozenset[Id]:
        """Return the ids of all members."""
        return frozenset(it.id for it in self.members)

    @property
    def have_all_joined(self) -> bool:
        """Whether nobody is missing, those with a new member id included."""
        return not self.pending and all(it.is_joining for it in self.members)

    def with_member(self, member: Member) -> Group:
        """Return the group with this member, in place of one with the same id."""
        others = (it for it in self.members if it.id != member.id)
        return self._replace(members=tuple(sorted((*others, member), key=_by_id)))

    def without(self, member_id: Id) -> Group:
        """Return the group without a member, or without an id that was given out."""
        return self._replace(
            members=tuple(it for it in self.members if it.id != member_id),
            pending=self.pending - {member_id},
            unsynced=self.unsynced - {member_id},
        )


def _by_id(member: Member) -> Id:
    return member.id


class Record(NamedTuple):
    """The group as it is written down."""

    generation: int = 0
    members: frozenset[Id] = frozenset()
    leader: Id | None = None
    owner: Id | None = None


class Write(NamedTuple):
    """A record on its way into the log."""

    record: Record
    replaced: Id | None = None
    """The id under which a static member was known before."""
    by: Id | None = None
    """The id under which it is known now; it waits for this write."""


class State(NamedTuple):
    """The coordinator, its log, its clients, and a history to judge by."""

    given: tuple[int, ...]
    """How many member ids each seat has got."""
    group: Group = Group()
    writes: tuple[Write, ...] = ()
    """Under way into the log, in this order."""
    stored: Record = Record()
    """What a coordinator that starts finds in the log."""
    offset: int = 0
    """The committed offset: each generation commits its own number."""
    stored_offset: int = 0
    """The committed offset that a coordinator that starts finds."""
    used: frozenset[Id] = frozenset()
    """Ids that their clients have used: they know them."""
    failovers: int = 0
    phases: int = 0
    """How many join phases have ended, those before the last failover included as
    far as its log knows of them."""
    furthest: int = 0
    """The largest offset whose commit was answered, if that was not forgotten."""
    told: frozenset[tuple[int, int]] = frozenset()
    """Generation and seat of everybody who was told to own the partition."""
    replaced: frozenset[Id] = frozenset()
    """Ids of static members that came back to a stable group under another."""
    misdeeds: frozenset[str] = frozenset()
    """What happened that must not."""
