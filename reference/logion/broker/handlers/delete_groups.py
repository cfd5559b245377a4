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
from logion.protocol.releases import release


async def handle(
    broker: BrokerState, context: Context, request: DeleteGroupsRequest
) -> DeleteGroupsResponse:
    """Forget what may be forgotten; each group has its own error."""
    return DeleteGroupsResponse(
        throttle_time_ms=0,
        results=tuple(
            DeletableGroupResult(group_id=it, error_code=_delete(broker, it))
            for it in dict.fromkeys(request.groups_names)
        ),
    )


def _delete(broker: BrokerState, group_id: str) -> Error:
    if not group_id and broker.release < release("2.0"):
        return Error.INVALID_GROUP_ID
    try:
        delete_group(broker.groups, group_id)
    except ApiError as failure:
        return failure.error
    return Error.NONE
