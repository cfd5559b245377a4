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


@request(api=42, versions="0-2", flexible="2+")
class DeleteGroupsRequest:
    """TODO."""

    groups_names: tuple[str, ...] = wire(array(STRING))
    """TODO."""


@struct
class DeletableGroupResult:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@response(api=42, versions="0-2", flexible="2+")
class DeleteGroupsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    results: tuple[DeletableGroupResult, ...] = wire(array(DeletableGroupResult))
    """TODO."""
