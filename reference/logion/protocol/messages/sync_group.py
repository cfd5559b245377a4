"""SyncGroup (API 14): the leader hands in the assignment, every member gets its part.

v0   0.9.0   the first form
v1   0.11.0  throttle time (KIP-124)
v2   2.0     quotas: the answer first, the pause after it (KIP-219)
v3   2.3     static members (KIP-345)
v4   2.4     flexible
v5   2.5     protocol type and name, to be checked (KIP-559)
"""

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
    """The part of one member."""

    member_id: str = wire(STRING)
    """Id of the member."""
    assignment: bytes = wire(BYTES)
    """Its work: for consumers, a ConsumerProtocolAssignment."""


@request(api=14, versions="0-5", flexible="4+")
class SyncGroupRequest:
    """Give me my part; from the leader: here are all parts."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    generation_id: int = wire(INT32)
    """Generation the member belongs to."""
    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(STRING, "3+", nullable="3+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    protocol_type: str | None = wire(
        STRING, "5+", nullable="5+", default=None, ignorable=True
    )
    """What kind of group the member believes this is; null: do not compare."""
    protocol_name: str | None = wire(
        STRING, "5+", nullable="5+", default=None, ignorable=True
    )
    """Protocol the member believes was chosen; null: do not compare."""
    assignments: tuple[SyncGroupRequestAssignment, ...] = wire(
        array(SyncGroupRequestAssignment)
    )
    """From the leader, the part of every member; from others, empty."""


@response(api=14, versions="0-5", flexible="4+")
class SyncGroupResponse:
    """The member's part."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    protocol_type: str | None = wire(
        STRING, "5+", nullable="5+", default=None, ignorable=True
    )
    """What kind of group this is; null with an error."""
    protocol_name: str | None = wire(
        STRING, "5+", nullable="5+", default=None, ignorable=True
    )
    """The chosen protocol; null with an error."""
    assignment: bytes = wire(BYTES)
    """Its work: for consumers, a ConsumerProtocolAssignment; empty if it gets none."""
