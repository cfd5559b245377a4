"""What stands before a body: request and response headers, of both generations.

A request header is v2 if its body is flexible, else v1; ControlledShutdown v0 alone
has v0. A response header is v1 if its body is flexible, else v0; ApiVersions always
has v0, so that a client can read the answer to a version the broker does not know.

Source: KIP-482, KIP-511; RequestHeader.json, ResponseHeader.json and
ApiMessageTypeGenerator of Apache Kafka.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple, TypeVar

from logion.names import Buffer
from logion.protocol.apis import API_VERSIONS, APIS, CONTROLLED_SHUTDOWN
from logion.protocol.codec import decode_from, encode, join_between, write
from logion.protocol.errors import ProtocolError
from logion.protocol.framing import SIZE_BYTES
from logion.protocol.messages import headers
from logion.protocol.schema import schema_of

T = TypeVar("T")

HEADER_START = 8
"""Bytes of API key, version and correlation id, with which every request begins."""


_API = Struct(">hh")

VERSIONS_REMEMBERED = 1024
"""So many requests' generations of headers are kept: all that are declared, and a
bound for what clients may claim."""


class RequestHeader(NamedTuple):
    """Who asks what: the header of a request, whatever its generation."""

    api_key: int
    api_version: int
    correlation_id: int
    """Number the client gave the request; its response repeats it."""
    client_id: str
    """The client's `client.id`; empty if it sent null or the header has none."""


@lru_cache(VERSIONS_REMEMBERED)
def request_header_version(api_key: int, api_version: int) -> int:
    """Return the generation of the header before this request.

    The rule has no upper end: a version that is not known yet is read as flexible if
    its API ever became flexible. An unknown API is taken for one that never did.
    """
    if api_key == CONTROLLED_SHUTDOWN and api_version == 0:
        return 0
    api = APIS.get(api_key)
    return 2 if api is not None and api.is_flexible(api_version) else 1


@lru_cache(VERSIONS_REMEMBERED)
def response_header_version(api_key: int, api_version: int) -> int:
    """Return the generation of the header before this response."""
    if api_key == API_VERSIONS:
        return 0
    api = APIS.get(api_key)
    return 1 if api is not None and api.is_flexible(api_version) else 0


def read_request_api(frame: Buffer) -> tuple[int, int]:
    """Return API key and version of a request, known or not.

    ProtocolError if not even a header's fixed part is there.
    """
    if len(frame) < HEADER_START:
        raise ProtocolError(
            f"request header of {len(frame)} bytes, expected {HEADER_START} or more"
        )
    api_key, api_version = _API.unpack_from(frame)
    return api_key, api_version


def read_request_header(
    frame: Buffer, *, as_version: int | None = None
) -> tuple[RequestHeader, int]:
    """Return the header of a request, and where its body begins.

    Also for an API or version that is not known. `as_version` is the version whose
    header it is, if it is not the one it states: releases that did not know flexible
    versions read any header as the old one. ProtocolError if it is cut short.
    """
    api_key, api_version = read_request_api(frame)
    stated = api_version if as_version is None else as_version
    version = request_header_version(api_key, stated)
    header, body = decode_from(headers.RequestHeader, version, frame, 0)
    client_id = header.client_id or ""
    return RequestHeader(api_key, api_version, header.correlation_id, client_id), body


def encode_request(
    message: object, version: int, correlation_id: int, client_id: str | None
) -> list[Any]:
    """Return a whole frame as pieces: size, header and body of a request.

    RECORDS are pieces of their own, as in `encode_pieces`, which also tells errors.
    """
    api_key = _api_key(message)
    header = headers.RequestHeader(
        request_api_key=api_key,
        request_api_version=version,
        correlation_id=correlation_id,
        client_id=client_id,
    )
    prefix = encode(header, request_header_version(api_key, version))
    return _frame(message, version, prefix)


def encode_response(message: object, version: int, correlation_id: int) -> list[Any]:
    """Return a whole frame as pieces: size, header and body of a response.

    RECORDS are pieces of their own, as in `encode_pieces`, which also tells errors.
    """
    header = headers.ResponseHeader(correlation_id=correlation_id)
    prefix = encode(header, response_header_version(_api_key(message), version))
    return _frame(message, version, prefix)


def read_response(cls: type[T], version: int, frame: Buffer) -> tuple[int, T]:
    """Return correlation id and body of a response to a request of this version.

    An ApiVersions answer that is not of the version asked for is read as v0: so a
    broker says that it does not know the version. ProtocolError if it is neither.
    """
    api_key = schema_of(cls).api
    assert api_key is not None, f"{cls.__name__} is no response"
    kind = response_header_version(api_key, version)
    header, body = decode_from(headers.ResponseHeader, kind, frame, 0)
    try:
        message, _ = decode_from(cls, version, frame, body)
    except ProtocolError:
        if api_key != API_VERSIONS or version == 0:
            raise
        message, _ = decode_from(cls, 0, frame, body)
    return header.correlation_id, message


def _api_key(message: object) -> int:
    api_key = schema_of(type(message)).api
    assert api_key is not None, f"{type(message).__name__} has no API"
    return api_key


def _frame(message: object, version: int, header: bytes) -> list[Any]:
    """Return the pieces of a frame, the size in the first of them."""
    pieces = join_between(*write(message, version, before=(header,)))
    size = sum(map(len, pieces))
    pieces[0] = size.to_bytes(SIZE_BYTES) + pieces[0]
    return pieces
