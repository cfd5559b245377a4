"""What stands before every request and every response.

A request has header v2 if its body is flexible, else v1; ControlledShutdown v0 alone
has v0. A response has header v1 if its body is flexible, else v0; ApiVersions always
has v0.

v0   request: no client id; response: the plain form
v1   request: client id; response: flexible
v2   request: flexible
"""

from __future__ import annotations

from logion.protocol.schema import INT16, INT32, STRING, message, wire


@message(versions="0-2", flexible="2+")
class RequestHeader:
    """Says what a request is."""

    request_api_key: int = wire(INT16)
    """Kafka's number of the API."""
    request_api_version: int = wire(INT16)
    """Version of the API the body is in."""
    correlation_id: int = wire(INT32)
    """Any number: the response repeats it."""
    client_id: str | None = wire(
        STRING, "1+", nullable="1+", default="", ignorable=True, flexible="none"
    )
    """What the client calls itself, `client.id`; null if it does not say. Its length is
    an int16 in every version.
    """


@message(versions="0-1", flexible="1+")
class ResponseHeader:
    """Says which request a response answers."""

    correlation_id: int = wire(INT32)
    """The number of that request."""
