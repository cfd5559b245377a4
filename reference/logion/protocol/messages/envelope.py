"""Envelope (API 58): a broker forwards a client's request to the controller (KIP-590).

v0   2.8     the only form so far
"""

from __future__ import annotations

from logion.protocol.schema import BYTES, INT16, request, response, wire


@request(api=58, versions="0", flexible="0+")
class EnvelopeRequest:
    """A client sent this."""

    request_data: bytes = wire(BYTES)
    """The client's whole request, header included, without its size."""
    request_principal: bytes | None = wire(BYTES, nullable="0+")
    """Who the client is, in the broker's own form; null if it has none."""
    client_host_address: bytes = wire(BYTES)
    """The client's address: 4 or 16 bytes."""


@response(api=58, versions="0", flexible="0+")
class EnvelopeResponse:
    """The controller's answer."""

    response_data: bytes | None = wire(BYTES, nullable="0+", default=None)
    """The whole response, header included, without its size; null with an error."""
    error_code: int = wire(INT16)
    """Error of the forwarding itself; the response has its own."""
