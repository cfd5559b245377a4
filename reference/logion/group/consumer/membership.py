"""Who may speak for which member of a group.

Epoch 0 joins or joins again, always; any other epoch must be the member's, or the one
before it if the answer with the newer one has been lost. A static member has the place
of its `group.instance.id`: another may take it once it has been left (epoch -2).

Source: KIP-848, "Member Epoch" and "Static Membership".
"""

from __future__ import annotations

from dataclasses import replace

from logion.group.consumer.changes import Draft
from logion.group.consumer.state import (
    JOIN_EPOCH,
    LEAVE_FOR_A_WHILE_EPOCH,
    Assignment,
    ConsumerGroup,
    Member,
)
from logion.protocol.errors import ApiError, Error


def check_room(group: ConsumerGroup, member_id: str, size_max: int) -> None:
    """Raise GROUP_MAX_SIZE_REACHED if this would be one member too many."""
    if len(group.members) >= size_max and member_id not in group.members:
        raise ApiError(
            Error.GROUP_MAX_SIZE_REACHED,
            "The consumer group has reached its maximum capacity of"
            f" {size_max} members.",
        )


def member_of(group: ConsumerGroup, member_id: str) -> Member:
    """Return this member; raises UNKNOWN_MEMBER_ID if there is none."""
    member = group.members.get(member_id)
    if member is None:
        raise ApiError(
            Error.UNKNOWN_MEMBER_ID,
            f"Member {member_id} is not a member of group {group.group_id}.",
        )
    return member


def static_member_of(
    group: ConsumerGroup, instance_id: str, member_id: str | None
) -> Member:
    """Return the member with this `group.instance.id`.

    Raises UNKNOWN_MEMBER_ID if there is none, FENCED_INSTANCE_ID if it has another
    member id by now; None as `member_id` asks for none.
    """
    member = group.static_member(instance_id)
    if member is None:
        raise ApiError(
            Error.UNKNOWN_MEMBER_ID, f"Instance id {instance_id} is unknown."
        )
    if member_id not in (None, member.member_id):
        raise ApiError(
            Error.FENCED_INSTANCE_ID,
            f"Static member {member_id} with instance id {instance_id} was fenced by"
            f" member {member.member_id}.",
        )
    return member


def speaker_of(group: ConsumerGroup, member_id: str, instance_id: str | None) -> Member:
    """Return the member that a request with these two comes from.

    Raises UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID if it comes from none.
    """
    if instance_id is None:
        return member_of(group, member_id)
    return static_member_of(group, instance_id, member_id)


def joining(
    draft: Draft, member_id: str, instance_id: str | None, *, is_classic: bool
) -> Member:
    """Return the member that joins or joins again, a new one if it is not known.

    One with the `group.instance.id` of another takes that one's place: it is stored
    at once. Raises UNRELEASED_INSTANCE_ID if that one has not left; who speaks the
    classic protocol, or takes the place of one who does, need not wait for that.
    """
    group = draft.group
    before = None if instance_id is None else group.static_member(instance_id)
    if before is None:
        return group.members.get(member_id) or Member(member_id)
    is_new_protocol = not is_classic and before.classic is None
    if is_new_protocol and before.epoch != LEAVE_FOR_A_WHILE_EPOCH:
        raise ApiError(
            Error.UNRELEASED_INSTANCE_ID,
            f"Static member {member_id} with instance id {instance_id} cannot join the"
            f" group because the instance id is owned by {before.member_id} member.",
        )
    member = replace(
        before, member_id=member_id, epoch=JOIN_EPOCH, previous_epoch=JOIN_EPOCH
    )
    target = group.target_of(before.member_id)
    draft.remove_member(before.member_id)
    draft.write_member(member)
    draft.write_target(member_id, target)
    draft.write_current(member)
    return member


def check_epoch(member: Member, epoch: int, owned: Assignment | None) -> None:
    """Raise FENCED_MEMBER_EPOCH if a member with this epoch is not up to date.

    The epoch before the present one will do if it owns nothing but what it has now.
    """
    if epoch in (JOIN_EPOCH, member.epoch):
        return
    is_answer_lost = (
        epoch < member.epoch
        and epoch == member.previous_epoch
        and owned is not None
        and owned <= member.assigned.keys()
    )
    if not is_answer_lost:
        how = "greater" if epoch > member.epoch else "smaller"
        raise ApiError(
            Error.FENCED_MEMBER_EPOCH,
            f"The consumer group member has a {how} member epoch ({epoch}) than the one"
            f" known by the group coordinator ({member.epoch}). The member must abandon"
            " all its partitions and rejoin.",
        )
