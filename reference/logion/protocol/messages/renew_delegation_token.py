"""RenewDelegationToken (API 39): let a token live longer (KIP-48).

v0   1.1     the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.5     flexible
"""

from __future__ import annotations

from logion.protocol.schema import BYTES, INT16, INT32, INT64, request, response, wire


@request(api=39, versions="0-2", flexible="2+")
class RenewDelegationTokenRequest:
    """Renew this token."""

    hmac: bytes = wire(BYTES)
    """Secret of the token."""
    renew_period_ms: int = wire(INT64)
    """How long it shall live from now, in ms; below 0: as the broker is configured."""


@response(api=39, versions="0-2", flexible="2+")
class RenewDelegationTokenResponse:
    """The new end of the token."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    expiry_timestamp_ms: int = wire(INT64)
    """When it ends unless it is renewed, in ms since 1970."""
    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
