"""PushTelemetry (API 72): a client hands in its metrics (KIP-714).

Offered only by brokers with a receiver of client metrics.

v0   3.7     the only form so far
"""

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
    """These are my metrics."""

    client_instance_id: Uuid = wire(UUID)
    """Id of this run of the client."""
    subscription_id: int = wire(INT32)
    """Subscription the push follows; an old one is refused."""
    terminating: bool = wire(BOOL)
    """Whether the client is about to end: this push is its last."""
    compression_type: int = wire(INT8)
    """Codec of `metrics`: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd."""
    metrics: bytes = wire(BYTES)
    """The metrics, as OTLP MetricsData in protobuf."""


@response(api=72, versions="0", flexible="0+")
class PushTelemetryResponse:
    """Whether they were taken."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
