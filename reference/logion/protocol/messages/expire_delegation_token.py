"""ExpireDelegationToken (API 40): end a token, now or at a given time (KIP-48).

v0   1.1     the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.5     flexible
"""

from __future__ import annotations

from logion.protocol.schema import BYTES, INT16, INT32, INT64, request, response, wire


@request(api=40, versions="0-2", flexible="2+")
class ExpireDelegationTokenRequest:
    """End this token."""

    hmac: bytes = wire(BYTES)
    """Secret of the token."""
    expiry_time_period_ms: int = wire(INT64)
    """How long it shall still live, in ms; below 0: it is deleted at once."""


@response(api=40, versions="0-2", flexible="2+")
class ExpireDelegationTokenResponse:
    """The new end of the token."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    expiry_timestamp_ms: int = wire(INT64)
    """When it ends, in ms since 1970."""
    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
