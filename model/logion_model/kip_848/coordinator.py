"""What the coordinator makes of heartbeats: KIP-848, Assignment Process.

Which division of the partitions becomes the target is open: each function yields
every group that may follow, so what is promised holds for every assignor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from logion_model.kip_848.state import (
    LEAVES,
    NOBODY,
    NOTHING,
    Answer,
    Group,
    GroupStatus,
    Heartbeat,
    Member,
    MemberStatus,
    Partitions,
    Scope,
)

Target: TypeAlias = tuple[tuple[int, Partitions], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a coordinator checks; the defaults are those of KIP-848."""

    name: str
    title: str
    source: str
    awaits_release: bool = True
    """A partition is given only when nobody holds it."""


KIP_848 = Rules(
    "kip-848",
    "Consumer groups with their clients and heartbeats",
    "KIP-848",
)
WITHOUT_RELEASE = Rules(
    "kip-848-without-release",
    "A coordinator that gives away what somebody holds",
    "KIP-848, Assignment Process: what partition epochs are for",
    awaits_release=False,
)
VARIANTS = (KIP_848, WITHOUT_RELEASE)
"""The rules of the protocol first, those that break a promise after it."""


def is_unknown(group: Group, heartbeat: Heartbeat) -> bool:
    """Return whether it comes from who is no member."""
    return heartbeat.member_id != NOBODY and not group.member(heartbeat.member_id)


def is_leaving(group: Group, heartbeat: Heartbeat) -> bool:
    """Return whether a member leaves by it."""
    return bool(group.member(heartbeat.member_id)) and heartbeat.epoch == LEAVES


def is_fenced(group: Group, heartbeat: Heartbeat) -> bool:
    """Return whether a member speaks of another epoch than its own."""
    member = group.member(heartbeat.member_id)
    if member is None or heartbeat.epoch == LEAVES:
        return False
    return member.epoch != heartbeat.epoch


def without(group: Group, member: Member) -> Group:
    """Return the group once a member is out: what it held is free."""
    members = tuple(it for it in group.members if it.id != member.id)
    gone = member._replace(assigned=NOTHING, revoking=NOTHING)
    return group._replace(
        members=members,
        epoch=group.epoch + 1,
        status=GroupStatus.ASSIGNING if members else GroupStatus.EMPTY,
        partition_epochs=_held(group, member, gone),
    )


def _held(group: Group, before: Member | None, after: Member) -> tuple[int, ...]:
    """Return the epoch of every partition once a member holds other ones."""
    former = before.held if before else NOTHING

    def epoch_of(partition: int, epoch: int) -> int:
        if partition in after.held:
            return after.epoch
        return 0 if partition in former else epoch

    return tuple(epoch_of(*it) for it in enumerate(group.partition_epochs))


def targets(scope: Scope, members: tuple[Member, ...]) -> Iterator[Target]:
    """Yield every division among those that are subscribed."""
    subscribers = (
        [it.id for it in members if scope.topic(partition) in it.subscribed]
        for partition in scope.all_partitions
    )
    for owners in product(*subscribers):
        yield tuple(
            (it.id, frozenset(p for p, owner in enumerate(owners) if owner == it.id))
            for it in members
        )


@dataclass(frozen=True, slots=True)
class Coordinator:
    """The rules, and how large the world is."""

    rules: Rules
    scope: Scope

    def heard(
        self, group: Group, heartbeat: Heartbeat, next_id: int
    ) -> Iterator[tuple[Group, Answer]]:
        """Yield each group that may follow a heartbeat of a member, or of a new one.

        A member that comes, or that subscribes otherwise, begins another epoch.
        """
        before = group.member(heartbeat.member_id)
        member = _as_it_says(before, heartbeat, next_id)
        if before is None or before.subscribed != member.subscribed:
            group = group._replace(epoch=group.epoch + 1)
        for divided in self._divided(group, member):
            moved = self.moved(divided, member)
            after = _settled(group, divided, before, moved)
            speaks = heartbeat.owned is not None or heartbeat.epoch == 0
            is_told = speaks or moved != member
            yield (
                after,
                Answer(
                    heartbeat.client,
                    heartbeat.connection,
                    moved.id,
                    moved.epoch,
                    moved.assigned if is_told else None,
                ),
            )

    def _divided(self, group: Group, member: Member) -> Iterator[Group]:
        """Yield the group with each target that it may have in this epoch."""
        if group.epoch == group.target_epoch:
            yield group
            return
        for target in targets(self.scope, group.with_member(member)):
            yield group._replace(target=target, target_epoch=group.epoch)

    def moved(self, group: Group, member: Member) -> Member:
        """Return a member that has come one step nearer to its target."""
        if member.target_epoch != group.target_epoch:
            return self._turned(group, member, dict(group.target)[member.id])
        has_revoked = not member.revoking or member.assigned == member.reported
        match member.status:
            case MemberStatus.REVOKING if has_revoked:
                kept = member._replace(revoking=NOTHING)
                return self._advanced(group, kept, member.awaited)
            case MemberStatus.ASSIGNING if self._free(group, member.awaited):
                return self._advanced(group, member, member.awaited)
        return member

    def _turned(self, group: Group, member: Member, target: Partitions) -> Member:
        """Return a member that has learnt of another target: it gives up first."""
        kept, leaving = member.held & target, member.held - target
        awaited = target - kept
        turned = member._replace(assigned=kept, target_epoch=group.target_epoch)
        if not leaving:
            return self._advanced(group, turned._replace(revoking=NOTHING), awaited)
        return turned._replace(
            status=MemberStatus.REVOKING, revoking=leaving, awaited=awaited
        )

    def _free(self, group: Group, wanted: Partitions) -> Partitions:
        """Return those that nobody holds."""
        if not self.rules.awaits_release:
            return wanted
        return frozenset(p for p in wanted if not group.partition_epochs[p])

    def _advanced(self, group: Group, member: Member, wanted: Partitions) -> Member:
        """Return a member that is in the target's epoch, with what is free of it."""
        free = self._free(group, wanted)
        awaited = wanted - free
        return member._replace(
            status=MemberStatus.ASSIGNING if awaited else MemberStatus.STABLE,
            epoch=group.target_epoch,
            target_epoch=group.target_epoch,
            assigned=member.assigned | free,
            awaited=awaited,
        )


def _as_it_says(before: Member | None, heartbeat: Heartbeat, next_id: int) -> Member:
    """Return the sender of a heartbeat with what that says of it."""
    if before is None:
        return Member(heartbeat.client, next_id, heartbeat.subscribed)
    said = before.reported if heartbeat.owned is None else heartbeat.owned
    return before._replace(subscribed=heartbeat.subscribed, reported=said)


def _settled(
    group: Group, divided: Group, before: Member | None, member: Member
) -> Group:
    """Return the group with a member that has moved, and where it stands then."""
    members = group.with_member(member)
    is_stable = all(
        it.status is MemberStatus.STABLE and it.target_epoch == group.epoch
        for it in members
    )
    return divided._replace(
        members=members,
        status=GroupStatus.STABLE if is_stable else GroupStatus.RECONCILING,
        partition_epochs=_held(group, before, member),
    )
