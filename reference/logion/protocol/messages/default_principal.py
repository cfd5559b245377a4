"""Who a client is, as an Envelope carries it to the controller (KIP-590)."""

from __future__ import annotations

from logion.protocol.schema import BOOL, STRING, message, wire


@message(versions="0", flexible="0+")
class DefaultPrincipalData:
    """A principal of Kafka's built-in kind."""

    type: str = wire(STRING)
    """Its type: `User`."""
    name: str = wire(STRING)
    """Its name."""
    token_authenticated: bool = wire(BOOL)
    """Whether it came in by a delegation token."""
