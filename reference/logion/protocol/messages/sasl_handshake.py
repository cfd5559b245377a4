"""TODO."""

from __future__ import annotations

from logion.protocol.schema import INT16, STRING, array, request, response, wire


@request(api=17, versions="0-1")
class SaslHandshakeRequest:
    """TODO."""

    mechanism: str = wire(STRING)
    """TODO."""


@response(api=17, versions="0-1")
class SaslHandshakeResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    mechanisms: tuple[str, ...] = wire(array(STRING))
    """TODO."""
