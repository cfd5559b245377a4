"""ConsumerGroupHeartbeat (API 68): membership of a consumer group (KIP-848).

v0   a member joins without an id and is given one
v1   it brings an id of its own (KIP-1082); subscriptions by pattern

A pattern is looked up before the first answer, in Apache Kafka soon after it.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import check_consumer_protocol, host_of
from logion.broker.state import BrokerState
from logion.cluster.metadata import random_uuid
from logion.group.consumer.state import Client
from logion.group.consumer.validation import check_heartbeat
from logion.names import format_uuid
from logion.protocol.errors import ApiError
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
)
from logion.protocol.schema import replace


async def handle(
    broker: BrokerState, context: Context, request: ConsumerGroupHeartbeatRequest
) -> ConsumerGroupHeartbeatResponse:
    """Let a member join, stay or leave; returns what it should do."""
    try:
        check_consumer_protocol(broker)
        check_heartbeat(request, context.version, broker.groups.settings.consumer)
        if not request.member_id:
            member_id = format_uuid(random_uuid(broker.chance))
            request = replace(request, member_id=member_id)
        client = Client(context.client_id, host_of(context))
        return await broker.groups.consumer_heartbeat(request, client)
    except ApiError as failure:
        return ConsumerGroupHeartbeatResponse(
            throttle_time_ms=0,
            error_code=failure.error,
            error_message=failure.message,
            member_epoch=0,
            heartbeat_interval_ms=0,
        )
