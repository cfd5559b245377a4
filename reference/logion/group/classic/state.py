"""What a coordinator knows of a classic group, and which states may follow which.

A group is a frozen value. Its members are in the order in which they joined. What can
be computed from them is a property, so it cannot disagree with them.

Source: Kafka documentation, "Consumers"; KIP-62, KIP-134, KIP-345, KIP-394.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from operator import attrgetter

NO_GENERATION = -1
"""What a client sends that is no member: a simple consumer, or a tool."""

NO_MEMBER_ID = ""
"""What a client sends that has no member id yet."""

Protocols = tuple[tuple[str, bytes], ...]
"""Names with metadata, the one liked best first."""


class State(Enum):
    """Where a group stands; the value is how Kafka spells it."""

    EMPTY = "Empty"
    """Nobody is in it; it may have offsets."""
    PREPARING = "PreparingRebalance"
    """Members join, or join again."""
    COMPLETING = "CompletingRebalance"
    """All have joined; the leader divides the work."""
    STABLE = "Stable"
    """Everybody knows its work."""
    DEAD = "Dead"
    """It is gone."""


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.EMPTY: frozenset({State.PREPARING, State.DEAD}),
    State.PREPARING: frozenset({State.COMPLETING, State.EMPTY, State.DEAD}),
    State.COMPLETING: frozenset({State.STABLE, State.PREPARING, State.DEAD}),
    State.STABLE: frozenset({State.PREPARING, State.DEAD}),
    State.DEAD: frozenset(),
}
"""The states that may follow each state; any other step is a defect of ours."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member, as the coordinator knows it."""

    id: str
    instance_id: str | None
    """Its `group.instance.id` if it is static (KIP-345)."""
    client_id: str
    client_host: str
    session_timeout_ms: int
    rebalance_timeout_ms: int
    """How long it may take to join again (KIP-62)."""
    protocols: Protocols
    """Ways to divide the work that it knows."""
    assignment: bytes = b""
    """Its work in this generation."""
    is_new: bool = False
    """Its first JoinGroup has not been answered."""
    is_joining: bool = False
    """Its JoinGroup waits for the others."""
    is_syncing: bool = False
    """Its SyncGroup waits for the leader's."""
    deadline_ms: int = 0
    """It is given up if nothing is heard from it until then."""
    names: tuple[str, ...] = field(init=False, compare=False)
    """Those of its protocols: most members have the same ones."""

    def __post_init__(self) -> None:
        """Fill in `names`."""
        names = tuple(name for name, _ in self.protocols)
        object.__setattr__(self, "names", names)

    def until(self, deadline_ms: int) -> Member:
        """Return the member with this deadline: each request that it sends asks so.

        Written out, since `replace` takes five times as long; so is `with_member`.
        """
        return Member(
            self.id,
            self.instance_id,
            self.client_id,
            self.client_host,
            self.session_timeout_ms,
            self.rebalance_timeout_ms,
            self.protocols,
            self.assignment,
            self.is_new,
            self.is_joining,
            self.is_syncing,
            deadline_ms,
        )

    def metadata(self, protocol: str) -> bytes:
        """Return what it sent for a protocol it knows."""
        return next(data for name, data in self.protocols if name == protocol)

    @property
    def is_timed(self) -> bool:
        """Whether its deadline counts: that of a member that waits for us does not,
        but for the first wait of a new one."""
        return self.is_new or not (self.is_joining or self.is_syncing)


@dataclass(frozen=True, slots=True)
class JoinPhase:
    """How long members have to join."""

    deadline_ms: int
    is_initial: bool = False
    """The group was empty: it ends at its deadline and never before (KIP-134)."""
    remaining_ms: int = 0
    """How much longer an initial phase may become if more members arrive."""
    is_growing: bool = False
    """Somebody new came since its deadline was set."""


_IS_JOINING = attrgetter("is_joining")
_NAMES = attrgetter("names")
# Groups have up to thousands of members, who all join at once: these are looked at
# for each of them, and `map` is ten times as fast as a generator.

NOBODY: Mapping[str, Member] = {}
NO_PENDING: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class ClassicGroup:
    """One group of the classic protocol."""

    id: str
    state: State = State.EMPTY
    since_ms: int = -1
    """When it entered its state, in ms since 1970; -1 if that was not written down."""
    generation: int = 0
    protocol_type: str | None = None
    """What kind of group it is; None while it only has offsets."""
    protocol: str | None = None
    """How the work is divided in this generation."""
    leader: str | None = None
    """Id of the member that divides the work."""
    members: Mapping[str, Member] = field(default_factory=lambda: NOBODY)
    pending: Mapping[str, int] = field(default_factory=lambda: NO_PENDING)
    """Member ids that were given out and have not joined (KIP-394), with deadlines."""
    joining: JoinPhase | None = None
    """How long the join phase lasts; None in every state but PREPARING."""
    unsynced: frozenset[str] = frozenset()
    """Members that have not asked for their work in this generation."""
    sync_deadline_ms: int | None = None
    """When those are given up."""

    @property
    def rebalance_timeout_ms(self) -> int:
        """Return how long a join phase lasts: the longest that any member may take."""
        return max((it.rebalance_timeout_ms for it in self.members.values()), default=0)

    @property
    def have_all_joined(self) -> bool:
        """Whether nobody is missing, those with a new member id included."""
        return not self.pending and all(map(_IS_JOINING, self.members.values()))

    @property
    def candidates(self) -> tuple[str, ...]:
        """Return the protocols that every member knows, as the first one likes them."""
        distinct = dict.fromkeys(map(_NAMES, self.members.values()))
        first = next(iter(distinct), ())
        return tuple(it for it in first if all(it in names for names in distinct))

    def static_member(self, instance_id: str) -> Member | None:
        """Return the member with this `group.instance.id`."""
        found = (it for it in self.members.values() if it.instance_id == instance_id)
        return next(found, None)

    def supports(self, protocol_type: str, protocols: Protocols) -> bool:
        """Tell whether somebody with these protocols could be a member."""
        if self.state is State.EMPTY:
            return True
        names = {name for name, _ in protocols}
        common = self.candidates if self.members else tuple(names)
        return self.protocol_type == protocol_type and not names.isdisjoint(common)

    def with_member(self, member: Member) -> ClassicGroup:
        """Return the group with `member`, in place of an earlier one of its id."""
        return ClassicGroup(
            self.id,
            self.state,
            self.since_ms,
            self.generation,
            self.protocol_type,
            self.protocol,
            self.leader,
            {**self.members, member.id: member},
            self.pending,
            self.joining,
            self.unsynced,
            self.sync_deadline_ms,
        )

    def without(self, member_id: str) -> ClassicGroup:
        """Return the group without a member, or without an id that was given out.

        If it was the leader, the member that joined first of the others is.
        """
        members = {key: it for key, it in self.members.items() if key != member_id}
        leader = self.leader
        if leader == member_id:
            leader = next(iter(members), None)
        return replace(
            self.synced(member_id),
            members=members,
            leader=leader,
            pending={key: at for key, at in self.pending.items() if key != member_id},
        )

    def synced(self, member_id: str) -> ClassicGroup:
        """Return the group that waits for no SyncGroup of this member any more."""
        unsynced = self.unsynced - {member_id}
        deadline_ms = self.sync_deadline_ms if unsynced else None
        return replace(self, unsynced=unsynced, sync_deadline_ms=deadline_ms)


def selected_protocol(group: ClassicGroup) -> str:
    """Return the protocol that most members like best of those that all know.

    Of several with as many votes it is the one the first member likes best.
    """
    candidates = group.candidates
    assert candidates, "a member without a common protocol is never taken in"
    votes = Counter(
        next(name for name in member.names if name in candidates)
        for member in group.members.values()
    )
    return max(candidates, key=lambda name: votes[name])


def entered(group: ClassicGroup, state: State, time_ms: int) -> ClassicGroup:
    """Return the group in another state, entered now."""
    assert state in TRANSITIONS[group.state], f"{group.state} -> {state}"
    return replace(group, state=state, since_ms=time_ms)
