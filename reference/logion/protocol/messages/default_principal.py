"""TODO."""

from __future__ import annotations

from logion.protocol.schema import BOOL, STRING, message, wire


@message(versions="0", flexible="0+")
class DefaultPrincipalData:
    """TODO."""

    type: str = wire(STRING)
    """TODO."""
    name: str = wire(STRING)
    """TODO."""
    token_authenticated: bool = wire(BOOL)
    """TODO."""
