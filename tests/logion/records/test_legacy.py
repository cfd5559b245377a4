"""Message sets: wrappers, their offsets, and what they must not hold."""

from __future__ import annotations

import subprocess
import sys

import pytest
from logion.protocol.errors import ApiError, Error
from logion.records import lz4_frame
from logion.records.batch import OVERHEAD, CorruptRecords, parse_batches, stamp
from logion.records.codec import Codec
from logion.records.compression import compress
from logion.records.legacy import (
    offset_shift,
    read_inner,
    read_message,
    write_message_set,
)
from logion.records.record import BatchOptions, Record, read_records

RECORDS = [Record(100, 5, b"a", b"1"), Record(101, 9, None, b"2"), Record(104, 7, b"c")]


def wrapped(magic: int, **changes: int) -> bytearray:
    options = BatchOptions(magic=magic, codec=Codec.GZIP, **changes)
    return bytearray(write_message_set(RECORDS, options))


def wrapper_of(value: bytes | None, offset: int = 0) -> bytes:
    """Return a message of magic 1 that says its value is a gzip set."""
    buffer = write_message_set([Record(offset, 0, None, value)], BatchOptions(magic=1))
    return buffer[:17] + b"\x01" + buffer[18:]


def refusal(buffer: bytes) -> str:
    with pytest.raises(ApiError) as refused:
        list(read_records(buffer))
    assert refused.value.error is Error.INVALID_RECORD
    return str(refused.value)


@pytest.mark.parametrize(("magic", "offsets"), [(0, [100, 101, 104]), (1, [0, 1, 4])])
def test_inner_offsets_are_absolute_with_magic_0_and_relative_with_1(
    magic: int, offsets: list[int]
) -> None:
    buffer = wrapped(magic)
    (batch,) = parse_batches(buffer)
    inner = read_inner(buffer, batch, size_max=1000)
    assert [message.base_offset for message in inner.batches] == offsets
    assert batch.last_offset == 104
    assert [r.offset for r in read_records(buffer)] == [100, 101, 104]


def test_a_wrapper_is_as_new_as_its_newest_message() -> None:
    (batch,) = parse_batches(wrapped(1))
    assert batch.max_timestamp == 9
    (batch,) = parse_batches(wrapped(1, log_append_time=77))
    assert batch.max_timestamp == 77


def test_a_wrapper_moves_its_messages_by_its_own_offset() -> None:
    buffer = wrapped(1)
    stamp(buffer, parse_batches(buffer)[0], base_offset=1004, leader_epoch=0)
    assert [r.offset for r in read_records(buffer)] == [1000, 1001, 1004]


@pytest.mark.parametrize("append_time", [None, 77])
def test_a_wrapper_that_was_appended_gives_its_time_to_its_messages(
    append_time: int | None,
) -> None:
    buffer = wrapped(1)
    (batch,) = parse_batches(buffer)
    stamp(buffer, batch, base_offset=204, leader_epoch=0, append_time=append_time)
    assert list(read_records(buffer)) == [
        it._replace(
            offset=it.offset + 100,
            timestamp=it.timestamp if append_time is None else append_time,
        )
        for it in RECORDS
    ]


def test_a_wrapper_with_offset_0_counts_from_0() -> None:
    buffer = wrapped(1)
    (batch,) = parse_batches(buffer)
    stamp(buffer, batch, base_offset=0, leader_epoch=0)
    assert [r.offset for r in read_records(buffer)] == [0, 1, 4]


def test_a_wrapper_below_its_last_relative_offset_is_refused() -> None:
    buffer = wrapped(1)
    batch = stamp(buffer, parse_batches(buffer)[0], base_offset=3, leader_epoch=0)
    inner = read_inner(buffer, batch, size_max=1000)
    with pytest.raises(ApiError, match="offset 3 below the last relative offset 4"):
        offset_shift(batch, inner)


def test_a_wrapper_at_its_last_relative_offset_moves_nothing() -> None:
    records = [it._replace(offset=it.offset - 100) for it in RECORDS]
    buffer = write_message_set(records, BatchOptions(magic=1, codec=Codec.GZIP))
    assert list(read_records(buffer)) == records


@pytest.mark.parametrize(
    ("base", "offsets"), [(90, [10, 11, 14]), (0, [100, 101, 104])]
)
def test_relative_offsets_count_from_the_base_that_is_wished(
    base: int, offsets: list[int]
) -> None:
    buffer = wrapped(1, base_offset=base)
    (batch,) = parse_batches(buffer)
    inner = read_inner(buffer, batch, size_max=1000)
    assert [message.base_offset for message in inner.batches] == offsets
    assert [r.offset for r in read_records(buffer)] == [100, 101, 104]


PLAIN = {
    0: "0000000000000007 00000010 1fecd70a 00 00 00000001 6b 00000001 76"
    "0000000000000009 00000010 a4278ff1 00 00 ffffffff 00000002 7676",
    1: "0000000000000007 00000018 e4e321bc 01 00 00000000000003e8 00000001 6b"
    "00000001 76"
    "0000000000000009 00000018 0d5e5241 01 00 00000000000003e6 ffffffff 00000002 7676",
}


@pytest.mark.parametrize("magic", [0, 1])
def test_every_field_of_a_message_has_its_place(magic: int) -> None:
    records = [Record(7, 1000, b"k", b"v"), Record(9, 998, None, b"vv")]
    expected = bytes.fromhex(PLAIN[magic])
    assert write_message_set(records, BatchOptions(magic=magic)) == expected


@pytest.mark.parametrize("magic", [0, 1])
def test_what_is_empty_is_not_null(magic: int) -> None:
    records = [Record(0, -1, b"", None), Record(1, -1, None, b"")]
    for codec in (Codec.NONE, Codec.GZIP):
        buffer = write_message_set(records, BatchOptions(magic=magic, codec=codec))
        assert list(read_records(buffer)) == records


@pytest.mark.parametrize(("append_time", "attributes"), [(None, 3), (77, 11)])
def test_a_message_says_its_codec_and_who_set_its_time(
    append_time: int | None, attributes: int
) -> None:
    options = BatchOptions(magic=1, codec=Codec.LZ4, log_append_time=append_time)
    assert write_message_set(RECORDS, options)[17] == attributes


def test_a_wrapper_is_compressed_as_its_format_and_level_want_it() -> None:
    wrong_checksum, right = (
        write_message_set(RECORDS, BatchOptions(magic=magic, codec=Codec.LZ4))
        for magic in (0, 1)
    )
    assert lz4_frame.with_right_checksum(wrong_checksum[26:]) != wrong_checksum[26:]
    assert lz4_frame.with_right_checksum(right[34:]) == right[34:]
    for buffer in (wrong_checksum, right):
        assert [r.offset for r in read_records(buffer)] == [100, 101, 104]
    records = [Record(i, 0, None, b"%d is %d" % (i, i * i)) for i in range(300)]
    options = BatchOptions(magic=1, codec=Codec.GZIP)
    fast, slow = (
        write_message_set(records, options._replace(level=level)) for level in (1, 9)
    )
    assert len(slow) < len(fast)


def test_zstd_is_no_codec_of_a_wrapper() -> None:
    buffer = bytearray(wrapper_of(compress(Codec.ZSTD, b"some bytes")))
    buffer[17] = Codec.ZSTD
    assert "zstd in a message set of magic 1" in refusal(bytes(buffer))


def test_a_wrapper_holds_something() -> None:
    assert "null value" in refusal(wrapper_of(None))
    assert "holds no message" in refusal(wrapper_of(compress(Codec.GZIP, b"")))


def test_a_wrapper_holds_messages_of_its_own_magic() -> None:
    inner = write_message_set([Record(0)], BatchOptions(magic=0))
    assert "magic 0 in a wrapper of magic 1" in refusal(
        wrapper_of(compress(Codec.GZIP, inner))
    )


def test_wrappers_are_not_nested() -> None:
    assert "compressed message 0 in a wrapper" in refusal(
        wrapper_of(compress(Codec.GZIP, wrapper_of(b"")))
    )


def test_the_checksums_inside_are_looked_at_on_request() -> None:
    inner = bytearray(write_message_set([Record(0, 0, b"k")], BatchOptions(magic=1)))
    inner[-5] ^= 1
    buffer = wrapper_of(compress(Codec.GZIP, inner))
    (batch,) = parse_batches(buffer)
    assert len(read_message(buffer, batch, size_max=1000)) == 1
    with pytest.raises(CorruptRecords, match="checksum"):
        read_message(buffer, batch, size_max=1000, checks_inner=True)


@pytest.mark.parametrize(
    ("at", "patch", "found"),
    [
        (-5, b"\0", "its fields 35"),
        (26, b"\x00\x00\x00\x09", "a length at byte"),
        (26, b"\x7f\xff\xff\xff", "a length at byte"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(at: int, patch: bytes, found: str) -> None:
    options = BatchOptions(magic=1)
    buffer = bytearray(write_message_set([Record(0, 0, b"k", b"")], options))
    buffer += b"\0" if at < 0 else b""
    size = len(buffer) - OVERHEAD
    buffer[8:12] = size.to_bytes(4, "big")
    if at > 0:
        buffer[at : at + len(patch)] = patch
    assert found in refusal(bytes(buffer))


def test_no_records_are_no_bytes() -> None:
    assert write_message_set([], BatchOptions(magic=1, codec=Codec.GZIP)) == b""


def test_old_formats_do_not_need_the_newest() -> None:
    """Neither module needs the other at import: there is no circle."""
    program = (
        "import sys, logion.records.legacy;"
        "sys.exit('logion.records.record' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
