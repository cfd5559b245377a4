"""TODO."""

from __future__ import annotations

from logion.protocol.schema import BYTES, INT16, request, response, wire


@request(api=58, versions="0", flexible="0+")
class EnvelopeRequest:
    """TODO."""

    request_data: bytes = wire(BYTES)
    """TODO."""
    request_principal: bytes | None = wire(BYTES, nullable="0+")
    """TODO."""
    client_host_address: bytes = wire(BYTES)
    """TODO."""


@response(api=58, versions="0", flexible="0+")
class EnvelopeResponse:
    """TODO."""

    response_data: bytes | None = wire(BYTES, nullable="0+", default=None)
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
