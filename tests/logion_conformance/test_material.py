from __future__ import annotations

from logion.names import Uuid
from logion.protocol.messages.fetch import PartitionData
from logion.records.batch import parse_batches
from logion_conformance.material import (
    Reading,
    Topic,
    batch,
    fetch_partition,
    fetch_request,
    offsets_request,
    produce_request,
    records_in,
    values_in,
)

TOPIC = Topic("t", Uuid(b"sixteen bytes id"))


def test_a_batch_counts_its_records_from_zero() -> None:
    (found,) = parse_batches(batch(b"a", b"b", b"c"))
    assert (found.base_offset, found.last_offset, found.count) == (0, 2, 3)


def test_a_produce_names_the_topic_both_ways() -> None:
    (topic,) = produce_request(TOPIC, b"...", acks=1, partition=4).topic_data
    assert (topic.name, topic.topic_id) == (TOPIC.name, TOPIC.topic_id)
    assert topic.partition_data[0].index == 4


def test_a_fetch_of_no_partition_names_no_topic() -> None:
    reading = Reading(session_id=5, session_epoch=2)
    request = fetch_request(TOPIC, reading=reading)
    assert (request.topics, request.session_id, request.session_epoch) == ((), 5, 2)


def test_a_fetch_asks_for_the_offset_and_the_limits_given() -> None:
    reading = Reading(partition_max_bytes=77)
    (topic,) = fetch_request(TOPIC, fetch_partition(9, reading=reading)).topics
    (wanted,) = topic.partitions
    assert (wanted.fetch_offset, wanted.partition_max_bytes) == (9, 77)


def test_an_offset_is_asked_for_by_time() -> None:
    (topic,) = offsets_request(TOPIC, -2, partition=3, max_num_offsets=9).topics
    (wanted,) = topic.partitions
    assert (wanted.partition_index, wanted.timestamp) == (3, -2)
    assert wanted.max_num_offsets == 9


def test_records_before_the_offset_are_dropped() -> None:
    data = PartitionData(
        partition_index=0, error_code=0, high_watermark=3, records=batch(b"a", b"b")
    )
    assert values_in(data, 1) == [b"b"]
    assert [record.offset for record in records_in(data)] == [0, 1]
