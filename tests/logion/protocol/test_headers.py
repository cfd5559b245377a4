"""Headers of both generations, and the exceptions to their rule."""

from __future__ import annotations

import pytest
from logion.protocol.codec import encode
from logion.protocol.errors import ProtocolError
from logion.protocol.headers import (
    RequestHeader,
    encode_request,
    encode_response,
    read_request_header,
    read_response,
    request_header_version,
    response_header_version,
)
from logion.protocol.messages.api_versions import (
    ApiVersion,
    ApiVersionsRequest,
    ApiVersionsResponse,
)
from logion.protocol.messages.controlled_shutdown import ControlledShutdownRequest
from logion.protocol.messages.fetch import (
    FetchableTopicResponse,
    FetchResponse,
    PartitionData,
)
from logion.protocol.messages.heartbeat import HeartbeatRequest, HeartbeatResponse

HEARTBEAT = HeartbeatRequest(group_id="g", generation_id=1, member_id="m")


@pytest.mark.parametrize(
    ("api_key", "api_version", "request_version", "response_version"),
    [
        (12, 3, 1, 0),  # Heartbeat, flexible from v4
        (12, 4, 2, 1),
        (12, 127, 2, 1),  # not known yet, so flexible
        (12, -1, 1, 0),
        (18, 2, 1, 0),  # ApiVersions, flexible from v3
        (18, 3, 2, 0),
        (18, 127, 2, 0),
        (7, 0, 0, 0),  # ControlledShutdown
        (7, 1, 1, 0),
        (7, 3, 2, 1),
        (17, 9, 1, 0),  # SaslHandshake never became flexible
        (45, 0, 2, 1),  # AlterPartitionReassignments always was
        (999, 5, 1, 0),
        (-1, 5, 1, 0),
    ],
)
def test_headers_are_flexible_with_their_bodies(
    api_key: int, api_version: int, request_version: int, response_version: int
) -> None:
    assert request_header_version(api_key, api_version) == request_version
    assert response_header_version(api_key, api_version) == response_version


def test_a_request_begins_with_size_and_header() -> None:
    (frame,) = encode_request(HEARTBEAT, 3, 7, "me")
    header = bytes.fromhex("000c 0003 00000007 0002") + b"me"
    body = encode(HEARTBEAT, 3)
    assert frame == (len(header) + len(body)).to_bytes(4) + header + body


def test_the_client_id_keeps_its_old_form_in_flexible_headers() -> None:
    (frame,) = encode_request(HEARTBEAT, 4, 7, "me")
    assert frame[4:17].hex() == "000c000400000007" + "0002" + b"me".hex() + "00"


@pytest.mark.parametrize("version", [0, 3, 4])
@pytest.mark.parametrize("client_id", ["", "me", "größer", None])
def test_a_request_header_is_read_as_it_was_written(
    version: int, client_id: str | None
) -> None:
    (frame,) = encode_request(HEARTBEAT, version, -5, client_id)
    header, body = read_request_header(memoryview(frame)[4:])
    assert header == RequestHeader(12, version, -5, client_id or "")
    assert frame[4 + body :] == encode(HEARTBEAT, version)


def test_controlled_shutdown_v0_has_no_client_id() -> None:
    (frame,) = encode_request(ControlledShutdownRequest(broker_id=3), 0, 7, "me")
    assert frame.hex() == "0000000c" + "00070000" + "00000007" + "00000003"
    assert read_request_header(frame[4:]) == (RequestHeader(7, 0, 7, ""), 8)


def test_a_request_of_an_unknown_version_still_has_a_header() -> None:
    frame = bytes.fromhex("0012 007f 00000001 0001 63 00") + b"unknown"
    assert read_request_header(frame) == (RequestHeader(18, 127, 1, "c"), 12)


def test_a_request_of_an_unknown_api_still_has_a_header() -> None:
    frame = bytes.fromhex("7fff 0001 00000001 0001 63") + b"unknown"
    assert read_request_header(frame) == (RequestHeader(32767, 1, 1, "c"), 11)


def test_unknown_tags_of_a_header_are_passed_over() -> None:
    frame = bytes.fromhex("000c 0004 00000001 ffff 01 05 02 abcd")
    assert read_request_header(frame) == (RequestHeader(12, 4, 1, ""), len(frame))


@pytest.mark.parametrize("size", range(13))
def test_a_cut_request_header_is_refused(size: int) -> None:
    (frame,) = encode_request(HEARTBEAT, 4, 7, "me")
    with pytest.raises(ProtocolError):
        read_request_header(frame[4 : 4 + size])


@pytest.mark.parametrize("version", [0, 4])
def test_a_response_is_read_as_it_was_written(version: int) -> None:
    message = HeartbeatResponse(error_code=27, throttle_time_ms=0)
    (frame,) = encode_response(message, version, 99)
    assert int.from_bytes(frame[:4]) == len(frame) - 4
    assert read_response(HeartbeatResponse, version, frame[4:]) == (99, message)


def test_an_api_versions_response_has_no_tags_in_its_header() -> None:
    (frame,) = encode_response(ApiVersionsResponse(error_code=0, api_keys=()), 3, 1)
    assert frame[4:10].hex() == "00000001" + "0000"


def test_an_answer_to_an_unknown_version_of_api_versions_is_read_as_v0() -> None:
    only = ApiVersion(api_key=18, min_version=0, max_version=2)
    for api_keys in ((), (only,)):
        refusal = ApiVersionsResponse(error_code=35, api_keys=api_keys)
        (frame,) = encode_response(refusal, 0, 1)
        assert read_response(ApiVersionsResponse, 4, frame[4:]) == (1, refusal)
        assert read_response(ApiVersionsResponse, 0, frame[4:]) == (1, refusal)


def test_an_api_versions_response_of_no_version_is_refused() -> None:
    for version in (0, 3):
        with pytest.raises(ProtocolError, match="ApiVersionsResponse v0"):
            read_response(ApiVersionsResponse, version, bytes(5))


def test_other_responses_have_no_second_chance() -> None:
    with pytest.raises(ProtocolError, match="HeartbeatResponse v4"):
        read_response(HeartbeatResponse, 4, bytes(5))


def test_records_of_a_frame_stay_pieces_of_their_own() -> None:
    payload = bytearray(b"records")
    partition = PartitionData(
        partition_index=0, error_code=0, high_watermark=0, records=payload
    )
    topic = FetchableTopicResponse(topic="t", partitions=(partition,))
    pieces = encode_response(FetchResponse(responses=(topic,)), 11, 1)
    assert any(piece is payload for piece in pieces)
    frame = b"".join(pieces)
    assert int.from_bytes(frame[:4]) == len(frame) - 4
    assert read_response(FetchResponse, 11, frame[4:])[1].responses[0] == topic


def test_requests_without_a_client_id_say_so() -> None:
    (frame,) = encode_request(ApiVersionsRequest(), 0, 1, None)
    assert frame[4:].hex() == "00120000" + "00000001" + "ffff"
