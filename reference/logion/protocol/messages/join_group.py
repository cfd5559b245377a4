"""JoinGroup (API 11): become a member of a classic group, or rejoin it.

The answer comes when all members have joined or the rebalance timeout has passed.

v0   0.9.0   the first form
v1   0.10.1  the rebalance timeout is its own (KIP-62)
v2   0.11.0  throttle time (KIP-124)
v3   2.0     quotas: the answer first, the pause after it (KIP-219)
v4   2.2     a first join gets MEMBER_ID_REQUIRED and an id to join with (KIP-394)
v5   2.3     static members (KIP-345)
v6   2.4     flexible
v7   2.5     the answer names the protocol type (KIP-559)
v8   3.2     the member may say why it joins (KIP-800)
v9   3.2     the leader may be told to keep the assignment (KIP-814)
"""

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
    """A way to divide the work: for consumers, an assignor."""

    name: str = wire(STRING)
    """Its name, such as `range`."""
    metadata: bytes = wire(BYTES)
    """What the group's leader needs to know of the member: for consumers, a
    ConsumerProtocolSubscription.
    """


@request(api=11, versions="0-9", flexible="6+")
class JoinGroupRequest:
    """Let this client into the group."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    session_timeout_ms: int = wire(INT32)
    """The member is removed if it sends no heartbeat for so long, in ms."""
    rebalance_timeout_ms: int = wire(INT32, "1+", default=-1, ignorable=True)
    """How long the member may take to join again in a rebalance, in ms; -1: the session
    timeout (v0).
    """
    member_id: str = wire(STRING)
    """Id the coordinator gave to the member; empty at its first join."""
    group_instance_id: str | None = wire(STRING, "5+", nullable="5+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    protocol_type: str = wire(STRING)
    """What kind of group this is: `consumer`, `connect`; all members must agree."""
    protocols: tuple[JoinGroupRequestProtocol, ...] = wire(
        array(JoinGroupRequestProtocol)
    )
    """Ways to divide the work that the member knows, the one it likes best first."""
    reason: str | None = wire(STRING, "8+", nullable="8+", default=None, ignorable=True)
    """Why the member joins, for the broker's log; null if it does not say."""


@struct
class JoinGroupResponseMember:
    """A member, as its leader sees it."""

    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(
        STRING, "5+", nullable="5+", default=None, ignorable=True
    )
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    metadata: bytes = wire(BYTES)
    """What the member sent for the chosen protocol."""


@response(api=11, versions="0-9", flexible="6+")
class JoinGroupResponse:
    """The new generation of the group."""

    throttle_time_ms: int = wire(INT32, "2+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    generation_id: int = wire(INT32, default=-1)
    """Number of the generation; -1 with an error."""
    protocol_type: str | None = wire(
        STRING, "7+", nullable="7+", default=None, ignorable=True
    )
    """What kind of group this is; null with an error."""
    protocol_name: str | None = wire(STRING, nullable="7+")
    """The way to divide the work that all members know; null with an error (empty
    before v7).
    """
    leader: str = wire(STRING)
    """Id of the member that has to divide the work."""
    skip_assignment: bool = wire(BOOL, "9+", default=False)
    """Whether the leader should leave the assignment as it is."""
    member_id: str = wire(STRING)
    """Id of this member, new if it had none."""
    members: tuple[JoinGroupResponseMember, ...] = wire(array(JoinGroupResponseMember))
    """For the leader, every member; for all others, empty."""
