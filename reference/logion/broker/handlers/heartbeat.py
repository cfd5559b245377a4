"""Heartbeat (API 12): a member is alive, and hears whether it has to join again.

v3   static members (KIP-345)
v4   flexible
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import check_member_group_id
from logion.broker.state import BrokerState
from logion.group.classic.steps import Sender
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.heartbeat import HeartbeatRequest, HeartbeatResponse


async def handle(
    broker: BrokerState, context: Context, request: HeartbeatRequest
) -> HeartbeatResponse:
    """Return whether the member is one; while groups are loaded it is believed."""
    sender = Sender(request.member_id, request.generation_id, request.group_instance_id)
    try:
        check_member_group_id(broker, request.group_id)
        error = broker.groups.heartbeat(request.group_id, sender)
    except ApiError as failure:
        is_loading = failure.error is Error.COORDINATOR_LOAD_IN_PROGRESS
        error = Error.NONE if is_loading else failure.error
    return HeartbeatResponse(error_code=error)
