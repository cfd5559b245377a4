"""Who may commit and read the offsets of a consumer group.

Source: KIP-848, "OffsetCommit API" and "OffsetFetch API"; KIP-1251 for commits with an
epoch that has passed.
"""

from __future__ import annotations

from logion.group.consumer.membership import member_of
from logion.group.consumer.state import (
    ConsumerGroup,
    Member,
    Settings,
    TopicIdPartition,
)
from logion.protocol.errors import ApiError, Error

EPOCH_VERSION = 9
"""The first version of OffsetCommit that a consumer member may use."""


def check_commit(
    group: ConsumerGroup,
    member_id: str,
    epoch: int,
    version: int,
    partitions: frozenset[TopicIdPartition],
    settings: Settings,
) -> None:
    """Raise ApiError if a member may not commit offsets of these partitions.

    UNKNOWN_MEMBER_ID; UNSUPPORTED_VERSION of OffsetCommit; STALE_MEMBER_EPOCH, to one
    of the classic protocol ILLEGAL_GENERATION. Who is no member may commit to an empty
    group. An older epoch will do for a partition that the member has had since.
    """
    if epoch < 0 and not group.members:
        return
    member = member_of(group, member_id)
    if member.classic is None and version < EPOCH_VERSION:
        raise ApiError(
            Error.UNSUPPORTED_VERSION,
            f"OffsetCommit version {EPOCH_VERSION} or above must be used by members"
            " using the consumer group protocol",
        )
    if epoch == member.epoch:
        return
    if not settings.has_assignment_epochs or epoch > member.epoch:
        raise _stale(member, f"epoch {epoch} where {member.epoch} is expected")
    for partition in sorted(partitions):
        since = member.assigned.get(partition, member.revoking.get(partition))
        if since is None:
            raise _stale(
                member, f"partition {partition.partition} is not assigned to the member"
            )
        if epoch < since:
            raise _stale(member, f"epoch {epoch} is older than the assignment, {since}")


def check_fetch(group: ConsumerGroup, member_id: str | None, epoch: int) -> None:
    """Raise ApiError if a member may not read the group's offsets.

    UNKNOWN_MEMBER_ID; STALE_MEMBER_EPOCH, or ILLEGAL_GENERATION to one of the classic
    protocol. Who says nothing of itself may.
    """
    if member_id is None and epoch < 0:
        return
    member = member_of(group, member_id or "")
    if epoch != member.epoch:
        raise _stale(member, f"epoch {epoch} where {member.epoch} is expected")


def _stale(member: Member, text: str) -> ApiError:
    is_classic = member.classic is not None
    error = Error.ILLEGAL_GENERATION if is_classic else Error.STALE_MEMBER_EPOCH
    return ApiError(error, f"Member {member.member_id}: {text}.")
