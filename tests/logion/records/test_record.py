"""Records survive writing and reading in every format; damage is refused cleanly."""

from __future__ import annotations

import importlib
import warnings
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from logion.protocol.errors import ApiError, Error
from logion.records.batch import check_crc, parse_batches
from logion.records.codec import Codec
from logion.records.record import (
    BatchOptions,
    Record,
    read_batch,
    read_records,
    write_batch,
)
from logion.records.varint import varint

FORMATS = [
    (magic, codec)
    for magic in (0, 1, 2)
    for codec in Codec
    if codec is not Codec.ZSTD or magic == 2
]
BYTES = st.none() | st.binary(max_size=200)
HEADERS = st.lists(st.tuples(st.text(max_size=5), BYTES), max_size=3).map(tuple)
TIMESTAMPS = st.integers(-1, 2**50) | st.just(2**63 - 1)


@st.composite
def record_sets(draw: st.DrawFn) -> list[Record]:
    offset = draw(st.integers(0, 2**60))
    records = []
    for _ in range(draw(st.integers(1, 6))):
        fields = (draw(TIMESTAMPS), draw(BYTES), draw(BYTES), draw(HEADERS))
        records.append(Record(offset, *fields))
        offset += draw(st.integers(1, 3))
    return records


def as_stored(record: Record, magic: int, append_time: int | None) -> Record:
    """Return what is left of a record in the format."""
    timestamp = record.timestamp if append_time is None else append_time
    if magic == 2:
        return record._replace(timestamp=timestamp)
    return record._replace(timestamp=timestamp if magic else -1, headers=())


@pytest.mark.parametrize(("magic", "codec"), FORMATS)
@given(records=record_sets(), append_time=st.none() | st.just(77))
def test_records_survive_a_round_trip(
    magic: int, codec: Codec, records: list[Record], append_time: int | None
) -> None:
    options = BatchOptions(magic=magic, codec=codec, log_append_time=append_time)
    buffer = write_batch(records, options)
    for batch in parse_batches(buffer):
        check_crc(buffer, batch)
        assert batch.magic == magic
    assert list(read_records(memoryview(buffer))) == [
        as_stored(record, magic, append_time) for record in records
    ]


def test_timestamps_further_apart_than_64_bits_wrap_as_in_java() -> None:
    records = [Record(0, -1), Record(1, 2**63 - 1), Record(2, -(2**63))]
    assert list(read_records(write_batch(records))) == records


@pytest.mark.parametrize(("magic", "codec"), FORMATS)
def test_a_set_cut_at_any_byte_is_refused(magic: int, codec: Codec) -> None:
    records = [Record(i, i, b"key", b"value" * 5, (("h", b"x"),)) for i in range(3)]
    buffer = write_batch(records, BatchOptions(magic=magic, codec=codec))
    ends = {0, *(batch.end for batch in parse_batches(buffer))}
    for cut in set(range(len(buffer))) - ends:
        with pytest.raises(ApiError) as refused:
            list(read_records(buffer[:cut]))
        assert refused.value.error is Error.CORRUPT_MESSAGE


@pytest.mark.parametrize(("magic", "codec"), FORMATS)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
@example(at=876, byte=241)
def test_a_damaged_byte_gives_records_or_a_clean_error(
    magic: int, codec: Codec, at: int, byte: int
) -> None:
    records = [Record(i, i, b"key", None, (("h", b"x"), ("", None))) for i in range(3)]
    buffer = bytearray(write_batch(records, BatchOptions(magic=magic, codec=codec)))
    buffer[at % len(buffer)] = byte
    try:
        found = len(list(read_records(buffer, size_max=10_000)))
    except ApiError:
        found = 0
    # A byte of what is compressed may become a longer copy, of whole messages even.
    assert found <= 3 or codec is not Codec.NONE


def plain_batch(body: bytes, count: int) -> bytes:
    """Return a batch whose records are `body`, whatever that is."""
    filler = write_batch([Record(0, 0, None, bytes(len(body) - 7))])
    start = len(filler) - len(body)
    return filler[: start - 4] + count.to_bytes(4, "big", signed=True) + body


@pytest.mark.parametrize(
    ("body", "count", "found"),
    [
        ("0c00000001010000", 1, "end at byte 7 of 8"),
        ("0c000000010100", 2, "record 1 of 2 at byte 7"),
        ("0c000000010100", -1, "-1 records"),
        ("0e000000010100", 1, "its size is 7, its fields take 6"),
        ("0c000000012000", 1, "record 0 of 1 at byte 0: the data ends within it"),
        ("0c00000001010f", 1, "-8 headers"),
        ("0c00000001010e", 1, "7 headers in 0 bytes"),
        ("0e00000001010201", 1, "a header key of -1 bytes"),
        ("ffffffffffffffffffffff01", 1, "more than 10 bytes"),
    ],
)
def test_what_is_no_record_is_named(body: str, count: int, found: str) -> None:
    with pytest.raises(ApiError, match=found) as refused:
        list(read_records(plain_batch(bytes.fromhex(body), count)))
    assert refused.value.error is Error.INVALID_RECORD


def test_record_attributes_without_a_meaning_are_read_over() -> None:
    body = bytes.fromhex("0cff0000010100")
    assert list(read_records(plain_batch(body, 1))) == [Record(0, 0)]


def test_any_negative_length_is_null() -> None:
    body = bytes.fromhex("0c000000030500")
    assert list(read_records(plain_batch(body, 1))) == [Record(0, 0)]


@given(st.binary(min_size=7, max_size=60), st.integers(-2, 5))
def test_arbitrary_record_bytes_are_records_or_invalid(body: bytes, count: int) -> None:
    try:
        found = list(read_records(plain_batch(body, count)))
    except ApiError as refusal:
        found = [] if refusal.error is Error.INVALID_RECORD else [Record(-1)] * 99
    assert len(found) <= max(count, 0)


def test_header_names_that_are_no_utf8_survive() -> None:
    record = Record(0, 0, None, None, (("\udcff", b"x"),))
    buffer = write_batch([record])
    assert varint(1) + b"\xff" in buffer
    assert list(read_records(buffer)) == [record]


@pytest.mark.parametrize("codec", Codec)
def test_an_empty_batch_has_no_records_whatever_its_codec(codec: Codec) -> None:
    options = BatchOptions(base_offset=5, last_offset=9, codec=codec)
    buffer = bytearray(write_batch([], options))
    assert (len(buffer), buffer[21:23]) == (61, b"\0\0")
    buffer[22] |= codec
    (batch,) = parse_batches(buffer)
    assert read_batch(buffer, batch) == []


def test_only_what_is_decompressed_has_a_bound() -> None:
    records = [Record(0, 0, None, bytes(1000))]
    plain, packed = (
        write_batch(records, BatchOptions(codec=codec))
        for codec in (Codec.NONE, Codec.GZIP)
    )
    assert list(read_records(plain, size_max=1)) == records
    assert list(read_records(packed, size_max=1100)) == records
    with pytest.raises(ApiError, match="more than 999 bytes") as refused:
        list(read_records(packed, size_max=999))
    assert refused.value.error is Error.MESSAGE_TOO_LARGE


def test_records_are_compressed_as_much_as_is_wished() -> None:
    records = [Record(i, 0, None, b"%d is %d" % (i, i * i)) for i in range(300)]
    fast, slow = (
        write_batch(records, BatchOptions(codec=Codec.GZIP, level=level))
        for level in (1, 9)
    )
    assert len(slow) < len(fast)


@pytest.mark.parametrize("magic", [0, 1, 2])
def test_what_has_no_place_in_the_format_is_refused(magic: int) -> None:
    with pytest.raises(ApiError, match="out of range"):
        write_batch([Record(2**63, 2**63)], BatchOptions(magic=magic))


def test_offsets_further_apart_than_32_bits_are_refused() -> None:
    with pytest.raises(ApiError, match="out of range"):
        write_batch([Record(0), Record(2**31)])


FIELDS = [
    "0000000000000005 0000004b 00000003 02 fa3e2305",  # offset, size, epoch, magic, crc
    "0070 00000006",  # transactional, control and horizon; last offset - base offset
    "000000000000004d 00000000000003e8",  # the horizon, and the largest timestamp
    "0000000000001267 0002 00000006 00000002",  # producer, epoch, sequence, count
    "1e 00 b60e 04 02 6b 02 76 04 02 68 02 78 00 01",
    "12 00 b20e 08 01 04 7676 00",
]


def test_every_field_of_a_batch_has_its_place() -> None:
    records = [
        Record(7, 1000, b"k", b"v", (("h", b"x"), ("", None))),
        Record(9, 998, None, b"vv"),
    ]
    options = BatchOptions(
        base_offset=5, last_offset=11, leader_epoch=3, producer_id=4711,
        producer_epoch=2, base_sequence=6, is_transactional=True, is_control=True,
        delete_horizon=77,
    )  # fmt: skip
    buffer = bytes.fromhex("".join(FIELDS))
    assert write_batch(records, options) == buffer
    assert list(read_records(buffer)) == records


@pytest.mark.parametrize(
    ("options", "attributes"),
    [
        (BatchOptions(codec=Codec.LZ4), 0x03),
        (BatchOptions(log_append_time=5), 0x08),
        (BatchOptions(is_transactional=True), 0x10),
        (BatchOptions(is_control=True), 0x20),
        (BatchOptions(delete_horizon=8), 0x40),
    ],
)
def test_each_option_has_its_bits_alone(options: BatchOptions, attributes: int) -> None:
    assert write_batch([Record(0)], options)[21:23] == bytes((0, attributes))


KAFKA_PYTHON = [
    (magic, codec)
    for magic, codec in FORMATS
    # kafka-python needs another library for the wrong checksum of lz4 with magic 0.
    if (magic, codec) != (0, Codec.LZ4)
]


@pytest.fixture(scope="module")
def kafka_python() -> ModuleType:
    """Return kafka-python's record module; it uses what Python 3.11 deprecates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module("kafka.record")


@pytest.mark.parametrize(("magic", "codec"), KAFKA_PYTHON)
def test_kafka_python_reads_what_is_written_here(
    kafka_python: ModuleType, magic: int, codec: Codec
) -> None:
    headers = (("h", b"x"), ("", None)) if magic == 2 else ()
    written = [Record(i, 5 + i, b"k", b"v" * 100, headers) for i in range(4)]
    written.append(Record(4, 9))
    buffer = write_batch(written, BatchOptions(magic=magic, codec=codec))
    found, reader = [], kafka_python.MemoryRecords(buffer)
    while (batch := reader.next_batch()) is not None:
        assert batch.validate_crc()
        for r in batch:
            time = -1 if r.timestamp is None else r.timestamp
            found.append(Record(r.offset, time, r.key, r.value, tuple(r.headers)))
    assert found == [as_stored(record, magic, None) for record in written]


@pytest.mark.parametrize(("magic", "codec"), KAFKA_PYTHON)
def test_what_kafka_python_writes_is_read_here(
    kafka_python: ModuleType, magic: int, codec: Codec
) -> None:
    builder = kafka_python.MemoryRecordsBuilder(magic, codec.value, 100_000)
    written = []
    for i in range(5):
        headers = [("h", b"x"), ("", None)] if magic == 2 else []
        builder.append(timestamp=7 + i, key=b"k", value=b"v" * 100, headers=headers)
        written.append(Record(i, 7 + i, b"k", b"v" * 100, tuple(headers)))
    builder.close()
    buffer = builder.buffer()
    for batch in parse_batches(buffer):
        check_crc(buffer, batch)
    assert list(read_records(buffer)) == [as_stored(r, magic, None) for r in written]
