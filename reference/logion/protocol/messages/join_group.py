"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
    BYTES,
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
class JoinGroupRequestProtocol:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    metadata: bytes = wire(BYTES)
    """TODO."""


@request(api=11, versions="0-9", flexible="6+")
class JoinGroupRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    session_timeout_ms: int = wire(INT32)
    """TODO."""
    rebalance_timeout_ms: int = wire(INT32, "1+", default=-1, ignorable=True)
    """TODO."""
    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(STRING, "5+", nullable="5+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    protocol_type: str = wire(STRING)
    """TODO."""
    protocols: tuple[JoinGroupRequestProtocol, ...] = wire(
        array(JoinGroupRequestProtocol)
    )
    """TODO."""
    reason: str | None = wire(STRING, "8+", nullable="8+", default=None, ignorable=True)
    """TODO."""


@struct
class JoinGroupResponseMember:
    """TODO."""

    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(
        STRING, "5+", nullable="5+", default=None, ignorable=True
    )
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    metadata: bytes = wire(BYTES)
    """TODO."""


@response(api=11, versions="0-9", flexible="6+")
class JoinGroupResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "2+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    generation_id: int = wire(INT32, default=-1)
    """TODO."""
    protocol_type: str | None = wire(
        STRING, "7+", nullable="7+", default=None, ignorable=True
    )
    """TODO."""
    protocol_name: str | None = wire(STRING, nullable="7+")
    """TODO."""
    leader: str = wire(STRING)
    """TODO."""
    skip_assignment: bool = wire(BOOL, "9+", default=False)
    """TODO."""
    member_id: str = wire(STRING)
    """Id of the member."""
    members: tuple[JoinGroupResponseMember, ...] = wire(array(JoinGroupResponseMember))
    """TODO."""
