"""JoinGroup (API 11): become a member of a classic group, or rejoin it.

v1   the rebalance timeout is its own (KIP-62)
v4   MEMBER_ID_REQUIRED: the client has to know its id before it is a member (KIP-394)
v5   static members (KIP-345)
v6   flexible
v7   the answer names the protocol type (KIP-559)
v8   why it joins (KIP-800)
v9   a leader that came back may be told to keep the assignment (KIP-814)
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import check_group_id, host_of
from logion.broker.state import BrokerState
from logion.group.classic.steps import Join, JoinAnswer
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.join_group import (
    JoinGroupRequest,
    JoinGroupResponse,
    JoinGroupResponseMember,
)
from logion.protocol.releases import release

VERSION_WITH_REBALANCE_TIMEOUT = 1
VERSION_WITH_REQUIRED_ID = 4
VERSION_WITH_NULLABLE_PROTOCOL = 7
VERSION_WITH_SKIPPED_ASSIGNMENT = 9


async def handle(
    broker: BrokerState, context: Context, request: JoinGroupRequest
) -> JoinGroupResponse:
    """Let the client in; answers when all members have joined, or time is up."""
    try:
        check_group_id(request.group_id)
        join = _join(broker, context, request)
        answer = await broker.groups.join(
            request.group_id, join, context.while_connected
        )
    except ApiError as failure:
        answer = JoinAnswer(failure.error, request.member_id)
    return _response(broker, answer, context.version)


def _join(broker: BrokerState, context: Context, request: JoinGroupRequest) -> Join:
    version = context.version
    has_own = version >= VERSION_WITH_REBALANCE_TIMEOUT
    prefix = request.group_instance_id or context.client_id
    return Join(
        request.member_id,
        broker.new_member_id(prefix),
        request.group_instance_id,
        context.client_id,
        host_of(context),
        request.session_timeout_ms,
        request.rebalance_timeout_ms if has_own else request.session_timeout_ms,
        request.protocol_type,
        tuple((it.name, it.metadata) for it in request.protocols),
        must_have_id=version >= VERSION_WITH_REQUIRED_ID,
        may_skip_assignment=version >= VERSION_WITH_SKIPPED_ASSIGNMENT,
    )


def _generation(broker: BrokerState, answer: JoinAnswer) -> int:
    """Return the generation that is told; of who is refused it was 0 before 2.2."""
    if answer.error is not Error.NONE and broker.release < release("2.2"):
        return 0
    return answer.generation


def _response(
    broker: BrokerState, answer: JoinAnswer, version: int
) -> JoinGroupResponse:
    protocol = answer.protocol
    if protocol is None and version < VERSION_WITH_NULLABLE_PROTOCOL:
        protocol = ""
    return JoinGroupResponse(
        error_code=answer.error,
        generation_id=_generation(broker, answer),
        protocol_type=answer.protocol_type,
        protocol_name=protocol,
        leader=answer.leader or "",
        skip_assignment=answer.skip_assignment,
        member_id=answer.member_id,
        members=tuple(
            JoinGroupResponseMember(
                member_id=it.member_id,
                group_instance_id=it.instance_id,
                metadata=it.metadata,
            )
            for it in answer.members
        ),
    )
