"""DescribeGroups (API 15): state and members of classic groups.

v0   0.9.0   the first form
v1   0.11.0  throttle time (KIP-124)
v2   2.0     quotas: the answer first, the pause after it (KIP-219)
v3   2.3     authorized operations (KIP-430)
v4   2.4     static members (KIP-345)
v5   2.4     flexible
v6   4.0     error messages; GROUP_ID_NOT_FOUND for a group that is not there (KIP-1043)
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


@request(api=15, versions="0-6", flexible="5+")
class DescribeGroupsRequest:
    """Describe these groups."""

    groups: tuple[str, ...] = wire(array(STRING))
    """Names of the groups."""
    include_authorized_operations: bool = wire(BOOL, "3+", default=False)
    """Whether to say what the caller may do with each group."""


@struct
class DescribedGroupMember:
    """A member of a group."""

    member_id: str = wire(STRING)
    """Id of the member."""
    group_instance_id: str | None = wire(
        STRING, "4+", nullable="4+", default=None, ignorable=True
    )
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    client_id: str = wire(STRING)
    """The member's `client.id`, as its requests name it."""
    client_host: str = wire(STRING)
    """Address the member connects from."""
    member_metadata: bytes = wire(BYTES)
    """What the member sent for the chosen protocol: for consumers, a
    ConsumerProtocolSubscription.
    """
    member_assignment: bytes = wire(BYTES)
    """Its work: for consumers, a ConsumerProtocolAssignment."""


@struct
class DescribedGroup:
    """A group and its members."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, "6+", nullable="6+", default=None)
    """The error in words; null if there is none."""
    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    group_state: str = wire(STRING)
    """Empty, PreparingRebalance, CompletingRebalance, Stable or Dead (which also stands
    for "no such group").
    """
    protocol_type: str = wire(STRING)
    """What kind of group it is, such as `consumer`; empty if unknown."""
    protocol_data: str = wire(STRING)
    """Name of the chosen protocol, such as `range`; empty unless the group is stable.
    """
    members: tuple[DescribedGroupMember, ...] = wire(array(DescribedGroupMember))
    """Its members."""
    authorized_operations: int = wire(INT32, "3+", default=-0x8000_0000)
    """Bit field of what the caller may do: bit n for operation code n as in
    DescribeAcls; the smallest int32 if not asked for.
    """


@response(api=15, versions="0-6", flexible="5+")
class DescribeGroupsResponse:
    """The groups."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    groups: tuple[DescribedGroup, ...] = wire(array(DescribedGroup))
    """One description per group asked for."""
