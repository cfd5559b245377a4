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


@request(api=15, versions="0-6", flexible="5+")
class DescribeGroupsRequest:
    """TODO."""

    groups: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    include_authorized_operations: bool = wire(BOOL, "3+", default=False)
    """Whether to say what the caller may do with each group."""


@struct
class DescribedGroupMember:
    """TODO."""

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
    """TODO."""
    member_assignment: bytes = wire(BYTES)
    """TODO."""


@struct
class DescribedGroup:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, "6+", nullable="6+", default=None)
    """The error in words; null if there is none."""
    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    group_state: str = wire(STRING)
    """TODO."""
    protocol_type: str = wire(STRING)
    """TODO."""
    protocol_data: str = wire(STRING)
    """TODO."""
    members: tuple[DescribedGroupMember, ...] = wire(array(DescribedGroupMember))
    """TODO."""
    authorized_operations: int = wire(INT32, "3+", default=-0x8000_0000)
    """Bit field of what the caller may do: bit n for operation code n as in
    DescribeAcls; the smallest int32 if not asked for.
    """


@response(api=15, versions="0-6", flexible="5+")
class DescribeGroupsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    groups: tuple[DescribedGroup, ...] = wire(array(DescribedGroup))
    """TODO."""
