"""TODO."""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    BOOL,
    INT8,
    INT16,
    INT32,
    STRING,
    UUID,
    array,
    request,
    response,
    wire,
)


@request(api=71, versions="0", flexible="0+")
class GetTelemetrySubscriptionsRequest:
    """TODO."""

    client_instance_id: Uuid = wire(UUID)
    """TODO."""


@response(api=71, versions="0", flexible="0+")
class GetTelemetrySubscriptionsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    client_instance_id: Uuid = wire(UUID)
    """TODO."""
    subscription_id: int = wire(INT32)
    """TODO."""
    accepted_compression_types: tuple[int, ...] = wire(array(INT8))
    """TODO."""
    push_interval_ms: int = wire(INT32)
    """TODO."""
    telemetry_max_bytes: int = wire(INT32)
    """TODO."""
    delta_temporality: bool = wire(BOOL)
    """TODO."""
    requested_metrics: tuple[str, ...] = wire(array(STRING))
    """TODO."""
