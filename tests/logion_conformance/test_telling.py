from __future__ import annotations

from logion.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic
from logion_conformance.material import Topic, batch, produce_request
from logion_conformance.telling import told


def test_only_what_is_not_at_its_default_is_told() -> None:
    request = MetadataRequest(topics=(MetadataRequestTopic(name="t"),))
    assert told(request) == "MetadataRequest(topics=[MetadataRequestTopic(name='t')])"


def test_records_are_told_by_batch() -> None:
    text = told(produce_request(Topic("t"), batch(b"a", b"b")))
    assert "records=[batch 0..1, magic 2, 2 records," in text


def test_bytes_that_are_no_batch_are_counted() -> None:
    text = told(produce_request(Topic("t"), batch(b"a") + b"junk"))
    assert "; 4 bytes that are no whole batch]" in text


def test_an_id_is_told_in_hexadecimal() -> None:
    assert told(bytes(15) + b"\x01") == "00" * 15 + "01"
