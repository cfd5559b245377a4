"""SaslAuthenticate (API 36): one step of a SASL exchange (KIP-152).

v0   1.0     the first form
v1   2.2     the broker says when to authenticate again (KIP-368)
v2   2.5     flexible
"""

from __future__ import annotations

from logion.protocol.schema import BYTES, INT16, INT64, STRING, request, response, wire


@request(api=36, versions="0-2", flexible="2+")
class SaslAuthenticateRequest:
    """The client's next message."""

    auth_bytes: bytes = wire(BYTES)
    """The message, as the mechanism defines it."""


@response(api=36, versions="0-2", flexible="2+")
class SaslAuthenticateResponse:
    """The broker's next message."""

    error_code: int = wire(INT16)
    """SASL_AUTHENTICATION_FAILED ends the exchange; 0 if all is well."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    auth_bytes: bytes = wire(BYTES)
    """The message, as the mechanism defines it; empty with an error."""
    session_lifetime_ms: int = wire(INT64, "1+", default=0, ignorable=True)
    """How long the connection may go on without authenticating again, in ms; 0: without
    end.
    """
