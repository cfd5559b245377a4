"""UnregisterBroker (API 64): forget a broker that will not come back (KIP-631).

v0   2.8     the only form so far
"""

from __future__ import annotations

from logion.protocol.schema import INT16, INT32, STRING, request, response, wire


@request(api=64, versions="0", flexible="0+")
class UnregisterBrokerRequest:
    """Forget this broker."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""


@response(api=64, versions="0", flexible="0+")
class UnregisterBrokerResponse:
    """Whether it was forgotten."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
