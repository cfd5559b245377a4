"""What holds for any records: Hypothesis makes them up, from a fixed seed."""

from __future__ import annotations

from hypothesis import strategies as st
from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record

from logion_conformance.case import MUST, case
from logion_conformance.expect import expect, expect_success
from logion_conformance.inputs import BATCH_SIZES, RECORDS, for_any
from logion_conformance.material import TIMESTAMP, batch_of, records_in
from logion_conformance.subject import Subject

CODECS = st.sampled_from([Codec.NONE, Codec.GZIP, Codec.SNAPPY, Codec.LZ4])
"""Those that every version of Produce from 3 on may carry."""

WINDOW_MS = 1_000
"""Times of one input lie in here, those of the next one later."""


@case(
    "records.any.content",
    level=MUST,
    cites="Kafka documentation, Record; KIP-82 (headers), KIP-32 (timestamps)",
    apis={"Produce": "3+", "Fetch": "4+"},
)
async def test_any_records_come_back_as_sent(broker: Subject) -> None:
    """Whatever the keys, values, headers, timestamps and codec of a batch are: it is
    read back with them, record by record."""
    topic = await broker.topic()

    async def holds(sent: tuple[list[Record], Codec]) -> None:
        records, codec = sent
        options = BatchOptions(codec=codec)
        came = await broker.produce(topic, batch_of(records, options))
        expect_success(came.error_code)
        base = came.base_offset
        found = records_in(await broker.fetch(topic, base), base)
        expected = [it._replace(offset=base + at) for at, it in enumerate(records)]
        expect("the records", found, expected)

    await for_any(broker, st.tuples(RECORDS, CODECS), holds)


@case(
    "records.any.offsets",
    level=MUST,
    cites="Kafka documentation, Topics and Logs: each record has the next offset",
    apis={"Produce": "0+", "Fetch": "0+", "ListOffsets": "0+"},
)
async def test_offsets_have_no_gaps_whatever_the_batches(broker: Subject) -> None:
    """However many records batches have: each record gets the offset after that of the
    one before it, and can be fetched from there."""
    topic = await broker.topic()

    async def holds(sizes: list[int]) -> None:
        begin = await broker.end_offset(topic)
        expected = begin
        for size in sizes:
            base = await broker.append(topic, *[b"x"] * size)
            expect("the base offset", base, expected)
            expected += size
        expect("the end offset", await broker.end_offset(topic), expected)
        middle = (begin + expected) // 2
        records = await broker.read(topic, expected - middle, middle)
        offsets = [record.offset for record in records]
        expect("the offsets", offsets, list(range(middle, expected)))

    await for_any(broker, BATCH_SIZES, holds)


@case(
    "records.any.times",
    level=MUST,
    cites="KIP-79: the first record that is not older than the time",
    apis={"ListOffsets": "1+", "Produce": "3+"},
)
async def test_any_time_finds_the_first_record_that_is_not_older(
    broker: Subject,
) -> None:
    """Whatever the timestamps of records are, in whatever order and batches: a time
    finds the first record, by offset, that is not older."""
    topic = await broker.topic()
    inputs = 0

    async def holds(sent: tuple[list[list[int]], int]) -> None:
        nonlocal inputs
        inputs += 1
        begin = TIMESTAMP + inputs * WINDOW_MS
        batches, asked = sent
        found: list[tuple[int, int]] = []
        for times in batches:
            records = [Record(0, begin + it, None, b"x") for it in times]
            came = await broker.produce(topic, batch_of(records))
            expect_success(came.error_code)
            offsets = range(came.base_offset, came.base_offset + len(records))
            found += zip(offsets, [it.timestamp for it in records], strict=True)
        answer = await broker.list_offset(topic, begin + asked)
        expect_success(answer.error_code)
        later = [it for it in found if it[1] >= begin + asked]
        first = min(later, default=(-1, -1))
        expect("offset and time", (answer.offset, answer.timestamp), first)

    times = st.integers(0, WINDOW_MS - 1)
    batches = st.lists(st.lists(times, min_size=1, max_size=5), min_size=1, max_size=4)
    await for_any(broker, st.tuples(batches, times), holds)
