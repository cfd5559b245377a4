"""DeleteGroups (API 42): forget groups without members, and their offsets (KIP-229)."""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.group.committing import delete_group
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.delete_groups import (
    DeletableGroupResult,
    DeleteGroupsRequest,
    DeleteGroupsResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: DeleteGroupsRequest
) -> DeleteGroupsResponse:
    """Forget what may be forgotten; each group has its own error."""
    return DeleteGroupsResponse(
        throttle_time_ms=0,
        results=tuple(
            DeletableGroupResult(group_id=it, error_code=_delete(broker, it))
            for it in request.groups_names
        ),
    )


def _delete(broker: BrokerState, group_id: str) -> Error:
    try:
        delete_group(broker.groups, group_id)
    except ApiError as failure:
        return failure.error
    return Error.NONE
