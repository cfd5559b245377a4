"""StreamsGroupHeartbeat (API 88): membership of a streams group (KIP-1071).

Streams groups are not built: it is answered as where `streams.version` is 0.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.streams_group_heartbeat import (
    StreamsGroupHeartbeatRequest,
    StreamsGroupHeartbeatResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: StreamsGroupHeartbeatRequest
) -> StreamsGroupHeartbeatResponse:
    """Refuse every member."""
    return StreamsGroupHeartbeatResponse(
        throttle_time_ms=0,
        error_code=Error.UNSUPPORTED_VERSION,
        member_id="",
        member_epoch=0,
        heartbeat_interval_ms=0,
        acceptable_recovery_lag=0,
        task_offset_interval_ms=0,
        status=(),
        active_tasks=None,
        standby_tasks=None,
        warmup_tasks=None,
        endpoint_information_epoch=0,
        partitions_by_user_endpoint=None,
    )
