"""What events do to a group: joins, divisions, removals, writes, time.

Each function yields every group that may follow: which of the members that have joined
becomes the leader is the coordinator's affair. A request that is refused changes
nothing and is no step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias

from logion_model.group.rules import Rules
from logion_model.group.state import Group, Id, Member, Phase, Record, Waits, Write

ACTIVE = (Phase.COMPLETING, Phase.STABLE)
"""The phases in which the group has a generation."""


class Standing(Enum):
    """What a sender is to the coordinator."""

    MEMBER = "member"
    """Of this generation."""
    STALE = "stale"
    """A member, but it speaks of an earlier generation."""
    FENCED = "fenced"
    """Somebody else has its `group.instance.id` by now."""
    UNKNOWN = "unknown"


class Change(NamedTuple):
    """The group after an event, and what else comes of it."""

    group: Group
    write: Write | None = None
    ends_phase: bool = False
    """Whether a join phase has ended with this."""


Changes: TypeAlias = Iterator[Change]


def recorded(group: Group) -> Record:
    """Return the group as it is written down."""
    return Record(group.generation, group.ids, group.leader, group.owner)


def loaded(record: Record) -> Group:
    """Return the group that a coordinator finds in its log when it starts."""
    return Group(
        phase=Phase.STABLE if record.members else Phase.EMPTY,
        generation=record.generation,
        members=tuple(map(Member, sorted(record.members))),
        leader=record.leader,
        owner=record.owner,
    )


def renamed(group: Group, old: Id, member: Member) -> Group:
    """Return the group in which a static member has another id."""

    def new(member_id: Id | None) -> Id | None:
        return member.id if member_id == old else member_id

    return (
        group.without(old)
        .with_member(member)
        ._replace(leader=new(group.leader), owner=new(group.owner))
    )


def is_awaited(record: Record, group: Group) -> bool:
    """Tell whether this is the division that the group waits for."""
    is_completing = group.phase is Phase.COMPLETING
    return is_completing and record.generation == group.generation


def served(group: Group) -> tuple[Member, ...]:
    """Return the members, none of which waits for its work any more."""
    return tuple(
        it._replace(waits=Waits.NOTHING) if it.waits is Waits.SYNC else it
        for it in group.members
    )


@dataclass(frozen=True, slots=True)
class Coordinator:
    """The rules, and which seats are those of static members."""

    rules: Rules
    dynamic: int
    """The first seat of a static member."""

    def is_static(self, member_id: Id) -> bool:
        """Tell whether this is an id of a static member."""
        return member_id.seat >= self.dynamic

    def membership(self, group: Group, sender: Id) -> Standing:
        """Return whether this id is a member's, whatever its generation."""
        if group.member(sender):
            return Standing.MEMBER
        if not (self.is_static(sender) and group.occupant(sender.seat)):
            return Standing.UNKNOWN
        return Standing.FENCED if self.rules.fences_static else Standing.MEMBER

    def standing(self, group: Group, sender: Id, generation: int) -> Standing:
        """Return what somebody with this id and generation is."""
        who = self.membership(group, sender)
        is_stale = who is Standing.MEMBER and generation != group.generation
        return Standing.STALE if is_stale else who

    def takes_commit(self, group: Group, sender: Id, generation: int) -> bool:
        """Tell whether a commit counts.

        It does not while the leader divides: the sender has yet to learn its work.
        """
        match self.standing(group, sender, generation):
            case Standing.STALE:
                is_taken = not self.rules.checks_generation
            case Standing.UNKNOWN:
                is_taken = not self.rules.checks_membership
            case who:
                is_taken = who is Standing.MEMBER
        return is_taken and group.phase is not Phase.COMPLETING

    def takes_sync(self, group: Group, sender: Id, generation: int) -> bool:
        """Tell whether a SyncGroup is answered with work, now or later."""
        who = self.standing(group, sender, generation)
        is_stale = who is Standing.STALE and not self.rules.checks_generation
        return group.phase in ACTIVE and (who is Standing.MEMBER or is_stale)

    def added(self, group: Group, member_id: Id) -> Changes:
        """A new member comes: the others have to join again, or are doing so."""
        new = Member(member_id, Waits.FIRST_JOIN)
        group = group._replace(pending=group.pending - {member_id})
        yield from self._disturbed(group.with_member(new))

    def rejoined(self, group: Group, member: Member) -> Changes:
        """A member joins again: the others have to as well, or are doing so."""
        if not member.is_joining:
            member = member._replace(waits=Waits.JOIN)
        yield from self._disturbed(group.with_member(member))

    def returned(self, group: Group, old: Member, new: Id) -> Changes:
        """A static member takes its own place; who waits under the old id is fenced.

        In a stable group nobody else is disturbed: only its new id is written down.
        """
        waits = Waits.JOIN
        if not self.rules.stores_replacement and group.phase is Phase.STABLE:
            waits = Waits.NOTHING
        if not self.rules.divides_again and group.phase is Phase.COMPLETING:
            waits = Waits.NOTHING
        after = renamed(group, old.id, Member(new, waits))
        if waits is Waits.NOTHING:
            yield Change(after)
        elif group.phase is Phase.STABLE:
            yield Change(after, Write(recorded(after), old.id, new))
        else:
            yield from self._disturbed(after)

    def returned_otherwise(self, group: Group, old: Member, new: Id) -> Changes:
        """A static member comes back to a stable group that has to divide otherwise."""
        after = renamed(group, old.id, Member(new, Waits.JOIN))
        yield from self._disturbed(after)

    def removed(self, group: Group, member_id: Id) -> Changes:
        """A member leaves or is given up: the others have to divide the work anew."""
        is_pending = member_id in group.pending
        group = group.without(member_id)
        if group.phase is Phase.PREPARING and self.rules.looks_after_removal:
            yield from self._ended_if_all_joined(group)
        elif group.phase in ACTIVE and not is_pending:
            yield from self._prepared(group)
        else:
            yield Change(group)

    def removed_unsynced(self, group: Group) -> Changes:
        """Those that never asked for their work are given up (KAFKA-9559)."""
        for member_id in group.unsynced:
            group = group.without(member_id)
        yield from self._prepared(group)

    def synced(self, group: Group, member_id: Id) -> Group:
        """Return the group in which a member has asked for its work."""
        group = group._replace(unsynced=group.unsynced - {member_id})
        if group.phase is Phase.COMPLETING and group.member(member_id):
            return group.with_member(Member(member_id, Waits.SYNC))
        return group

    def divided(self, group: Group, record: Record) -> Group:
        """Return the group in which everybody knows its work."""
        return group._replace(
            phase=Phase.STABLE,
            members=served(group),
            owner=record.owner,
            listed=frozenset(),
        )

    def failed(self, group: Group, write: Write) -> Changes:
        """A write has failed: whoever waits for it hears so.

        The work is divided again after another join phase. A static member has its old
        id again, unless something else has happened to it meanwhile.
        """
        if write.replaced is None or write.by is None:
            is_division = write.record.members and is_awaited(write.record, group)
            yield from self._prepared(group) if is_division else (Change(group),)
            return
        member = group.member(write.by)
        if group.phase is Phase.STABLE and member and member.is_joining:
            group = renamed(group, write.by, Member(write.replaced))
        yield Change(group)

    def ended(self, group: Group) -> Changes:
        """The join phase ends, or goes on if only absent static members are left."""
        stay = tuple(
            it
            for it in group.members
            if it.is_joining or self.is_static(it.id) or not self.rules.drops_absent
        )
        joined = [it.id for it in stay if it.is_joining]
        generation = group.generation + self.rules.counts_generations
        if not stay:
            empty = Group(generation=generation, pending=group.pending)
            yield Change(empty, Write(recorded(empty)), ends_phase=True)
        elif not joined:
            yield Change(group._replace(members=stay, is_initial=False))
        for leader in joined:
            smaller = group._replace(members=stay, generation=generation)
            yield Change(self._begun(smaller, leader), ends_phase=True)

    def _begun(self, group: Group, leader: Id) -> Group:
        """Return a generation of these members, with this leader."""
        dynamic = (it for it in group.members if not self.is_static(it.id))
        return Group(
            Phase.COMPLETING,
            group.generation,
            tuple(Member(it.id) for it in group.members),
            group.pending,
            leader=leader,
            listed=group.ids,
            unsynced=group.ids,
            absent=frozenset(it.id for it in dynamic if not it.is_joining),
        )

    def _disturbed(self, group: Group) -> Changes:
        """Begin a join phase, or look whether the present one can end."""
        is_joining = group.phase is Phase.PREPARING
        yield from (self._ended_if_all_joined if is_joining else self._prepared)(group)

    def _prepared(self, group: Group) -> Changes:
        """Begin a join phase; whoever waits for its work has to join again."""
        begun = Group(
            Phase.PREPARING,
            group.generation,
            served(group),
            group.pending,
            is_initial=group.phase is Phase.EMPTY,
        )
        yield from self._ended_if_all_joined(begun)

    def _ended_if_all_joined(self, group: Group) -> Changes:
        if group.is_initial or not group.have_all_joined:
            yield Change(group)
        else:
            yield from self.ended(group)
