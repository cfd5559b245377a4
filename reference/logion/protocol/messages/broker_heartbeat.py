"""BrokerHeartbeat (API 63): a broker shows the KRaft controller it is alive (KIP-631).

v0   2.8     the first form
v1   3.7     log directories that failed (KIP-858)
v2   -       log directories closed to new replicas (KIP-1066)
"""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    BOOL,
    INT16,
    INT32,
    INT64,
    UUID,
    array,
    request,
    response,
    wire,
)


@request(api=63, versions="0-2", flexible="0+")
class BrokerHeartbeatRequest:
    """This broker is alive."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    broker_epoch: int = wire(INT64, default=-1)
    """Number the broker got when it registered, new with every start; -1 if unknown."""
    current_metadata_offset: int = wire(INT64)
    """Largest offset of the metadata log it has applied."""
    want_fence: bool = wire(BOOL)
    """Whether it wants to be fenced: not to serve for now."""
    want_shut_down: bool = wire(BOOL)
    """Whether it wants to stop in a controlled way."""
    offline_log_dirs: tuple[Uuid, ...] = wire(array(UUID), "1+", tag=0, default=())
    """Ids of its log directories that failed."""
    cordoned_log_dirs: tuple[Uuid, ...] = wire(array(UUID), "2+", tag=1, default=())
    """Ids of its log directories that take no new replicas."""


@response(api=63, versions="0-2", flexible="0+")
class BrokerHeartbeatResponse:
    """What the controller makes of the broker."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    is_caught_up: bool = wire(BOOL, default=False)
    """Whether the broker has applied enough of the metadata log."""
    is_fenced: bool = wire(BOOL, default=True)
    """Whether it is fenced."""
    should_shut_down: bool = wire(BOOL)
    """Whether it may stop now: it leads nothing any more."""
