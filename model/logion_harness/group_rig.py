"""The classic groups of the reference, seen as those of `logion_model.group`.

A member id of the model is written `seat.life`. Who owns the model's one partition has
an assignment of one byte, everybody else has none. What a coordinator finds when it
starts is read from the bytes that the reference writes to `__consumer_offsets`.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from logion.group.classic import state as code
from logion.group.classic.membership import with_sessions
from logion.group.classic.state import ClassicGroup
from logion.group.classic.steps import (
    Effect,
    Join,
    Sender,
    StoreAssignment,
    StoreEmpty,
    StoreReplacement,
    Sync,
)
from logion.group.records import group_key, group_value, read_group, read_record
from logion.group.rules import GroupRules, Instant
from logion_model.group.coordinator import recorded
from logion_model.group.state import Group, Id, Member, Phase, State, Waits, Write

NOW = Instant(1_000_000, 2_000_000)
"""The moment at which everything happens."""

SESSION_MS, REBALANCE_MS = 10_000, 6_000
RULES = GroupRules()

GROUP = "group"
VALUE_VERSION = 3
TYPE = "consumer"
OWNS = b"\x01"

LIKED = (("range", b""), ("roundrobin", b""))
"""What members know."""
CHANGED = (("range", b"of other topics"), ("roundrobin", b""))
"""The same, but it wants something else to read."""
OTHERWISE = (("roundrobin", b""),)
"""With it the group has to divide in another way."""

Store: TypeAlias = StoreAssignment | StoreReplacement | StoreEmpty


def written(member_id: Id) -> str:
    """Return a member id as a client sends it."""
    return f"{member_id.seat}.{member_id.life}"


def read(member_id: str) -> Id:
    """Return the member id that is written so."""
    seat, life = member_id.split(".")
    return Id(int(seat), int(life))


def seen(group: ClassicGroup) -> Group:
    """Return the model's group that the code's stands for: the abstraction.

    It forgets deadlines, protocols and metadata, and who leads while members join.
    """
    phase = Phase(group.state.value)
    members = [Member(read(it.id), _waits(it)) for it in group.members.values()]
    ids = frozenset(it.id for it in members)
    has_generation = phase in (Phase.COMPLETING, Phase.STABLE)
    return Group(
        phase=phase,
        generation=group.generation,
        members=tuple(sorted(members, key=lambda it: it.id)),
        pending=frozenset(map(read, group.pending)),
        is_initial=group.joining is not None and group.joining.is_initial,
        leader=read(group.leader) if has_generation and group.leader else None,
        listed=ids if phase is Phase.COMPLETING else frozenset(),
        owner=_owner(group) if phase is Phase.STABLE else None,
        unsynced=frozenset(map(read, group.unsynced)),
    )


def _waits(member: code.Member) -> Waits:
    if member.is_joining:
        return Waits.FIRST_JOIN if member.is_new else Waits.JOIN
    return Waits.SYNC if member.is_syncing else Waits.NOTHING


def _owner(group: ClassicGroup) -> Id | None:
    owners = [it.id for it in group.members.values() if it.assignment == OWNS]
    assert len(owners) <= 1, "the leader gives the partition to one member"
    return read(owners[0]) if owners else None


def aged(group: ClassicGroup, who: Id) -> ClassicGroup:
    """Return the group that has not heard of an id for as long as it may."""
    name = written(who)
    if name in group.pending:
        return replace(group, pending={**group.pending, name: NOW.ms})
    return group.with_member(replace(group.members[name], deadline_ms=NOW.ms))


def calmed(group: ClassicGroup) -> ClassicGroup:
    """Return the group with members that like what they liked at first.

    What they like is not the model's affair, and would make many worlds of one.
    """
    members = {
        key: it if it.protocols == LIKED else replace(it, protocols=LIKED)
        for key, it in group.members.items()
    }
    protocol = None if group.protocol is None else LIKED[0][0]
    return replace(group, protocol=protocol, members=members)


class Pending(NamedTuple):
    """A group on its way into `__consumer_offsets`."""

    effect: Store
    value: bytes

    @property
    def write(self) -> Write:
        """Return it as the model's."""
        write = Write(recorded(seen(loaded(self.value))))
        if not isinstance(self.effect, StoreReplacement):
            return write
        by = read(self.effect.member_id)
        before = (read(it) for it in self.effect.old.members)
        (replaced,) = (it for it in before if it.seat == by.seat)
        return write._replace(replaced=replaced, by=by)


def pending(group: ClassicGroup, effect: Effect) -> Pending | None:
    """Return what an effect writes of this group, None if it writes nothing."""
    if isinstance(effect, StoreAssignment):
        assignments = effect.assignments
    elif isinstance(effect, StoreReplacement | StoreEmpty):
        assignments = {it.id: it.assignment for it in group.members.values()}
    else:
        return None
    return Pending(effect, group_value(group, assignments, VALUE_VERSION))


def loaded(value: bytes | None) -> ClassicGroup:
    """Return the group that a coordinator finds when it starts."""
    if value is None:
        return ClassicGroup(GROUP)
    record = read_record(group_key(GROUP), value)
    assert record is not None
    assert record.value is not None
    return calmed(with_sessions(read_group(GROUP, record.value), NOW))


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What the model sees, and what the code has besides."""

    state: State
    group: ClassicGroup = field(default_factory=lambda: ClassicGroup(GROUP))
    writes: tuple[Pending, ...] = ()
    stored: bytes | None = None
    """The last value in `__consumer_offsets`."""
    astray: str = ""
    """Why the step that led here is none of the model's; empty if it is."""

    @property
    def seen(self) -> Group:
        """Return the model's group that the code's stands for."""
        return self.state.group

    @property
    def _key(self) -> Hashable:
        writes = tuple((it.value, _old(it.effect)) for it in self.writes)
        return self.state, shape(self.group), writes, self.stored, self.astray

    def __hash__(self) -> int:
        """Return the hash of everything in it."""
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        """Tell whether everything in it is the same."""
        return isinstance(other, World) and self._key == other._key


def shape(group: ClassicGroup) -> Hashable:
    """Return everything about a group that makes a difference."""
    return (
        group.state,
        group.generation,
        group.leader,
        group.protocol,
        tuple(group.members.values()),
        frozenset(group.pending.items()),
        group.joining,
        group.unsynced,
        group.sync_deadline_ms,
    )


def _old(effect: Store) -> Hashable:
    if isinstance(effect, StoreReplacement):
        return effect.member_id, shape(effect.old)
    return None


@dataclass(frozen=True, slots=True)
class Client:
    """The requests of whoever has a member id."""

    id: Id
    is_static: bool

    @property
    def name(self) -> str:
        """Return the id as it is sent."""
        return written(self.id)

    @property
    def instance_id(self) -> str | None:
        """Return the `group.instance.id`, None for a dynamic member."""
        return f"instance-{self.id.seat}" if self.is_static else None

    def first_join(self, protocols: code.Protocols = LIKED) -> Join:
        """Return the JoinGroup of a client that has no member id and gets this one."""
        return replace(self.join(protocols), member_id="", must_have_id=True)

    def join(self, protocols: code.Protocols = LIKED) -> Join:
        """Return its JoinGroup."""
        return Join(
            self.name,
            self.name,
            self.instance_id,
            "client",
            "/127.0.0.1",
            SESSION_MS,
            REBALANCE_MS,
            TYPE,
            protocols,
            may_skip_assignment=True,
        )

    def sync(self, generation: int, owner: Id) -> Sync:
        """Return its SyncGroup, which gives the partition to `owner`."""
        parts = {written(owner): OWNS}
        return Sync(self.name, self.instance_id, generation, parts)

    def sender(self, generation: int) -> Sender:
        """Return who it says it is in heartbeats and commits."""
        return Sender(self.name, generation, self.instance_id)
