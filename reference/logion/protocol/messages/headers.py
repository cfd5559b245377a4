"""TODO."""

from __future__ import annotations

from logion.protocol.schema import INT16, INT32, STRING, message, wire


@message(versions="0-2", flexible="2+")
class RequestHeader:
    """TODO."""

    request_api_key: int = wire(INT16)
    """TODO."""
    request_api_version: int = wire(INT16)
    """TODO."""
    correlation_id: int = wire(INT32)
    """TODO."""
    client_id: str | None = wire(
        STRING, "1+", nullable="1+", default="", ignorable=True, flexible="none"
    )
    """The member's `client.id`, as its requests name it."""


@message(versions="0-1", flexible="1+")
class ResponseHeader:
    """TODO."""

    correlation_id: int = wire(INT32)
    """TODO."""
