"""TODO."""

from __future__ import annotations

from logion.protocol.schema import BYTES, INT16, INT64, STRING, request, response, wire


@request(api=36, versions="0-2", flexible="2+")
class SaslAuthenticateRequest:
    """TODO."""

    auth_bytes: bytes = wire(BYTES)
    """TODO."""


@response(api=36, versions="0-2", flexible="2+")
class SaslAuthenticateResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    auth_bytes: bytes = wire(BYTES)
    """TODO."""
    session_lifetime_ms: int = wire(INT64, "1+", default=0, ignorable=True)
    """TODO."""
