"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
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
class SyncGroupRequestAssignment:
    """TODO."""

    member_id: str = wire(STRING)
    """Id of the member."""
    assignment: bytes = wire(BYTES)
    """TODO."""


@request(api=14, versions="0-5", flexible="4+")
class SyncGroupRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    generation_id: int = wire(INT32)
    """TODO."""
    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(STRING, "3+", nullable="3+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    protocol_type: str | None = wire(
        STRING, "5+", nullable="5+", default=None, ignorable=True
    )
    """TODO."""
    protocol_name: str | None = wire(
        STRING, "5+", nullable="5+", default=None, ignorable=True
    )
    """TODO."""
    assignments: tuple[SyncGroupRequestAssignment, ...] = wire(
        array(SyncGroupRequestAssignment)
    )
    """TODO."""


@response(api=14, versions="0-5", flexible="4+")
class SyncGroupResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    protocol_type: str | None = wire(
        STRING, "5+", nullable="5+", default=None, ignorable=True
    )
    """TODO."""
    protocol_name: str | None = wire(
        STRING, "5+", nullable="5+", default=None, ignorable=True
    )
    """TODO."""
    assignment: bytes = wire(BYTES)
    """TODO."""
