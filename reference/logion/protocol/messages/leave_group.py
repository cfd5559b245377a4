"""TODO."""

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
    """TODO."""

    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(STRING, nullable="0+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    reason: str | None = wire(STRING, "5+", nullable="5+", default=None, ignorable=True)
    """TODO."""


@request(api=13, versions="0-5", flexible="4+")
class LeaveGroupRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING, "0-2", default="")
    """Id of the member."""
    members: tuple[MemberIdentity, ...] = wire(array(MemberIdentity), "3+", default=())
    """TODO."""


@struct
class MemberResponse:
    """TODO."""

    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(STRING, nullable="0+")
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@response(api=13, versions="0-5", flexible="4+")
class LeaveGroupResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    members: tuple[MemberResponse, ...] = wire(array(MemberResponse), "3+", default=())
    """TODO."""
