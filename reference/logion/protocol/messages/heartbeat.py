"""TODO."""

from __future__ import annotations

from logion.protocol.schema import INT16, INT32, STRING, request, response, wire


@request(api=12, versions="0-4", flexible="4+")
class HeartbeatRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    generation_id: int = wire(INT32)
    """TODO."""
    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(STRING, "3+", nullable="3+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""


@response(api=12, versions="0-4", flexible="4+")
class HeartbeatResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
