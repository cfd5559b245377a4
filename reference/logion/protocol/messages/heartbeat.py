"""Heartbeat (API 12): a member of a classic group shows it is alive.

v0   0.9.0   the first form
v1   0.11.0  throttle time (KIP-124)
v2   2.0     quotas: the answer first, the pause after it (KIP-219)
v3   2.3     static members (KIP-345)
v4   2.4     flexible
"""

from __future__ import annotations

from logion.protocol.schema import INT16, INT32, STRING, request, response, wire


@request(api=12, versions="0-4", flexible="4+")
class HeartbeatRequest:
    """This member is alive."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    generation_id: int = wire(INT32)
    """Generation the member belongs to."""
    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(STRING, "3+", nullable="3+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""


@response(api=12, versions="0-4", flexible="4+")
class HeartbeatResponse:
    """Whether the member still belongs to the group."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """REBALANCE_IN_PROGRESS asks the member to join again; 0 if all is well."""
