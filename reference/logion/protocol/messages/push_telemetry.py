"""TODO."""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    BOOL,
    BYTES,
    INT8,
    INT16,
    INT32,
    UUID,
    request,
    response,
    wire,
)


@request(api=72, versions="0", flexible="0+")
class PushTelemetryRequest:
    """TODO."""

    client_instance_id: Uuid = wire(UUID)
    """TODO."""
    subscription_id: int = wire(INT32)
    """TODO."""
    terminating: bool = wire(BOOL)
    """TODO."""
    compression_type: int = wire(INT8)
    """TODO."""
    metrics: bytes = wire(BYTES)
    """TODO."""


@response(api=72, versions="0", flexible="0+")
class PushTelemetryResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
