"""TODO."""

from __future__ import annotations

from logion.protocol.schema import BYTES, INT16, INT32, INT64, request, response, wire


@request(api=40, versions="0-2", flexible="2+")
class ExpireDelegationTokenRequest:
    """TODO."""

    hmac: bytes = wire(BYTES)
    """TODO."""
    expiry_time_period_ms: int = wire(INT64)
    """TODO."""


@response(api=40, versions="0-2", flexible="2+")
class ExpireDelegationTokenResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    expiry_timestamp_ms: int = wire(INT64)
    """TODO."""
    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
