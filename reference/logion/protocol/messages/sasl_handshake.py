"""SaslHandshake (API 17): choose how to authenticate (KIP-43).

v0   0.10.0  the mechanism's bytes follow in bare frames: int32 size, bytes
v1   1.0     they follow in SaslAuthenticate requests (KIP-152)
"""

from __future__ import annotations

from logion.protocol.schema import INT16, STRING, array, request, response, wire


@request(api=17, versions="0-1")
class SaslHandshakeRequest:
    """The client wants to use this mechanism."""

    mechanism: str = wire(STRING)
    """Name of the SASL mechanism, such as `PLAIN` or `SCRAM-SHA-256`."""


@response(api=17, versions="0-1")
class SaslHandshakeResponse:
    """Whether the broker agrees."""

    error_code: int = wire(INT16)
    """UNSUPPORTED_SASL_MECHANISM if it does not; else 0."""
    mechanisms: tuple[str, ...] = wire(array(STRING))
    """Every mechanism the broker offers on this listener."""
