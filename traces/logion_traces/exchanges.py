"""Frames as messages: each request with the response that answers it.

A broker answers the requests of a connection in order, but a Produce with acks=0 has
no answer, so responses are found by correlation id. What cannot be decoded (an unknown
API, a SASL token) keeps its bytes and says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from logion.protocol.apis import APIS, request_class, response_class
from logion.protocol.codec import decode
from logion.protocol.errors import ApiError, ProtocolError
from logion.protocol.headers import (
    RequestHeader,
    read_request_header,
    read_response,
)

from logion_traces.format import Direction, Trace


@dataclass(slots=True)
class Exchange:
    """A request of a trace, and its response once it was found."""

    number: int
    """Position of the request among all requests of the trace, from 1."""
    connection: int
    t_ms: int
    header: RequestHeader | None
    request: Any
    """The message, or the text of why it could not be decoded."""
    response: Any = None
    """The message, such a text, or None if there was no answer."""
    answered_ms: int | None = None
    request_index: int = 0
    """Position of the request in the trace's frames."""
    response_index: int | None = None

    @property
    def name(self) -> str:
        """Return what was asked, such as `Fetch v12`."""
        if self.header is None:
            return "unreadable"
        key, version = self.header.api_key, self.header.api_version
        known = APIS.get(key)
        return f"{known.name if known else f'API {key}'} v{version}"


def exchanges(trace: Trace) -> list[Exchange]:
    """Return the trace's requests in order, each with its response if there was one."""
    found: list[Exchange] = []
    waiting: dict[tuple[int, int], Exchange] = {}
    for index, frame in enumerate(trace.frames):
        if frame.direction is Direction.REQUEST:
            header, message = decode_request(frame.data)
            number = len(found) + 1
            asked = Exchange(number, frame.connection, frame.t_ms, header, message)
            asked.request_index = index
            found.append(asked)
            if header is not None:
                waiting[frame.connection, header.correlation_id] = asked
            continue
        correlation_id = int.from_bytes(frame.data[:4], "big", signed=True)
        answered = waiting.pop((frame.connection, correlation_id), None)
        if answered is not None and answered.header is not None:
            answered.response = decode_response(answered.header, frame.data)
            answered.answered_ms = frame.t_ms
            answered.response_index = index
    return found


def decode_request(frame: bytes) -> tuple[RequestHeader | None, Any]:
    """Return a request's header and message; a text in place of an unreadable one."""
    try:
        header, position = read_request_header(frame)
    except ProtocolError as error:
        return None, str(error)
    if header.api_key not in APIS:
        return header, f"API {header.api_key} is not known"
    try:
        cls = request_class(header.api_key)
        return header, decode(cls, header.api_version, frame, offset=position)
    except (ProtocolError, ApiError) as error:
        return header, str(error)


def decode_response(header: RequestHeader, frame: bytes) -> Any:
    """Return the message that answers a request, or a text if it cannot be read."""
    if header.api_key not in APIS:
        return f"API {header.api_key} is not known"
    try:
        return read_response(response_class(header.api_key), header.api_version, frame)[
            1
        ]
    except (ProtocolError, ApiError) as error:
        return str(error)
