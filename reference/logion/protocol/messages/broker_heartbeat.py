"""TODO."""

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
    """TODO."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    broker_epoch: int = wire(INT64, default=-1)
    """Number the broker got when it registered, new with every start; -1 if unknown."""
    current_metadata_offset: int = wire(INT64)
    """TODO."""
    want_fence: bool = wire(BOOL)
    """TODO."""
    want_shut_down: bool = wire(BOOL)
    """TODO."""
    offline_log_dirs: tuple[Uuid, ...] = wire(array(UUID), "1+", tag=0, default=())
    """TODO."""
    cordoned_log_dirs: tuple[Uuid, ...] = wire(array(UUID), "2+", tag=1, default=())
    """TODO."""


@response(api=63, versions="0-2", flexible="0+")
class BrokerHeartbeatResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    is_caught_up: bool = wire(BOOL, default=False)
    """TODO."""
    is_fenced: bool = wire(BOOL, default=True)
    """TODO."""
    should_shut_down: bool = wire(BOOL)
    """TODO."""
