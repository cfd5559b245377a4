"""What clients want to append: stamped in place, written anew, or refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import release
from logion.records import validation
from logion.records.batch import (
    TimestampType,
    check_crc,
    parse_batches,
    stamp,
    stamp_time,
)
from logion.records.checksum import crc32c
from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record, read_records, write_batch
from logion.records.validation import (
    InvalidRecords,
    Prepared,
    ProduceRules,
    RecordError,
    UnfitForVersion,
    rules_of_release,
    validate_produced,
)

NOW = 1_000_000
RECORDS = [Record(i, NOW - i, b"k%d" % i, b"v" * 20) for i in range(3)]
APPEND_TIME = TimestampType.LOG_APPEND_TIME
BOTH_TYPES = [TimestampType.CREATE_TIME, APPEND_TIME]
LEGACY = [(m, c) for m in (0, 1) for c in (Codec.NONE, Codec.GZIP, Codec.LZ4)]
FORMATS = [*LEGACY, *((2, codec) for codec in Codec)]


def produced(records: list[Record] = RECORDS, **options: Any) -> bytearray:
    return bytearray(write_batch(records, BatchOptions(**options)))


def validated(
    buffer: bytes | bytearray | memoryview, version: int = 9, **rules: Any
) -> Prepared:
    return validate_produced(
        buffer,
        ProduceRules(**rules),
        produce_version=version,
        now_ms=NOW,
        base_offset=500,
        leader_epoch=4,
    )


def refusal(buffer: bytes | bytearray, version: int = 9, **rules: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        validated(buffer, version, **rules)
    return caught.value


def refused(
    buffer: bytes | bytearray, version: int = 9, **rules: Any
) -> tuple[Error, str]:
    found = refusal(buffer, version, **rules)
    return found.error, str(found)


def patched(buffer: bytearray, at: int, data: bytes) -> bytearray:
    """Return the batch with other header bytes and the right checksum for them."""
    buffer[at : at + len(data)] = data
    buffer[17:21] = crc32c(memoryview(buffer)[21:]).to_bytes(4, "big")
    return buffer


def version_of(magic: int) -> int:
    return (1, 2, 9)[magic]


def check(prepared: Prepared, magic: int, codec: Codec) -> list[Record]:
    """Check that what was prepared is whole, valid and placed; return its records."""
    assert parse_batches(prepared.buffer) == list(prepared.batches)
    for batch in prepared.batches:
        check_crc(prepared.buffer, batch)
        assert (batch.magic, batch.codec) == (magic, codec)
        assert batch.leader_epoch == (4 if magic == 2 else -1)
    records = list(read_records(prepared.buffer))
    assert prepared.base_offset == records[0].offset == 500
    assert prepared.last_offset == records[-1].offset
    assert [record.offset for record in records] == list(range(500, 500 + len(records)))
    assert prepared.max_timestamp == max(record.timestamp for record in records)
    newest = [r.offset for r in records if r.timestamp == prepared.max_timestamp]
    assert newest[0] <= prepared.offset_of_max_timestamp <= prepared.last_offset
    return records


@pytest.mark.parametrize("kind", BOTH_TYPES)
@pytest.mark.parametrize(("from_magic", "from_codec"), FORMATS)
@pytest.mark.parametrize(
    ("magic", "codec"), [*FORMATS, (0, None), (1, None), (2, None)]
)
def test_every_format_becomes_the_logs_own(
    *, from_magic: int, from_codec: Codec, magic: int, codec: Codec | None, kind: int
) -> None:
    if magic < 2 and codec is None and from_codec is Codec.ZSTD:
        codec = Codec.NONE  # a log of an old format cannot keep the producer's zstd
    buffer = produced(magic=from_magic, codec=from_codec)
    prepared = validated(
        buffer,
        version_of(from_magic),
        magic=magic,
        codec=codec,
        timestamp_type=TimestampType(kind),
    )
    records = check(prepared, magic, from_codec if codec is None else codec)
    assert [r.key for r in records] == [r.key for r in RECORDS]
    is_append_time = kind == APPEND_TIME
    assert prepared.log_append_time == (NOW if is_append_time else -1)
    if magic == 0 or (from_magic == 0 and not is_append_time):
        expected = [-1, -1, -1]
    else:
        expected = [NOW if is_append_time else r.timestamp for r in RECORDS]
    assert [record.timestamp for record in records] == expected


@pytest.mark.parametrize(
    ("magic", "codec"),
    [f for f in FORMATS if f not in {(0, Codec.GZIP), (0, Codec.LZ4)}],
)
@pytest.mark.parametrize("kind", BOTH_TYPES)
def test_a_set_of_the_logs_own_format_is_patched_where_it_stands(
    magic: int, codec: Codec, kind: TimestampType
) -> None:
    buffer = produced(magic=magic, codec=codec)
    size, tail = len(buffer), bytes(buffer[-10:])
    rules = {"magic": magic, "timestamp_type": kind, "is_compacted": magic == 2}
    prepared = validated(buffer, version_of(magic), **rules)
    assert bytes(prepared.buffer) == bytes(buffer)
    assert (len(buffer), bytes(buffer[-10:])) == (size, tail)
    check(prepared, magic, codec)


def test_the_records_of_one_batch_are_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(validation, "read_batch")
    for codec in Codec:
        for kind in BOTH_TYPES:
            prepared = validated(produced(codec=codec), timestamp_type=kind)
            assert prepared.last_offset == 502
    newest = produced([Record(0, NOW + 10)])
    assert validated(newest, timestamp_after_max_ms=10).max_timestamp == NOW + 10


def test_a_read_only_buffer_is_copied() -> None:
    buffer = bytes(produced())
    assert check(validated(memoryview(buffer)), 2, Codec.NONE)
    assert parse_batches(buffer)[0].base_offset == 0


def test_one_producer_stays_the_author() -> None:
    options = {"producer_id": 9, "producer_epoch": 2, "base_sequence": 5}
    buffer = produced(is_transactional=True, **options)
    (batch,) = validated(buffer, codec=Codec.GZIP).batches
    assert (batch.producer_id, batch.producer_epoch, batch.base_sequence) == (9, 2, 5)
    assert batch.is_transactional


@pytest.mark.parametrize("magic", [0, 1, 2])
@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP])
def test_a_cut_set_is_refused_or_appended_up_to_the_cut(
    magic: int, codec: Codec
) -> None:
    buffer = bytes(produced(magic=magic, codec=codec))
    version = version_of(magic)
    ends = {batch.end: i + 1 for i, batch in enumerate(parse_batches(buffer))}
    for cut in range(len(buffer)):
        whole = max((count for end, count in ends.items() if end <= cut), default=0)
        if magic == 2:
            assert refused(buffer[:cut])[0] is Error.INVALID_RECORD
        else:
            prepared = validated(buffer[:cut], version, magic=magic)
            assert len(prepared.batches) == whole


def test_an_old_request_without_a_whole_message_appends_nothing() -> None:
    prepared = validated(b"", 1)
    assert len(prepared.buffer) == 0
    assert prepared[1:] == ((), -1, -1, -1, -1, -1)


def test_a_new_request_brings_exactly_one_batch() -> None:
    for version in (3, 9):
        error, text = refused(produced() + produced(), version)
        assert error is Error.INVALID_RECORD
        assert "2 entries; one whole batch was expected" in text
    assert "0 entries" in refused(b"")[1]


@pytest.mark.parametrize("second", [1, 2])
def test_an_old_request_brings_one_batch_if_it_is_of_magic_2(second: int) -> None:
    error, text = refused(produced() + produced(RECORDS[:1], magic=second), 2)
    assert error is Error.INVALID_RECORD
    assert "2 entries; one was expected" in text


def test_a_new_request_brings_magic_2() -> None:
    for magic in (0, 1):
        error, text = refused(produced(RECORDS[:1], magic=magic))
        assert (error, f"magic {magic}" in text) == (Error.INVALID_RECORD, True)


def test_zstd_needs_produce_7() -> None:
    error, text = refused(produced(codec=Codec.ZSTD), 6)
    assert error is Error.UNSUPPORTED_COMPRESSION_TYPE
    assert "zstd in Produce 6; it needs 7" in text
    assert check(validated(produced(codec=Codec.ZSTD), 7), 2, Codec.ZSTD)


def test_an_unknown_codec_is_refused() -> None:
    buffer = patched(produced(), 21, b"\0\x07")
    assert refused(buffer)[0] is Error.UNSUPPORTED_COMPRESSION_TYPE


@pytest.mark.parametrize(
    ("at", "data", "found"),
    [
        (57, b"\0\0\0\0", "0 records claimed, 3 offsets"),
        (57, b"\xff\xff\xff\xff", "-1 records claimed"),
        (23, b"\0\0\0\x07", "3 records claimed, 8 offsets"),
        (23, b"\xff\xff\xff\xf0", "-15 offsets spanned"),
        (21, b"\0\x20", ": a control batch; only brokers write those"),
        (43, b"\0\0\0\0\0\0\0\x01\0\0", "sequence -1 with a producer id"),
        (0, b"\0\0\0\0\0\0\0\x01", "base offset 1; producers send 0"),
    ],
)
def test_headers_no_client_may_send_are_invalid(
    at: int, data: bytes, found: str
) -> None:
    error, text = refused(patched(produced(), at, data))
    assert (error, found in text) == (Error.INVALID_RECORD, True)


def test_a_batch_without_records_that_spans_no_offsets_is_invalid() -> None:
    buffer = patched(produced(), 57, bytes(4))
    error, text = refused(patched(buffer, 23, b"\xff\xff\xff\xff"))
    assert error is Error.INVALID_RECORD
    assert "0 records claimed, 0 offsets" in text


@pytest.mark.parametrize("magic", [0, 1, 2])
def test_a_wrong_checksum_is_corrupt(magic: int) -> None:
    buffer = produced(magic=magic)
    buffer[-1] ^= 1
    error, text = refused(buffer, version_of(magic), magic=magic)
    assert (error, "checksum" in text) == (Error.CORRUPT_MESSAGE, True)


def test_a_wrong_checksum_inside_a_wrapper_is_corrupt() -> None:
    inner = produced(magic=1)
    inner[-1] ^= 1
    value = __import__("gzip").compress(inner)
    wrapper = produced([Record(2, NOW, None, value)], magic=1)
    wrapper[17] = 1
    wrapper[12:16] = __import__("zlib").crc32(wrapper[16:]).to_bytes(4, "big")
    assert refused(wrapper, 2, magic=1)[0] is Error.CORRUPT_MESSAGE


@pytest.mark.parametrize("version", [2, 3, 9])
def test_an_unknown_magic_is_corrupt_whatever_the_log_since_produce_3(
    version: int,
) -> None:
    buffer = produced()
    buffer[16] = 9
    found = refusal(buffer, version)
    assert found.error is Error.CORRUPT_MESSAGE
    assert isinstance(found, UnfitForVersion) is (version >= 3)


def test_a_magic_that_is_too_new_for_the_release_is_corrupt() -> None:
    assert validated(produced(magic=1), 2, magic=1, magic_max=1).batches
    error, text = refused(produced(), magic=1, magic_max=1)
    assert error is Error.CORRUPT_MESSAGE
    assert "magic 2; the broker knows up to 1" in text


def test_an_entry_above_the_limit_is_too_large() -> None:
    size = len(produced())
    assert validated(produced(), message_size_max=size).last_offset == 502
    error, text = refused(produced(), message_size_max=size - 1)
    assert (error, f"{size} bytes; limit" in text) == (Error.MESSAGE_TOO_LARGE, True)


def test_an_entry_that_grows_above_the_limit_is_too_large() -> None:
    buffer = produced([Record(0, NOW, None, bytes(5000))], codec=Codec.GZIP)
    size = len(validated(buffer, codec=Codec.NONE).buffer)
    assert validated(buffer, codec=Codec.NONE, message_size_max=size).batches
    error, text = refused(buffer, codec=Codec.NONE, message_size_max=size - 1)
    assert error is Error.MESSAGE_TOO_LARGE
    assert f"{size} bytes as the log stores it; limit {size - 1}" in text


def test_records_that_decompress_to_too_much_are_too_large() -> None:
    buffer = produced([Record(0, NOW, None, bytes(5000))], codec=Codec.GZIP)
    rules = {"codec": Codec.LZ4, "decompressed_size_max": 1000}
    assert refused(buffer, **rules)[0] is Error.MESSAGE_TOO_LARGE


@pytest.mark.parametrize("magic", [0, 1])
@pytest.mark.parametrize(
    "options",
    [{"is_transactional": True}, {"producer_id": 1, "base_sequence": 0}],
)
def test_idempotence_needs_a_log_of_magic_2(
    magic: int, options: dict[str, Any]
) -> None:
    error, text = refused(produced(**options), magic=magic)
    assert error is Error.UNSUPPORTED_FOR_MESSAGE_FORMAT
    assert f"an idempotent batch for a log of magic {magic}; it needs 2" in text


def test_headers_need_a_log_of_magic_2() -> None:
    record = Record(0, NOW, None, None, (("h", b""),))
    error, text = refused(produced([record]), magic=1)
    assert error is Error.UNKNOWN_SERVER_ERROR
    assert text.endswith(": records with headers for a log of magic 1; it has none")


def test_headers_stay_when_the_leader_compresses() -> None:
    record = Record(0, NOW, None, None, (("h", b""),))
    (found,) = check(validated(produced([record]), codec=Codec.GZIP), 2, Codec.GZIP)
    assert found.headers == (("h", b""),)


def test_a_compacted_topic_needs_keys() -> None:
    records = [Record(0, NOW, b"k"), Record(1, NOW), Record(2, NOW)]
    with pytest.raises(InvalidRecords) as caught:
        validated(produced(records), is_compacted=True)
    assert caught.value.error is Error.INVALID_RECORD
    text = "no key, in a compacted topic"
    errors = (RecordError(1, text), RecordError(2, text))
    assert caught.value.record_errors == errors
    assert "2 of 3 records" in str(caught.value)


@pytest.mark.parametrize(
    ("rules", "timestamps", "found"),
    [
        (
            {"timestamp_after_max_ms": 10},
            [NOW, NOW + 11, NOW + 10],
            [RecordError(1, "11 ms ahead; limit 10")],
        ),
        (
            {"timestamp_before_max_ms": 10},
            [NOW - 11, NOW, NOW - 10],
            [RecordError(0, "11 ms old; limit 10")],
        ),
        (
            {"timestamp_before_max_ms": 10},
            [0, -1, 1],
            [
                RecordError(0, f"{NOW} ms old; limit 10"),
                RecordError(2, f"{NOW - 1} ms old; limit 10"),
            ],
        ),
    ],
)
def test_timestamps_stay_within_the_limits(
    rules: dict[str, int], timestamps: list[int], found: list[RecordError]
) -> None:
    records = [Record(i, t) for i, t in enumerate(timestamps)]
    with pytest.raises(InvalidRecords) as caught:
        validated(produced(records), **rules)
    assert caught.value.error is Error.INVALID_TIMESTAMP
    assert list(caught.value.record_errors) == found
    stamped = validated(produced(records), timestamp_type=APPEND_TIME, **rules)
    assert stamped.max_timestamp == NOW


def test_a_wrong_time_outweighs_a_missing_key() -> None:
    records = [Record(0, NOW), Record(1, NOW + 99, b"k")]
    with pytest.raises(InvalidRecords) as caught:
        validated(produced(records), is_compacted=True, timestamp_after_max_ms=5)
    assert caught.value.error is Error.INVALID_TIMESTAMP
    assert [e.batch_index for e in caught.value.record_errors] == [0, 1]


def test_append_time_from_a_producer_is_refused_or_taken_back() -> None:
    options = {"log_append_time": NOW}
    error, text = refused(produced(**options), timestamp_type=APPEND_TIME)
    assert error is Error.INVALID_TIMESTAMP
    assert "; LogAppendTime from a producer; brokers set that" in text
    assert refused(produced(**options), refuses_append_time=True)[0] is (
        Error.INVALID_TIMESTAMP
    )
    for magic in (1, 2):
        buffer = produced(RECORDS[:1], magic=magic, **options)
        (batch,) = validated(buffer, version_of(magic), magic=magic).batches
        assert batch.timestamp_type is TimestampType.CREATE_TIME


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP])
def test_a_false_newest_timestamp_is_put_right_where_records_are_read(
    codec: Codec,
) -> None:
    buffer = produced(codec=codec)
    stamp_time(buffer, parse_batches(buffer)[0], TimestampType.CREATE_TIME, 5)
    assert validated(buffer, is_compacted=True).max_timestamp == NOW


def test_relative_offsets_that_are_not_consecutive_are_rewritten() -> None:
    gaps = [Record(0, NOW, b"a"), Record(2, NOW, b"b")]
    prepared = validated(produced(gaps, magic=1, codec=Codec.GZIP), 2, magic=1)
    assert len(check(prepared, 1, Codec.GZIP)) == 2


def test_a_wrapper_that_counts_from_0_is_placed() -> None:
    buffer = produced(magic=1, codec=Codec.GZIP)
    stamp(buffer, parse_batches(buffer)[0], base_offset=0, leader_epoch=0)
    assert len(check(validated(buffer, 2, magic=1), 1, Codec.GZIP)) == 3


def test_several_wrappers_are_one_too_many_since_2_4() -> None:
    buffer = produced(magic=0) + produced(magic=0, codec=Codec.GZIP)
    assert refused(buffer, 1, magic=0)[0] is Error.INVALID_RECORD
    prepared = validated(buffer, 1, magic=0, is_single_wrapper=False)
    assert len(check(prepared, 0, Codec.GZIP)) == 6
    assert len(prepared.batches) == 1


def test_one_set_has_one_magic() -> None:
    error, text = refused(produced(magic=0) + produced(magic=1), 2, magic=1)
    assert (error, "magic [0, 1]" in text) == (Error.INVALID_RECORD, True)


def test_old_releases_answer_with_their_own_code() -> None:
    rules = ProduceRules()
    assert rules_of_release(rules, release("3.9")) == rules
    assert rules_of_release(rules, release("3.5")).refuses_append_time
    old = rules_of_release(rules, release("2.3"))
    assert not old.is_single_wrapper
    assert refused(b"", **old._asdict())[0] is Error.CORRUPT_MESSAGE


@pytest.mark.parametrize(
    ("number", "magic_max", "refuses_append_time", "is_new"),
    [
        ("0.8.2", 1, True, False),
        ("0.10.2", 1, True, False),
        ("0.11.0", 2, True, False),
        ("2.3", 2, True, False),
        ("2.4", 2, True, True),
        ("3.5", 2, True, True),
        ("3.6", 2, False, True),
    ],
)
def test_each_release_has_its_rules(
    number: str, magic_max: int, *, refuses_append_time: bool, is_new: bool
) -> None:
    rules = rules_of_release(ProduceRules(magic_max=9), release(number))
    assert rules.magic_max == magic_max
    assert rules.refuses_append_time is refuses_append_time
    assert rules.is_single_wrapper is is_new
    expected = Error.INVALID_RECORD if is_new else Error.CORRUPT_MESSAGE
    assert rules.invalid_record is expected


@pytest.mark.parametrize("level", [1, 9])
def test_the_leader_compresses_at_the_level_of_the_topic(level: int) -> None:
    records = [Record(i, NOW, None, b"%d" % (i * i)) for i in range(2000)]
    prepared = validated(produced(records), codec=Codec.GZIP, level=level)
    packed = produced(records, codec=Codec.GZIP, level=level)
    assert len(prepared.buffer) == len(packed)


@pytest.mark.parametrize(("magic", "codec"), FORMATS)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255), strict=st.booleans())
def test_a_damaged_byte_is_appended_whole_or_refused(
    magic: int, codec: Codec, at: int, byte: int, *, strict: bool
) -> None:
    buffer = produced(magic=magic, codec=codec)
    at %= len(buffer)
    is_patched = magic == 2 and at > 20
    buffer = patched(buffer, at, bytes((byte,))) if is_patched else buffer
    buffer[at] = byte
    try:
        prepared = validated(
            buffer, version_of(magic), magic=magic, is_compacted=strict
        )
    except ApiError as refusal:
        prepared = None
        message = refusal.message
    if prepared is None:
        assert message
    elif prepared.batches:
        assert parse_batches(prepared.buffer) == list(prepared.batches)
        assert prepared.base_offset == 500
