"""How one member moves on towards its target, step by step.

A partition has one owner at a time: a member gives up first what it shall no longer
have, says so by what it owns, and gets what it shall have once nobody else has it.
Until it has given up it stays in its epoch; then it moves to the target's.

Source: KIP-848, "Assignment Process".
"""

from __future__ import annotations

from dataclasses import replace

from logion.group.consumer.state import (
    Assignment,
    ConsumerGroup,
    Epochs,
    Member,
    MemberState,
    TopicIdPartition,
    nothing,
)
from logion.names import Uuid
from logion.protocol.errors import ApiError, Error


def reconciled(  # everything that a step depends on
    group: ConsumerGroup,
    member: Member,
    target: Assignment,
    *,
    subscribed: frozenset[Uuid],
    owned: Assignment | None,
    has_new_subscription: bool,
) -> Member:
    """Return the member after its next step towards `target`, or as it is.

    `subscribed` are the topics it wants, `owned` what it says it owns, None if it says
    nothing. Raises FENCED_MEMBER_EPOCH for a state that only a later release knows.
    """
    step = _Step(group, member, target, subscribed, owned)
    match member.state:
        case MemberState.STABLE if member.epoch == group.target_epoch:
            return step.narrowed() if has_new_subscription else member
        case MemberState.UNREVOKED_PARTITIONS if _owns(owned, member.revoking):
            return step.narrowed() if has_new_subscription else member
        case MemberState.UNKNOWN if owned is None or owned:
            raise ApiError(
                Error.FENCED_MEMBER_EPOCH,
                "The consumer group member is in an unknown state. The member must"
                " abandon all its partitions and rejoin.",
            )
        case _:
            return step.towards_target()


def _owns(owned: Assignment | None, partitions: Epochs) -> bool:
    """Tell whether a member may still own one of these; silence means that it may."""
    return owned is None or any(it in partitions for it in owned)


class _Step:
    """One step of one member."""

    __slots__ = ("_group", "_member", "_owned", "_subscribed", "_target")

    def __init__(
        self,
        group: ConsumerGroup,
        member: Member,
        target: Assignment,
        subscribed: frozenset[Uuid],
        owned: Assignment | None,
    ) -> None:
        self._group = group
        self._member = member
        self._target = frozenset(it for it in target if it.topic_id in subscribed)
        self._subscribed = subscribed
        self._owned = owned

    def narrowed(self) -> Member:
        """Take from the member what it no longer wants; it stays in its epoch."""
        member = self._member
        unwanted = {
            it: epoch
            for it, epoch in member.assigned.items()
            if it.topic_id not in self._subscribed
        }
        if not unwanted:
            return member
        kept = {k: v for k, v in member.assigned.items() if k not in unwanted}
        revoking = {**member.revoking, **unwanted}
        moved = replace(member, previous_epoch=member.epoch, assigned=kept)
        if _owns(self._owned, revoking):
            return replace(
                moved, state=MemberState.UNREVOKED_PARTITIONS, revoking=revoking
            )
        return moved

    def towards_target(self) -> Member:
        """Take what is not in the target, or else give what is free of it."""
        member, target = self._member, self._target
        kept = {k: v for k, v in member.assigned.items() if k in target}
        leaving = {k: v for k, v in member.assigned.items() if k not in target}
        if leaving and _owns(self._owned, leaving):
            return replace(
                member,
                state=MemberState.UNREVOKED_PARTITIONS,
                previous_epoch=member.epoch,
                assigned=kept,
                revoking=leaving,
            )
        return self._in_the_epoch_of_the_target(kept, target - kept.keys())

    def _in_the_epoch_of_the_target(self, kept: Epochs, missing: Assignment) -> Member:
        taken = self._taken() if missing else frozenset()
        epoch = self._group.target_epoch
        is_waiting = not missing.isdisjoint(taken)
        return replace(
            self._member,
            state=MemberState.UNRELEASED_PARTITIONS
            if is_waiting
            else MemberState.STABLE,
            epoch=epoch,
            previous_epoch=self._member.epoch,
            assigned={**kept, **dict.fromkeys(sorted(missing - taken), epoch)},
            revoking=nothing(),
        )

    def _taken(self) -> frozenset[TopicIdPartition]:
        """Return the partitions that others have or are giving up."""
        return frozenset(
            partition
            for other in self._group.members.values()
            if other.member_id != self._member.member_id
            for partition in (*other.assigned, *other.revoking)
        )


def is_waiting_for_others(group: ConsumerGroup, member: Member) -> bool:
    """Tell whether something a member shall have is with another one still."""
    missing = group.target_of(member.member_id) - member.assigned.keys()
    return any(
        it in other.assigned or it in other.revoking
        for other in group.members.values()
        for it in missing
    )
