"""ListGroups (API 16): the groups this broker coordinates.

v0   0.9.0   the first form
v1   0.11.0  throttle time (KIP-124)
v2   2.0     quotas: the answer first, the pause after it (KIP-219)
v3   2.4     flexible
v4   2.6     filter by state (KIP-518)
v5   3.8     filter by type (KIP-848)
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


@request(api=16, versions="0-5", flexible="3+")
class ListGroupsRequest:
    """List the groups."""

    states_filter: tuple[str, ...] = wire(array(STRING), "4+", default=())
    """States to list, such as `Stable`; empty: any."""
    types_filter: tuple[str, ...] = wire(array(STRING), "5+", default=())
    """Types to list: `classic`, `consumer`, `share`, `streams`; empty: any."""


@struct
class ListedGroup:
    """A group."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    protocol_type: str = wire(STRING)
    """What kind of group it is, such as `consumer`; empty for a group that only stores
    offsets.
    """
    group_state: str = wire(STRING, "4+", default="", ignorable=True)
    """Its state, such as `Stable`."""
    group_type: str = wire(STRING, "5+", default="", ignorable=True)
    """Its type: `classic`, `consumer`, `share` or `streams`."""


@response(api=16, versions="0-5", flexible="3+")
class ListGroupsResponse:
    """The groups."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    groups: tuple[ListedGroup, ...] = wire(array(ListedGroup))
    """The groups this broker coordinates, as filtered."""
