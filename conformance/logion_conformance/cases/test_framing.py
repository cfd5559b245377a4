"""Frames and headers: what a broker makes of bytes before it knows what they ask."""

from __future__ import annotations

import struct

from hypothesis import strategies as st
from logion.protocol.apis import api_named
from logion.protocol.codec import encode
from logion.protocol.messages.api_versions import (
    ApiVersionsRequest,
    ApiVersionsResponse,
)
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.protocol.schema import replace

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_success, expect_that
from logion_conformance.inputs import for_any
from logion_conformance.subject import Subject

API_VERSIONS = api_named("ApiVersions").key
METADATA = api_named("Metadata").key

GUIDE = "Kafka protocol guide"


def frame(
    api_key: int,
    version: int,
    body: bytes = b"",
    *,
    correlation_id: int = 7,
    client_id: str | None = "logion",
) -> bytes:
    """Return a request with a header of version 1, its size in front."""
    name = (client_id or "").encode()
    size = -1 if client_id is None else len(name)
    header = struct.pack(">hhih", api_key, version, correlation_id, size) + name
    return struct.pack(">i", len(header + body)) + header + body


def correlation_of(answer: bytes | None) -> int | None:
    """Return the correlation id of an answer, None for the end of the stream."""
    return None if answer is None else int.from_bytes(answer[:4], "big", signed=True)


NO_TOPICS_V1 = struct.pack(">i", 0)
"""The body of Metadata version 1 that asks for no topic."""


@case(
    "framing.api.unknown",
    level=SHOULD,
    cites="Apache Kafka 0.10.0 and later, SocketServer",
    apis={"ApiVersions": "0+"},
)
async def test_a_request_of_an_unknown_api_ends_the_connection(
    broker: Subject,
) -> None:
    """A request whose API key no release knows has no answer: the broker closes."""
    connection = await broker.connect_mutely()
    await broker.say(connection, frame(9_999, 0))
    answer = await broker.next_frame(connection)
    expect("the answer to API 9999", answer, None)


@case(
    "framing.version.unsupported",
    level=SHOULD,
    cites="Apache Kafka 0.10.0 and later, RequestContext",
    apis={"ApiVersions": "0+", "Metadata": "0+"},
)
async def test_a_request_of_an_unknown_version_ends_the_connection(
    broker: Subject,
) -> None:
    """A version of Metadata that the broker does not advertise ends the connection."""
    connection = await broker.connect_mutely()
    await broker.say(connection, frame(METADATA, 999))
    answer = await broker.next_frame(connection)
    expect("the answer to Metadata version 999", answer, None)


@case(
    "framing.size.negative",
    level=MUST,
    cites=f"{GUIDE}, Protocol Primitive Types; Apache Kafka, NetworkReceive",
)
async def test_a_negative_size_ends_the_connection(broker: Subject) -> None:
    """A frame cannot be less than nothing: a size of -1 ends the connection."""
    connection = await broker.connect_mutely()
    await broker.say(connection, struct.pack(">i", -1))
    expect("the answer to size -1", await broker.next_frame(connection), None)


@case(
    "framing.size.too-large",
    level=MUST,
    cites="Kafka documentation, socket.request.max.bytes",
)
async def test_a_size_above_the_limit_ends_the_connection(broker: Subject) -> None:
    """A frame above socket.request.max.bytes is refused by its size."""
    broker.need_bound("socket.request.max.bytes")
    connection = await broker.connect_mutely()
    await broker.say(connection, struct.pack(">i", 0x7FFF_FFFF))
    expect("the answer to size 2^31-1", await broker.next_frame(connection), None)


@case(
    "framing.correlation-id.echoed",
    level=MUST,
    cites=f"{GUIDE}, Request and Response Headers",
    apis={"Metadata": "1+"},
)
async def test_the_correlation_id_comes_back(broker: Subject) -> None:
    """An answer carries its request's correlation id, whatever number that is."""
    connection = await broker.connect_mutely()
    for number in (0, 1, -1, 0x7FFF_FFFF, -0x8000_0000):
        await connection.send(frame(METADATA, 1, NO_TOPICS_V1, correlation_id=number))
        answer = await broker.next_frame(connection)
        expect("the correlation id", correlation_of(answer), number)


@case(
    "framing.client-id.null",
    level=MUST,
    cites=f"{GUIDE}, Request Header v1: client_id is nullable",
    apis={"Metadata": "1+"},
)
async def test_a_client_need_not_say_who_it_is(broker: Subject) -> None:
    """A request without a client id is answered like any other."""
    connection = await broker.connect_mutely()
    await connection.send(frame(METADATA, 1, NO_TOPICS_V1, client_id=None))
    answer = await broker.next_frame(connection)
    expect("the correlation id", correlation_of(answer), 7)


@case(
    "framing.split",
    level=MUST,
    cites=f"{GUIDE}, Network: TCP, size-delimited",
    apis={"Metadata": "1+"},
)
async def test_a_request_may_arrive_in_any_pieces(broker: Subject) -> None:
    """TCP keeps no boundaries: a request that comes byte by byte is one request.

    Somebody else is answered after each byte, so that the broker sees them one by one.
    """
    connection = await broker.connect_mutely()
    other = await broker.connect_mutely()
    request = frame(METADATA, 1, NO_TOPICS_V1)
    for byte in request:
        await connection.send(bytes([byte]))
        await other.send(request)
        await broker.next_frame(other)
    answer = await broker.next_frame(connection)
    expect("the correlation id", correlation_of(answer), 7)


@case(
    "framing.body.truncated",
    level=MUST,
    cites=f"{GUIDE}, Protocol Primitive Types",
    apis={"ApiVersions": "0+", "Metadata": "1+"},
)
async def test_a_body_that_ends_too_early_ends_the_connection(
    broker: Subject,
) -> None:
    """A body that promises five topics and brings none is no request: closed."""
    connection = await broker.connect_mutely()
    await broker.say(connection, frame(METADATA, 1, struct.pack(">i", 5)))
    answer = await broker.next_frame(connection)
    expect("the answer to a body cut short", answer, None)


@case(
    "framing.broken-neighbour",
    level=MUST,
    cites=f"{GUIDE}, Network",
    apis={"Metadata": "1+"},
)
async def test_a_broken_connection_harms_no_other(broker: Subject) -> None:
    """Half a frame, and a hang-up, is the trouble of one connection only."""
    healthy = await broker.connect_mutely()
    broken = await broker.connect_mutely()
    await broken.send(frame(METADATA, 1, NO_TOPICS_V1)[:9])
    await broken.aclose()
    await healthy.send(frame(METADATA, 1, NO_TOPICS_V1))
    answer = await broker.next_frame(healthy)
    expect("the correlation id on the other one", correlation_of(answer), 7)


@case(
    "framing.tags.unknown-in-header",
    level=MUST,
    cites="KIP-482: tagged fields that are not known are to be ignored",
    apis={"Metadata": "9+"},
)
async def test_unknown_tags_in_the_header_are_ignored(
    broker: Subject, version: int
) -> None:
    """A tagged field nobody knows, at the end of a flexible header, changes nothing."""
    body = encode(MetadataRequest(topics=()), version)
    tag_99 = b"\x01\x63\x03abc"  # one field: tag 99, three bytes
    connection = await broker.connect_mutely()
    await connection.send(frame(METADATA, version, tag_99 + body))
    answer = await broker.next_frame(connection)
    expect("the correlation id", correlation_of(answer), 7)


@case(
    "framing.tags.unknown-in-body",
    level=MUST,
    cites="KIP-482: tagged fields that are not known are to be ignored",
    apis={"Metadata": "9+"},
)
async def test_unknown_tags_in_the_body_are_ignored(
    broker: Subject, version: int
) -> None:
    """A tagged field nobody knows, at the end of a flexible body, changes nothing."""
    request = replace(MetadataRequest(topics=()), unknown_tags=((99, b"abc"),))
    came = await broker.ask(request, MetadataResponse)
    expect("the topics of Metadata for none", came.topics, ())
    expect("the version asked for", broker.version("Metadata"), version)


@case(
    "framing.tags.any",
    level=MUST,
    cites="KIP-482: tagged fields that are not known are to be ignored",
    apis={"Metadata": "9+"},
)
async def test_any_unknown_tags_are_ignored(broker: Subject) -> None:
    """However many tagged fields nobody knows there are, whatever is in them: they
    change nothing."""
    await broker.topic()

    async def holds(unknown: dict[int, bytes]) -> None:
        tags = tuple(sorted(unknown.items()))
        request = replace(MetadataRequest(topics=()), unknown_tags=tags)
        came = await broker.ask(request, MetadataResponse)
        expect("the topics of Metadata for none", came.topics, ())

    tags = st.dictionaries(st.integers(100, 2**31 - 1), st.binary(), max_size=5)
    await for_any(broker, tags, holds)


@case(
    "versions.listed",
    level=MUST,
    cites="KIP-35; ApiVersionsResponse",
    apis={"ApiVersions": "0+"},
)
async def test_each_api_is_listed_once(broker: Subject, version: int) -> None:
    """ApiVersions lists each API once, oldest version first, and itself among them."""
    came = await ask_versions(broker, version)
    expect_success(came.error_code)
    keys = [row.api_key for row in came.api_keys]
    expect("keys listed twice", {key for key in keys if keys.count(key) > 1}, set())
    backwards = [row for row in came.api_keys if row.min_version > row.max_version]
    expect("ranges that end before they begin", backwards, [])
    expect_that(
        "the APIs",
        holds=API_VERSIONS in keys,
        expected="ApiVersions (18) itself",
        came=keys,
    )


@case(
    "versions.same-everywhere",
    level=MUST,
    cites="KIP-35",
    apis={"ApiVersions": "0+"},
)
async def test_the_versions_do_not_depend_on_how_one_asks(broker: Subject) -> None:
    """Two connections, and the oldest and newest ApiVersions, learn the same table."""
    newest = await ask_versions(broker, broker.version("ApiVersions"))
    oldest = await ask_versions(broker, 0)
    expect("the table", sorted(rows(oldest)), sorted(rows(newest)))


@case(
    "versions.fallback",
    level=MUST,
    cites="KIP-511: an unknown ApiVersions is answered in version 0 with error 35",
    apis={"ApiVersions": "0+"},
)
async def test_an_unknown_apiversions_is_answered_in_version_0(
    broker: Subject,
) -> None:
    """ApiVersions of a version the broker does not know gets the body of version 0 and
    UNSUPPORTED_VERSION; since KIP-511 with the versions of ApiVersions, so that the
    client can ask again."""
    connection = await broker.connect_mutely()
    await connection.send(frame(API_VERSIONS, 127, b"\x00\x07logion\x021\x00"))
    answer = await broker.next_frame(connection)
    expect("the correlation id", correlation_of(answer), 7)
    body = (answer or b"")[4:]
    expect("the error code", int.from_bytes(body[:2], "big"), 35)
    count = int.from_bytes(body[2:6], "big")
    expected = [0, 1] if not broker.advertises("ApiVersions", 3) else [1]
    expect_that(
        "the rows", holds=count in expected, expected=f"one of {expected}", came=count
    )
    expect("the bytes of the body", len(body), 6 + 6 * count)


@case(
    "versions.software-name.invalid",
    level=MUST,
    cites="KIP-511; ApiVersionsRequest.isValid",
    apis={"ApiVersions": "3+"},
)
async def test_the_software_name_has_to_be_well_formed(
    broker: Subject, version: int
) -> None:
    """A client's name or version with other characters than letters, digits, dot and
    hyphen, or with a dot or hyphen at an end, is INVALID_REQUEST."""
    for name in ("", "logion client", "-logion", "logion.", "lögion"):
        came = await ask_versions(broker, version, name=name)
        expect(f"the error code for the name {name!r}", came.error_code, 42)
        expect("the table", came.api_keys, ())


@case(
    "versions.software-name.valid",
    level=MUST,
    cites="KIP-511; ApiVersionsRequest.isValid",
    apis={"ApiVersions": "3+"},
)
async def test_well_formed_software_names_are_accepted(
    broker: Subject, version: int
) -> None:
    """Letters, digits, dots and hyphens, a letter or digit at both ends, are fine."""
    for name in ("a", "7", "apache-kafka-java", "a.-.b"):
        came = await ask_versions(broker, version, name=name)
        expect_success(came.error_code, f"the error code for the name {name!r}")


async def ask_versions(
    broker: Subject, version: int, *, name: str = "logion"
) -> ApiVersionsResponse:
    """Return the answer to ApiVersions on a connection of its own."""
    connection = await broker.connect_mutely()
    request = ApiVersionsRequest(client_software_name=name, client_software_version="1")
    return await connection.call(request, ApiVersionsResponse, version=version)


def rows(answer: ApiVersionsResponse) -> list[tuple[int, int, int]]:
    """Return the table of an answer as plain numbers."""
    return [(row.api_key, row.min_version, row.max_version) for row in answer.api_keys]
