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


@request(api=16, versions="0-5", flexible="3+")
class ListGroupsRequest:
    """TODO."""

    states_filter: tuple[str, ...] = wire(array(STRING), "4+", default=())
    """TODO."""
    types_filter: tuple[str, ...] = wire(array(STRING), "5+", default=())
    """TODO."""


@struct
class ListedGroup:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    protocol_type: str = wire(STRING)
    """TODO."""
    group_state: str = wire(STRING, "4+", default="", ignorable=True)
    """TODO."""
    group_type: str = wire(STRING, "5+", default="", ignorable=True)
    """TODO."""


@response(api=16, versions="0-5", flexible="3+")
class ListGroupsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    groups: tuple[ListedGroup, ...] = wire(array(ListedGroup))
    """TODO."""
