"""LeaveGroup (API 13): members leave a classic group.

v0   0.9.0   the first form
v1   0.11.0  throttle time (KIP-124)
v2   2.0     quotas: the answer first, the pause after it (KIP-219)
v3   2.4     several members at once, static ones by instance id (KIP-345)
v4   2.4     flexible
v5   3.2     the member may say why (KIP-800)
"""

from __future__ import annotations

from logion.protocol.schema import (
    INT16,
    INT32,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class MemberIdentity:
    """A member that leaves."""

    member_id: str = wire(STRING)
    """Id of the member; empty if the instance id names it."""
    group_instance_id: str | None = wire(STRING, nullable="0+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    reason: str | None = wire(STRING, "5+", nullable="5+", default=None, ignorable=True)
    """Why it leaves, for the broker's log; null if it does not say."""


@request(api=13, versions="0-5", flexible="4+")
class LeaveGroupRequest:
    """Remove these members."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING, "0-2", default="")
    """Id of the member that leaves; from v3 on see `members`."""
    members: tuple[MemberIdentity, ...] = wire(array(MemberIdentity), "3+", default=())
    """The members that leave."""


@struct
class MemberResponse:
    """Result for one member."""

    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(STRING, nullable="0+")
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@response(api=13, versions="0-5", flexible="4+")
class LeaveGroupResponse:
    """Which members were removed."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """Error of the whole request; in v0 to v2 of the one member. 0 if none."""
    members: tuple[MemberResponse, ...] = wire(array(MemberResponse), "3+", default=())
    """The result of each member."""
