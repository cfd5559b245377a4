"""DescribeGroups (API 15): state and members of classic groups.

v3   what the client is allowed to do (KIP-430)
v4   static members (KIP-345)
v5   flexible
v6   GROUP_ID_NOT_FOUND, with a message, for a group that is not there (KIP-1043)
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import state_name
from logion.broker.permissions import (
    GROUP_OPERATIONS,
    NOT_ASKED,
    OLD_GROUP_OPERATIONS,
)
from logion.broker.state import BrokerState
from logion.group.classic.state import ClassicGroup, Member, State
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.describe_groups import (
    DescribedGroup,
    DescribedGroupMember,
    DescribeGroupsRequest,
    DescribeGroupsResponse,
)
from logion.protocol.releases import release
from logion.protocol.schema import replace

VERSION_WITH_NOT_FOUND = 6


async def handle(
    broker: BrokerState, context: Context, request: DescribeGroupsRequest
) -> DescribeGroupsResponse:
    """Return what is known of each group."""
    is_told_once = broker.release < release("2.3")
    asked = dict.fromkeys(request.groups) if is_told_once else request.groups
    groups = tuple(_describe(broker, context, it) for it in asked)
    if request.include_authorized_operations:
        groups = tuple(_with_operations(broker, it) for it in groups)
    return DescribeGroupsResponse(groups=groups)


def _with_operations(broker: BrokerState, group: DescribedGroup) -> DescribedGroup:
    operations = NOT_ASKED
    if group.error_code == Error.NONE:
        has_settings = broker.release >= release("4.0")
        operations = GROUP_OPERATIONS if has_settings else OLD_GROUP_OPERATIONS
    return replace(group, authorized_operations=operations)


def _describe(broker: BrokerState, context: Context, group_id: str) -> DescribedGroup:
    try:
        _, cell = broker.groups.find(group_id)
    except ApiError as failure:
        return _absent(context, group_id, "", failure)
    is_consumer = cell is not None and cell.consumer is not None
    if cell is None or is_consumer or not broker.groups.is_told(cell):
        dead = State.DEAD.value
        has_error = context.version >= VERSION_WITH_NOT_FOUND
        error = Error.GROUP_ID_NOT_FOUND if has_error else Error.NONE
        text = f"there is no group {group_id!r}"
        if is_consumer:
            text = f"Group {group_id} is not a classic group."
        absence = ApiError(error, text)
        return _absent(context, group_id, dead, absence)
    return _present(broker, cell.classic)


def _absent(
    context: Context, group_id: str, state: str, failure: ApiError
) -> DescribedGroup:
    has_message = context.version >= VERSION_WITH_NOT_FOUND
    return DescribedGroup(
        error_code=failure.error,
        error_message=failure.message if has_message else None,
        group_id=group_id,
        group_state=state,
        protocol_type="",
        protocol_data="",
        members=(),
    )


def _present(broker: BrokerState, group: ClassicGroup) -> DescribedGroup:
    protocol = group.protocol if group.state is State.STABLE else None
    return DescribedGroup(
        error_code=Error.NONE,
        group_id=group.id,
        group_state=state_name(broker, group.state),
        protocol_type=group.protocol_type or "",
        protocol_data=protocol or "",
        members=tuple(_member(it, protocol) for it in group.members.values()),
    )


def _member(member: Member, protocol: str | None) -> DescribedGroupMember:
    """Return a member; what it reads is told once the group is stable."""
    return DescribedGroupMember(
        member_id=member.id,
        group_instance_id=member.instance_id,
        client_id=member.client_id,
        client_host=member.client_host,
        member_metadata=b"" if protocol is None else member.metadata(protocol),
        member_assignment=b"" if protocol is None else member.assignment,
    )
