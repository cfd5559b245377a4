"""The codec against golden vectors, made-up messages, cut bodies and kio."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import islice
from random import Random
from typing import Any

import pytest
from logion.names import ZERO_UUID, Uuid
from logion.protocol.catalogue import all_messages, message_named
from logion.protocol.codec import (
    decode,
    decode_exactly,
    decode_from,
    encode,
    encode_pieces,
    reader,
    writer,
)
from logion.protocol.errors import ApiError, Error, ProtocolError
from logion.protocol.explain import UNEXPLAINED
from logion.protocol.messages.api_versions import ApiVersionsResponse
from logion.protocol.messages.broker_heartbeat import BrokerHeartbeatRequest
from logion.protocol.messages.fetch import (
    EpochEndOffset,
    FetchableTopicResponse,
    FetchPartition,
    FetchRequest,
    FetchResponse,
    FetchTopic,
    PartitionData,
)
from logion.protocol.messages.heartbeat import HeartbeatRequest, HeartbeatResponse
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.protocol.schema import replace, schema_of, unknown_tags

from tests.effort import usually
from tests.logion.protocol.samples import UNKNOWN, sample
from tests.shared import needs_shared, shared

REDEFINED = ("ReadShareGroupStateSummaryResponse", 0, "A")
"""Unstable in 3.9 and changed in 4.x: this sample shows the older form. Sample B of the
same version has no elements, and so looks the same in both."""

strides = pytest.mark.parametrize("stride", usually((6, 1), lambda it: it > 1))
"""One in so many of what takes long."""


@cache
def golden() -> tuple[tuple[type[Any], int, bytes], ...]:
    """Return class, version and body of each golden vector but the redefined one."""
    text = shared("spec/golden/messages-3.9.0.jsonl").read_text()
    vectors = (json.loads(line) for line in text.splitlines())
    return tuple(
        (message_named(v["name"]), v["version"], bytes.fromhex(v["hex"]))
        for v in vectors
        if (v["name"], v["version"], v["sample"]) != REDEFINED
    )


def read_or_refused(cls: type[Any], version: int, data: bytearray) -> Any:
    """Return the message, or None once it was refused for a reason."""
    reason = ""
    try:
        return decode(cls, version, data)
    except ProtocolError as refusal:
        reason = str(refusal)
    assert UNEXPLAINED not in reason, (cls, version, data.hex())
    return None


def every_version() -> Iterator[tuple[type[Any], int]]:
    """Yield each declared message with each of its versions."""
    for cls in all_messages():
        for version in schema_of(cls).versions:
            yield cls, version


@needs_shared
@pytest.mark.slow
def test_bodies_that_kafka_wrote_are_written_again_as_they_were() -> None:
    assert len(golden()) == 1331
    for cls, version, body in golden():
        message = decode_exactly(cls, version, body)
        assert encode(message, version) == body, (cls, version)


@needs_shared
@pytest.mark.slow
@strides
def test_a_cut_body_is_refused_wherever_it_is_cut(stride: int) -> None:
    refused = 0
    for number, (cls, version, body) in enumerate(golden()):
        for size in range(number % stride, len(body), stride):
            with pytest.raises(ProtocolError) as caught:
                decode(cls, version, body[:size])
            text = str(caught.value)
            assert text.startswith(f"{cls.__name__} v{version}: ")
            assert UNEXPLAINED not in text
            refused += 1
    assert refused > 60_000 // stride


@needs_shared
@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_body_is_read_or_refused(seed: int) -> None:
    random = Random(seed)
    for cls, version, body in golden():
        if not body:
            continue
        mutated = bytearray(body)
        for _ in range(random.randint(1, 3)):
            mutated[random.randrange(len(body))] = random.choice((0, 1, 127, 128, 255))
        message = read_or_refused(cls, version, mutated)
        if message is None:
            continue
        again = decode(cls, version, encode(message, version))
        # Floats may have become NaN, so their bytes are what is compared.
        assert encode(again, version) == encode(message, version)


@pytest.mark.parametrize("seed", range(3))
def test_every_message_survives_in_every_version(seed: int) -> None:
    random = Random(seed)
    versions = 0
    for cls, version in every_version():
        message = sample(cls, version, random)
        body = encode(message, version)
        assert decode_exactly(cls, version, body) == message, (cls, version)
        versions += 1
    assert versions > 700


def test_any_kind_of_buffer_is_read_alike() -> None:
    random = Random(0)
    for cls in (FetchResponse, FetchRequest, MetadataResponse):
        version = schema_of(cls).versions[-1]
        message = sample(cls, version, random)
        body = encode(message, version)
        for data in (body, bytearray(body), memoryview(body)):
            assert decode_exactly(cls, version, data) == message
            assert decode(cls, version, b"??" + bytes(data), offset=2) == message


def kio_class(cls: type[Any], version: int) -> type[Any] | None:
    """Return kio's class of a message version; None if it has none."""
    name = cls.__name__
    kind = schema_of(cls).kind
    stem = name.removesuffix("Request").removesuffix("Response")
    if name in ("RequestHeader", "ResponseHeader"):
        stem, kind = name, "header"
    elif kind == "message":
        stem, kind = name, "data"
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in stem)[1:]
    try:
        module = import_module(f"kio.schema.{words}.v{version}.{kind}")
    except ModuleNotFoundError:
        return None
    return getattr(module, name, None)


@pytest.mark.slow
@strides
def test_kio_agrees_byte_for_byte_wherever_it_has_the_version(stride: int) -> None:
    from kio.serial import entity_reader, entity_writer

    random = Random(1)
    compared = 0
    for cls, version in islice(every_version(), 0, None, stride):
        theirs = kio_class(cls, version)
        if theirs is None:
            continue
        body = encode(sample(cls, version, random, tame=True), version)
        entity, size = entity_reader(theirs)(body, 0)
        out = io.BytesIO()
        entity_writer(theirs)(out, entity)
        assert (size, out.getvalue()) == (len(body), body), (cls, version)
        compared += 1
    assert compared >= {1: 624, 6: 98}[stride]


def test_unknown_tags_are_written_back_among_the_known_ones() -> None:
    known = FetchRequest(
        cluster_id="c", max_wait_ms=0, min_bytes=0, topics=(FetchTopic(partitions=()),)
    )
    topic = replace(known.topics[0], unknown_tags=UNKNOWN)
    message = replace(known, topics=(topic,), unknown_tags=((5, b"five"),))
    again = decode_exactly(FetchRequest, 12, encode(message, 12))
    assert unknown_tags(again) == ((5, b"five"),)
    assert unknown_tags(again.topics[0]) == UNKNOWN
    assert again == message


def test_tagged_fields_are_written_in_ascending_order() -> None:
    partition = PartitionData(
        partition_index=0,
        error_code=0,
        high_watermark=0,
        records=None,
        diverging_epoch=EpochEndOffset(epoch=1, end_offset=2),
    )
    body = encode(_answer(replace(partition, unknown_tags=((9, b"n"), (3, b"t")))), 12)
    section = bytes.fromhex("03 00 0d 00000001 0000000000000002 00 03 01 74 09 01 6e")
    assert section in body
    assert encode(decode(FetchResponse, 12, body), 12) == body


def test_more_than_127_unknown_tags_survive() -> None:
    tags = tuple((number, b"") for number in range(300))
    message = replace(HeartbeatResponse(error_code=0), unknown_tags=tags)
    assert decode_exactly(HeartbeatResponse, 4, encode(message, 4)) == message


def test_a_tagged_field_at_its_default_is_not_written() -> None:
    message = ApiVersionsResponse(error_code=0, api_keys=())
    assert encode(message, 3) == bytes.fromhex("0000 01 00000000 00")


def _answer(partition: PartitionData) -> FetchResponse:
    topic = FetchableTopicResponse(topic="t", partitions=(partition,))
    return FetchResponse(responses=(topic,))


def _partition(records: Any) -> PartitionData:
    return PartitionData(
        partition_index=0, error_code=0, high_watermark=0, records=records
    )


def test_records_are_views_when_read() -> None:
    body = bytearray(encode(_answer(_partition(b"records")), 4))
    read = decode(FetchResponse, 4, body)
    records = read.responses[0].partitions[0].records
    assert isinstance(records, memoryview)
    assert records.tobytes() == b"records"
    body[-1:] = b"S"
    assert records.tobytes() == b"recordS"


class Slice:
    """A payload that lies in a file: it has a length and can be read."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __len__(self) -> int:
        return len(self.data)

    def read(self) -> bytes:
        return self.data


def test_records_are_pieces_of_their_own_when_written() -> None:
    payloads = (Slice(b"first"), b"", memoryview(b"third"))
    partitions = tuple(_partition(payload) for payload in payloads)
    topic = FetchableTopicResponse(topic="t", partitions=partitions)
    message = FetchResponse(responses=(topic,))
    pieces = encode_pieces(message, 4)
    assert [piece for piece in pieces if any(piece is p for p in payloads)] == [
        payloads[0],
        payloads[2],
    ]
    whole = b"".join(p.data if isinstance(p, Slice) else p for p in pieces)
    assert whole == encode(message, 4)
    read = decode(FetchResponse, 4, whole).responses[0].partitions
    assert [partition.records for partition in read] == [b"first", b"", b"third"]


def test_a_message_without_records_is_one_piece() -> None:
    assert encode_pieces(HeartbeatResponse(error_code=3), 0) == [b"\x00\x03"]


def test_a_codec_is_compiled_once() -> None:
    assert reader(MetadataResponse, 12) is reader(MetadataResponse, 12)
    assert writer(MetadataResponse, 12) is writer(MetadataResponse, 12)


def test_a_version_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ProtocolError, match="HeartbeatRequest has versions 0-4"):
        decode(HeartbeatRequest, 5, b"")
    with pytest.raises(ApiError, match="HeartbeatResponse has versions 0-4, found 5"):
        encode(HeartbeatResponse(error_code=0), 5)


def test_bytes_after_a_message_matter_only_to_decode_exactly() -> None:
    body = encode(HeartbeatResponse(error_code=3), 0) + b"??"
    assert decode(HeartbeatResponse, 0, body).error_code == 3
    assert decode_from(HeartbeatResponse, 0, body, 0)[1] == 2
    with pytest.raises(ProtocolError, match=r"v0: ends at byte 2, .*found 2 more"):
        decode_exactly(HeartbeatResponse, 0, body)


def test_a_value_the_version_cannot_carry_is_not_dropped_in_silence() -> None:
    partition = FetchPartition(
        partition=0, fetch_offset=0, partition_max_bytes=0, last_fetched_epoch=4
    )
    request = FetchRequest(
        max_wait_ms=0, min_bytes=0, topics=(FetchTopic(partitions=(partition,)),)
    )
    encode(request, 12)
    with pytest.raises(ApiError, match="v11 has no lastFetchedEpoch") as caught:
        encode(request, 11)
    assert caught.value.error is Error.UNSUPPORTED_VERSION


def test_an_ignorable_value_is_dropped_where_the_version_lacks_it() -> None:
    request = FetchRequest(max_wait_ms=0, min_bytes=0, topics=(), rack_id="r")
    assert decode(FetchRequest, 10, encode(request, 10)).rack_id == ""


def test_a_value_of_the_wrong_kind_is_named() -> None:
    topic = FetchTopic(topic=None, partitions=())  # type: ignore[arg-type]
    request = FetchRequest(max_wait_ms=0, min_bytes=0, topics=(topic,))
    with pytest.raises(ValueError, match=r"v4: topics\[0\].topic: expected string"):
        encode(request, 4)


@pytest.mark.parametrize("version", [8, 9])
def test_a_claimed_count_is_compared_with_the_bytes_there(version: int) -> None:
    count = b"\x7f\xff\xff\xff" if version == 8 else b"\xff\xff\xff\xff\x07"
    found = rf"v{version}: topics at byte .: expected 214748364. elements, found 2"
    with pytest.raises(ProtocolError, match=found):
        decode(MetadataRequest, version, count + b"ab")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("ffff", "groupId at byte 2: expected string, found null"),
        ("fffe", "groupId at byte 2: expected length of at least -1, found -2"),
        ("0002 61", "groupId at byte 2: expected string of 2 bytes, found 1"),
        ("0002 61ff", "groupId at byte 3: expected UTF-8, found byte 0xff"),
        ("00", "groupId at byte 0: expected length of string of 2 bytes, found 1"),
        ("0000 0000", "generationId at byte 2: expected int32 of 4 bytes, found 2"),
    ],
)
def test_a_refusal_names_version_field_and_offset(body: str, found: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(HeartbeatRequest, 0, bytes.fromhex(body))
    assert str(caught.value) == f"HeartbeatRequest v0: {found}"


@pytest.mark.parametrize("size", [0, 1, 126, 127, 128, 16382, 16383, 32767])
@pytest.mark.parametrize("version", [0, 4])
def test_strings_of_every_size_survive(size: int, version: int) -> None:
    request = HeartbeatRequest(group_id="g" * size, generation_id=0, member_id="")
    assert (
        decode_exactly(HeartbeatRequest, version, encode(request, version)) == request
    )


@pytest.mark.parametrize("version", [0, 4])
def test_a_string_above_kafkas_limit_is_not_written(version: int) -> None:
    request = HeartbeatRequest(group_id="g" * 32768, generation_id=0, member_id="")
    with pytest.raises(ValueError, match="groupId: expected string, found 'ggg"):
        encode(request, version)


def test_a_string_above_kafkas_limit_is_not_read() -> None:
    body = b"\x81\x80\x02" + b"g" * 32768 + bytes(20)
    found = "groupId at byte 3: expected string of at most 32767 bytes, found 32768"
    with pytest.raises(ProtocolError, match=found):
        decode(HeartbeatRequest, 4, body)


def test_an_odd_size_of_a_tagged_field_is_refused() -> None:
    body = encode(FetchResponse(responses=()), 12)
    assert body[-1:] == b"\0"
    partition = encode(_answer(_partition(None)), 12)
    tagged = (
        partition[:-3] + b"\x01\x00\x0e" + struct.pack(">iqBB", 1, 2, 0, 0) + b"\0\0"
    )
    found = r"partitions\[0\].divergingEpoch at byte \d+: expected 14 bytes, found 13"
    with pytest.raises(ProtocolError, match=found):
        decode(FetchResponse, 12, tagged)


def test_many_unknown_tags_are_read_in_linear_time() -> None:
    count = 20_000
    tags = tuple((number, b"") for number in range(100, 100 + count))
    body = encode(replace(FetchResponse(responses=()), unknown_tags=tags), 12)
    assert len(unknown_tags(decode(FetchResponse, 12, body))) == count


def test_a_uuid_is_sixteen_bytes_as_they_are() -> None:
    topic = FetchTopic(topic_id=Uuid(bytes(range(16))), partitions=())
    request = FetchRequest(max_wait_ms=0, min_bytes=0, topics=(topic,))
    assert decode(FetchRequest, 13, encode(request, 13)).topics[0] == topic


@pytest.mark.parametrize("size", [0, 15, 17])
def test_a_uuid_of_another_size_is_named_and_not_padded_or_cut(size: int) -> None:
    wrong = Uuid(bytes(range(size)))
    topic = FetchTopic(topic_id=wrong, partitions=())
    request = FetchRequest(max_wait_ms=0, min_bytes=0, topics=(topic,))
    with pytest.raises(ValueError, match=r"v13: topics\[0\].topicId: expected uuid"):
        encode(request, 13)
    partition = FetchPartition(
        partition=0,
        fetch_offset=0,
        partition_max_bytes=1,
        replica_directory_id=wrong,
    )
    topic = FetchTopic(topic_id=ZERO_UUID, partitions=(partition,))
    request = FetchRequest(max_wait_ms=0, min_bytes=0, topics=(topic,))
    with pytest.raises(ValueError, match=r"partitions\[0\].replicaDirectoryId: "):
        encode(request, 17)
    heartbeat = BrokerHeartbeatRequest(
        broker_id=0,
        broker_epoch=0,
        current_metadata_offset=0,
        want_fence=False,
        want_shut_down=False,
        offline_log_dirs=(ZERO_UUID, wrong),
    )
    with pytest.raises(ValueError, match=r"offlineLogDirs\[1\]: expected uuid"):
        encode(heartbeat, 1)
