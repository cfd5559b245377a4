from __future__ import annotations

from logion.protocol.headers import encode_request, encode_response
from logion.protocol.messages.api_versions import (
    ApiVersionsRequest,
    ApiVersionsResponse,
)
from logion_traces.exchanges import exchanges
from logion_traces.format import Direction, Frame, Trace

from tests.logion_traces.test_format import HEADER


def request(correlation_id: int, *, connection: int = 0, version: int = 0) -> Frame:
    """Return the frame of an ApiVersions request."""
    pieces = encode_request(ApiVersionsRequest(), version, correlation_id, "test")
    data = b"".join(map(bytes, pieces))[4:]
    return Frame(connection, Direction.REQUEST, correlation_id, data)


def response(correlation_id: int, *, connection: int = 0, error: int = 0) -> Frame:
    """Return the frame of an ApiVersions response in version 0."""
    message = ApiVersionsResponse(error_code=error, api_keys=())
    data = b"".join(map(bytes, encode_response(message, 0, correlation_id)))[4:]
    return Frame(connection, Direction.RESPONSE, 10 + correlation_id, data)


def test_a_response_belongs_to_the_request_with_its_correlation_id() -> None:
    frames = (
        request(1),
        request(1, connection=1),
        request(2),
        response(1, connection=1, error=7),
        response(2),
    )
    first, second, third = exchanges(Trace(HEADER, frames))
    assert (first.response, first.response_index) == (None, None)
    assert second.response.error_code == 7
    assert (third.name, third.response_index) == ("ApiVersions v0", 4)
    assert third.answered_ms == 12


def test_api_versions_may_be_answered_in_version_0() -> None:
    frames = (request(5, version=3), response(5, error=35))
    (found,) = exchanges(Trace(HEADER, frames))
    assert found.name == "ApiVersions v3"
    assert found.response.error_code == 35


def test_what_cannot_be_decoded_says_why() -> None:
    unknown = Frame(0, Direction.REQUEST, 0, bytes.fromhex("7d00 0000 00000001 ffff"))
    short = Frame(0, Direction.REQUEST, 0, b"\x00")
    cut = request(3, version=3)._replace(data=request(3, version=3).data[:-3])
    frames = (unknown, short, cut, Frame(0, Direction.RESPONSE, 0, b"\0\0\0\x03\0"))
    first, second, third = exchanges(Trace(HEADER, frames))
    assert (first.name, first.request) == ("API 32000 v0", "API 32000 is not known")
    assert second.name == "unreadable"
    assert "1 bytes, expected 8" in second.request
    assert "ApiVersionsRequest v3" in third.request
    assert "ApiVersionsResponse" in third.response


def test_every_frame_of_the_corpus_is_decoded(kafka_python_trace: Trace) -> None:
    found = exchanges(kafka_python_trace)
    assert len(found) >= 30
    assert not [each for each in found if isinstance(each.request, str)]
    assert not [each for each in found if isinstance(each.response, str | None)]
    names = {each.name.split()[0] for each in found}
    wanted = {"ApiVersions", "Metadata", "CreateTopics", "Produce", "Fetch"}
    assert names >= wanted | {"ListOffsets", "DeleteTopics"}
