"""LeaveGroup (API 13): members leave, or are removed by a tool.

v3   several members, each with its own error; static members by instance id (KIP-345)
v4   flexible
v5   why they leave (KIP-800)
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import check_member_group_id
from logion.broker.state import BrokerState
from logion.group.classic.steps import Leaver
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.leave_group import (
    LeaveGroupRequest,
    LeaveGroupResponse,
    MemberResponse,
)

VERSION_WITH_MEMBERS = 3


async def handle(
    broker: BrokerState, context: Context, request: LeaveGroupRequest
) -> LeaveGroupResponse:
    """Take the members out; the others have to divide the work anew."""
    has_members = context.version >= VERSION_WITH_MEMBERS
    leavers = (
        [Leaver(it.member_id, it.group_instance_id) for it in request.members]
        if has_members
        else [Leaver(request.member_id)]
    )
    try:
        check_member_group_id(broker, request.group_id)
        errors = broker.groups.leave(request.group_id, leavers)
    except ApiError as failure:
        return LeaveGroupResponse(error_code=failure.error)
    if not has_members:
        return LeaveGroupResponse(error_code=errors[0])
    return LeaveGroupResponse(
        error_code=Error.NONE,
        members=tuple(
            MemberResponse(
                member_id=it.member_id,
                group_instance_id=it.instance_id,
                error_code=error,
            )
            for it, error in zip(leavers, errors, strict=True)
        ),
    )
