"""DeleteGroups (API 42): delete groups without members, and their offsets (KIP-229).

v0   1.1     the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.4     flexible
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


@request(api=42, versions="0-2", flexible="2+")
class DeleteGroupsRequest:
    """Delete these groups."""

    groups_names: tuple[str, ...] = wire(array(STRING))
    """Names of the groups."""


@struct
class DeletableGroupResult:
    """Result for one group."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    error_code: int = wire(INT16)
    """NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND or another `Error` code; 0 if it was deleted.
    """


@response(api=42, versions="0-2", flexible="2+")
class DeleteGroupsResponse:
    """Which groups were deleted."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    results: tuple[DeletableGroupResult, ...] = wire(array(DeletableGroupResult))
    """The result of each group."""
