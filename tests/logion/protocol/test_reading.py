"""What compiled readers look like: flat, fused, and careful with payloads."""

from __future__ import annotations

import pytest
from logion.protocol.codec import decode, encode
from logion.protocol.errors import ProtocolError
from logion.protocol.messages.fetch import FetchResponse
from logion.protocol.messages.headers import RequestHeader
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
    MetadataResponseTopic,
)
from logion.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from logion.protocol.primitives import ELEMENTS_MAX, READ_FAILURES
from logion.protocol.reading import holds_records, reader_source


def test_fields_of_fixed_size_are_unpacked_together() -> None:
    text = reader_source(MetadataResponse, 12).text()
    assert "_unpack_hiiiB(data, pos)" in text


def test_a_reader_calls_no_function_per_struct() -> None:
    text = reader_source(MetadataResponse, 12).text()
    assert text.count("def ") == 1
    assert text.count("for _ in range(n):") == 3


def test_only_messages_with_records_are_read_in_place() -> None:
    assert holds_records(FetchResponse)
    assert not holds_records(MetadataResponse)
    assert "data = bytes(data)" in reader_source(MetadataResponse, 0).text()
    assert "data = bytes(data)" not in reader_source(FetchResponse, 0).text()


def test_a_header_does_not_copy_the_body_behind_it() -> None:
    assert "data = bytes(data)" not in reader_source(RequestHeader, 2).text()


@pytest.mark.parametrize("data", [b"", b"\0\0\0\1", b"\xff\xff\xff\xff"])
def test_a_reader_fails_in_the_ways_its_caller_knows(data: bytes) -> None:
    read = reader_source(MetadataResponse, 0).compile("read", "test")
    with pytest.raises(READ_FAILURES):
        read(data, 0)


def produce(*partitions: int) -> ProduceRequest:
    """Return a request with a topic of so many empty partitions for each number."""
    data = PartitionProduceData(index=0, records=b"")
    topics = tuple(
        TopicProduceData(name="t", partition_data=(data,) * count)
        for count in partitions
    )
    return ProduceRequest(acks=1, timeout_ms=0, topic_data=topics)


def test_a_request_holds_as_many_elements_as_the_limit_says() -> None:
    request = produce(1, ELEMENTS_MAX - 3)
    assert decode(ProduceRequest, 3, encode(request, 3)) == request


@pytest.mark.parametrize(
    ("partitions", "found"),
    [((ELEMENTS_MAX,), "100,001"), ((1, ELEMENTS_MAX - 2), "100,001")],
)
def test_elements_of_all_arrays_of_a_request_are_counted_together(
    partitions: tuple[int, ...], found: str
) -> None:
    with pytest.raises(ProtocolError) as refused:
        decode(ProduceRequest, 3, encode(produce(*partitions), 3))
    where = f"topicData[{len(partitions) - 1}].partitionData"
    assert f"ProduceRequest v3: {where} at byte " in str(refused.value)
    most = "expected at most 100,000 elements in all the message"
    assert str(refused.value).endswith(f"{most}, found {found} up to here")


def metadata(topics: int, tags: int) -> bytes:
    """Return a request about topics, of which the last has empty tagged fields."""
    plain = MetadataRequestTopic(name="t")
    odd = MetadataRequestTopic(
        name="t", unknown_tags=tuple((tag, b"") for tag in range(tags))
    )
    return encode(MetadataRequest(topics=(*(plain,) * (topics - 1), odd)), 9)


def test_tagged_fields_count_as_elements() -> None:
    decode(MetadataRequest, 9, metadata(10, ELEMENTS_MAX - 10))
    with pytest.raises(ProtocolError, match=r"topics\[9\].tags .*at most 100,000 elem"):
        decode(MetadataRequest, 9, metadata(10, ELEMENTS_MAX - 9))


def test_a_header_is_bounded_too() -> None:
    tags = tuple((tag, b"") for tag in range(ELEMENTS_MAX + 1))
    header = RequestHeader(
        request_api_key=0,
        request_api_version=9,
        correlation_id=0,
        client_id="",
        unknown_tags=tags,
    )
    with pytest.raises(ProtocolError, match=r"tags at byte .*at most 100,000 elements"):
        decode(RequestHeader, 2, encode(header, 2))


def test_an_answer_may_be_of_any_size() -> None:
    topic = MetadataResponseTopic(
        error_code=0, name="t", is_internal=False, partitions=()
    )
    answer = MetadataResponse(
        brokers=(), controller_id=0, topics=(topic,) * (ELEMENTS_MAX + 1)
    )
    assert decode(MetadataResponse, 1, encode(answer, 1)) == answer
    assert "_spare" not in reader_source(MetadataResponse, 12).text()
