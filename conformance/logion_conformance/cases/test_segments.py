"""Logs of several segments: what is found in them, and what fits into one."""

from __future__ import annotations

from logion.protocol.errors import Error
from logion.records.record import Record

from logion_conformance.case import MUST, case
from logion_conformance.expect import expect, expect_error, expect_success
from logion_conformance.material import (
    LATEST,
    MAX_TIMESTAMP,
    TIMESTAMP,
    Topic,
    batch_of,
)
from logion_conformance.subject import Subject
from logion_conformance.upkeep import SEGMENT_MS, fill, records_from, segmented

MIB = 1024 * 1024
"""The smallest `segment.bytes` since 4.0 (KIP-1030)."""


async def large(broker: Subject, topic: Topic, *laters: int) -> None:
    """Append records of TIMESTAMP and so much later, each in a segment of its own."""
    broker.need_number("socket.request.max.bytes", MIB)
    for later in laters:
        record = Record(0, TIMESTAMP + later, None, bytes(MIB * 3 // 5))
        came = await broker.produce(topic, batch_of([record]))
        expect_success(came.error_code)


@case(
    "segments.by-time",
    level=MUST,
    cites="KIP-79: the first record that is not older than the time",
    apis={"ListOffsets": "1+", "Produce": "2+", "CreateTopics": "0+"},
)
async def test_a_time_is_found_in_any_segment(broker: Subject) -> None:
    """In a log of several segments a time finds the first record not older, whichever
    segment that is in; a time after all records finds nothing."""
    topic = await segmented(broker)
    await fill(broker, topic, range(5))
    for number in range(5):
        time = TIMESTAMP + 2 * number * SEGMENT_MS
        for asked in (time - 1, time):
            came = await broker.list_offset(topic, asked)
            found = (came.offset, came.timestamp)
            expect(f"offset and time for {asked}", found, (number, time))
    after = await broker.list_offset(topic, TIMESTAMP + 8 * SEGMENT_MS + 1)
    expect("offset and time after all", (after.offset, after.timestamp), (-1, -1))


@case(
    "segments.out-of-order",
    level=MUST,
    cites="KIP-79; KIP-734: timestamp -3 finds the record with the largest timestamp",
    apis={"ListOffsets": "7+", "Produce": "3+", "CreateTopics": "0+"},
)
async def test_the_newest_time_may_be_in_an_old_segment(broker: Subject) -> None:
    """Where older records come later, in segments of their own, a time finds the first
    by offset, and the newest time the record that has it."""
    topic = await broker.topic(segment_bytes=str(MIB))
    await large(broker, topic, 100, 300, 200)
    expected = {
        TIMESTAMP + 101: (1, TIMESTAMP + 300),
        TIMESTAMP + 201: (1, TIMESTAMP + 300),
        MAX_TIMESTAMP: (1, TIMESTAMP + 300),
    }
    for asked, found in expected.items():
        came = await broker.list_offset(topic, asked)
        expect(f"offset and time for {asked}", (came.offset, came.timestamp), found)


@case(
    "segments.listed",
    level=MUST,
    cites="ListOffsets 0: where segments begin, newest first",
    apis={"ListOffsets": "0", "Produce": "0+", "Fetch": "0+"},
)
async def test_the_oldest_version_lists_segments(broker: Subject) -> None:
    """Version 0 lists the end of the log and where each segment begins, newest first,
    as many as are asked for."""
    topic = await segmented(broker)
    await fill(broker, topic, range(3))
    for count, offsets in ((10, (3, 2, 1, 0)), (2, (3, 2))):
        came = await broker.list_offset(topic, LATEST, max_num_offsets=count)
        expect_success(came.error_code)
        expect(f"at most {count} offsets", came.old_style_offsets, offsets)


@case(
    "segments.read",
    level=MUST,
    cites="Kafka documentation, Log: a read goes on with the next segment",
    apis={"Fetch": "0+", "Produce": "0+"},
)
async def test_a_log_is_read_over_its_segments(broker: Subject) -> None:
    """Whoever asks for the offset after the last one it got reads each record once, in
    order, from whatever offset on."""
    topic = await segmented(broker)
    await fill(broker, topic, range(5))
    for begin in (0, 3):
        offsets = [it.offset for it in await records_from(broker, topic, begin)]
        expect(f"the offsets from {begin} on", offsets, list(range(begin, 5)))


@case(
    "segments.too-large",
    level=MUST,
    cites="Kafka documentation, segment.bytes; error 18 RECORD_LIST_TOO_LARGE",
    apis={"Produce": "0+", "CreateTopics": "0+", "ListOffsets": "0+"},
)
async def test_a_batch_has_to_fit_into_a_segment(broker: Subject) -> None:
    """A batch that is larger than segment.bytes is RECORD_LIST_TOO_LARGE, and nothing
    of it is appended; a smaller one is fine."""
    broker.need_number("socket.request.max.bytes", 2 * MIB)
    topic = await broker.topic(segment_bytes=str(MIB), max_message_bytes=str(2 * MIB))
    came = await broker.produce(topic, broker.batch(bytes(MIB)))
    expect_error(came.error_code, Error.RECORD_LIST_TOO_LARGE)
    expect("the end offset", await broker.end_offset(topic), 0)
    expect("the base offset", await broker.append(topic, bytes(MIB // 2)), 0)
