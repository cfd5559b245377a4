"""GetTelemetrySubscriptions (API 71): what metrics a broker wants (KIP-714).

Offered only by brokers with a receiver of client metrics.

v0   3.7     the only form so far
"""

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
    """Which metrics do you want?"""

    client_instance_id: Uuid = wire(UUID)
    """Id of this run of the client; zero at first: the broker makes one up."""


@response(api=71, versions="0", flexible="0+")
class GetTelemetrySubscriptionsResponse:
    """These, and so often."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    client_instance_id: Uuid = wire(UUID)
    """Id of this run of the client, to be used from now on."""
    subscription_id: int = wire(INT32)
    """Checksum of the subscription: a push names it."""
    accepted_compression_types: tuple[int, ...] = wire(array(INT8))
    """Codecs a push may use, the best first: 1 gzip, 2 snappy, 3 lz4, 4 zstd; empty:
    none.
    """
    push_interval_ms: int = wire(INT32)
    """How often to push, in ms."""
    telemetry_max_bytes: int = wire(INT32)
    """Most bytes of a push, before it is compressed."""
    delta_temporality: bool = wire(BOOL)
    """Whether counters are pushed as differences; if not, as totals."""
    requested_metrics: tuple[str, ...] = wire(array(STRING))
    """Prefixes of the metrics wanted; empty: none, one empty string: all."""
