"""ConsumerGroupDescribe (API 69): state and members of consumer groups (KIP-848).

v1   which protocol each member speaks (KIP-1099)
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import check_consumer_protocol, check_group_id
from logion.broker.permissions import GROUP_OPERATIONS, NOT_ASKED
from logion.broker.state import BrokerState
from logion.group.consumer.describing import described
from logion.group.consumer_groups import consumer_group_of
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.consumer_group_describe import (
    ConsumerGroupDescribeRequest,
    ConsumerGroupDescribeResponse,
    DescribedGroup,
)
from logion.protocol.schema import replace

VERSION_WITH_PROTOCOL = 1


async def handle(
    broker: BrokerState, context: Context, request: ConsumerGroupDescribeRequest
) -> ConsumerGroupDescribeResponse:
    """Return what is known of each group."""
    groups = tuple(_describe(broker, context, it) for it in request.group_ids)
    if request.include_authorized_operations:
        groups = tuple(_with_operations(it) for it in groups)
    return ConsumerGroupDescribeResponse(throttle_time_ms=0, groups=groups)


def _with_operations(group: DescribedGroup) -> DescribedGroup:
    is_found = group.error_code == Error.NONE
    operations = GROUP_OPERATIONS if is_found else NOT_ASKED
    return replace(group, authorized_operations=operations)


def _describe(broker: BrokerState, context: Context, group_id: str) -> DescribedGroup:
    groups = broker.groups
    try:
        check_consumer_protocol(broker)
        check_group_id(group_id)
        _, cell = groups.find(group_id)
        group = consumer_group_of(cell, group_id)
    except ApiError as failure:
        return _absent(group_id, failure)
    return described(
        group,
        groups.image,
        groups.settings.consumer,
        tells_protocol=context.version >= VERSION_WITH_PROTOCOL,
    )


def _absent(group_id: str, failure: ApiError) -> DescribedGroup:
    return DescribedGroup(
        error_code=failure.error,
        error_message=failure.message,
        group_id=group_id,
        group_state="",
        group_epoch=0,
        assignment_epoch=0,
        assignor_name="",
        members=(),
    )
