"""SyncGroup (API 14): the leader divides the work, every member gets its part.

v3   static members (KIP-345)
v4   flexible
v5   the member says which protocol it believes in (KIP-559)
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import check_member_group_id
from logion.broker.state import BrokerState
from logion.group.classic.steps import Sync, SyncAnswer
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.sync_group import SyncGroupRequest, SyncGroupResponse

VERSION_WITH_PROTOCOL = 5


async def handle(
    broker: BrokerState, context: Context, request: SyncGroupRequest
) -> SyncGroupResponse:
    """Return the member's part; a follower waits for the leader."""
    sync = Sync(
        request.member_id,
        request.group_instance_id,
        request.generation_id,
        {it.member_id: it.assignment for it in request.assignments},
        request.protocol_type,
        request.protocol_name,
    )
    try:
        if context.version >= VERSION_WITH_PROTOCOL:
            _check_protocol(request)
        check_member_group_id(broker, request.group_id)
        answer = await broker.groups.sync(
            request.group_id, sync, context.while_connected
        )
    except ApiError as failure:
        answer = SyncAnswer(_told(failure.error))
    return SyncGroupResponse(
        error_code=answer.error,
        protocol_type=answer.protocol_type,
        protocol_name=answer.protocol,
        assignment=answer.assignment,
    )


def _check_protocol(request: SyncGroupRequest) -> None:
    """Raise INCONSISTENT_GROUP_PROTOCOL for a member that does not say what it
    believes."""
    if request.protocol_type is None or request.protocol_name is None:
        text = "from v5 on a member names the protocol and its type"
        raise ApiError(Error.INCONSISTENT_GROUP_PROTOCOL, text)


def _told(error: Error) -> Error:
    """Return what the member is told: while groups are loaded it has to join again."""
    is_loading = error is Error.COORDINATOR_LOAD_IN_PROGRESS
    return Error.REBALANCE_IN_PROGRESS if is_loading else error
