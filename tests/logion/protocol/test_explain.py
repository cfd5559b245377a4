"""The texts that say which field of which message was wrong."""

from __future__ import annotations

import pytest
from logion.protocol.codec import encode
from logion.protocol.explain import (
    UNEXPLAINED,
    explain_bytes,
    explain_value,
    places_in,
)
from logion.protocol.messages.describe_topic_partitions import (
    Cursor,
    DescribeTopicPartitionsRequest,
)
from logion.protocol.messages.fetch import FetchRequest, FetchTopic
from logion.protocol.messages.metadata import MetadataResponse
from logion.protocol.messages.sasl_authenticate import SaslAuthenticateRequest
from logion.protocol.schema import replace


def test_a_path_leads_to_the_element() -> None:
    topic = FetchTopic(topic="t", partitions=())
    request = FetchRequest(max_wait_ms=0, min_bytes=0, topics=(topic, topic))
    body = encode(request, 0)
    assert explain_bytes(FetchRequest, 0, body[:-4], 0) == (
        "FetchRequest v0: topics[1].partitions at byte 26: expected length of "
        "[]FetchPartition of 4 bytes, found 0"
    )


def test_an_offset_counts_from_the_start_of_the_data() -> None:
    text = explain_bytes(FetchRequest, 0, b"??\0\0", 2)
    assert text == (
        "FetchRequest v0: replicaId at byte 2: expected int32 of 4 bytes, found 2"
    )


def test_a_cut_varint_and_an_endless_one_are_told_apart() -> None:
    start = bytes(4)
    cut = explain_bytes(MetadataResponse, 9, start + b"\xff", 0)
    endless = explain_bytes(MetadataResponse, 9, start + b"\xff" * 6, 0)
    assert cut.endswith(
        "brokers at byte 4: expected length of []MetadataResponseBroker, a varint, "
        "found the end of the data"
    )
    assert endless.endswith("expected varint of at most 5 bytes, found more")


def test_a_missing_mark_of_a_nullable_struct_is_named() -> None:
    body = encode(
        DescribeTopicPartitionsRequest(
            topics=(), response_partition_limit=1, cursor=None
        ),
        0,
    )
    cut = explain_bytes(DescribeTopicPartitionsRequest, 0, body[:-2], 0)
    assert "cursor at byte 5: expected mark of a nullable struct of 1 bytes" in cut


def test_bytes_that_read_well_have_no_explanation() -> None:
    request = FetchRequest(max_wait_ms=0, min_bytes=0, topics=())
    text = explain_bytes(FetchRequest, 0, encode(request, 0), 0)
    assert text == f"FetchRequest v0: {UNEXPLAINED}"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"max_wait_ms": "soon"}, "maxWaitMs: expected int32, found 'soon'"),
        ({"max_wait_ms": 2**31}, "maxWaitMs: expected int32, found 2147483648"),
        ({"topics": None}, "topics: expected []FetchTopic, found None"),
        ({"topics": (3,)}, "topics[0]: expected FetchTopic, found 3"),
        ({"rack_id": "\ud800"}, "rackId: expected string, found '\\ud800'"),
    ],
)
def test_a_wrong_value_is_named(fields: dict[str, object], text: str) -> None:
    values: dict[str, object] = {"max_wait_ms": 0, "min_bytes": 0, "topics": ()}
    message = FetchRequest(**(values | fields))  # type: ignore[arg-type]
    assert explain_value(message, 12, ValueError()) == f"FetchRequest v12: {text}"
    with pytest.raises(ValueError, match="FetchRequest v12: "):
        encode(message, 12)


def test_bytes_must_be_bytes() -> None:
    message = SaslAuthenticateRequest(auth_bytes="secret")  # type: ignore[arg-type]
    text = explain_value(message, 0, TypeError())
    assert text.endswith("v0: authBytes: expected bytes, found 'secret'")


def test_a_failure_without_a_wrong_value_is_passed_on() -> None:
    message = FetchRequest(max_wait_ms=0, min_bytes=0, topics=())
    text = explain_value(message, 4, ValueError("out of luck"))
    assert text == "FetchRequest v4: out of luck"


def test_nullable_structs_may_be_null_or_wrong() -> None:
    request = DescribeTopicPartitionsRequest(
        topics=(), response_partition_limit=1, cursor=None
    )
    assert explain_value(request, 0, ValueError("fine")).endswith(": fine")
    cursor = Cursor(topic_name="t", partition_index=2**40)
    text = explain_value(replace(request, cursor=cursor), 0, ValueError())
    assert text.endswith("cursor.partitionIndex: expected int32, found 1099511627776")


def test_every_field_of_the_version_has_its_place() -> None:
    request = SaslAuthenticateRequest(auth_bytes=b"abc")
    data = b"x" + encode(request, 2)
    assert places_in(SaslAuthenticateRequest, 2, data, 1) == {"authBytes": (1, 5)}


def test_places_end_where_bytes_are_wrong() -> None:
    topic = FetchTopic(topic="a", partitions=())
    request = FetchRequest(max_wait_ms=1, min_bytes=1, topics=(topic,))
    data = encode(request, 4)
    whole = places_in(FetchRequest, 4, data, 0)
    assert whole["topics[0].topic"] == (len(data) - 7, len(data) - 4)
    cut = places_in(FetchRequest, 4, data[:-5], 0)
    assert "maxBytes" in cut
    assert "topics[0].topic" not in cut
