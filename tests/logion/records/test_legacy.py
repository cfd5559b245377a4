"""Message sets: wrappers, their offsets, and what they must not hold."""

from __future__ import annotations

import subprocess
import sys

import pytest
from logion.protocol.errors import ApiError, Error
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


def test_a_wrapper_with_offset_0_counts_from_0() -> None:
    buffer = wrapped(1)
    (batch,) = parse_batches(buffer)
    stamp(buffer, batch, base_offset=0, leader_epoch=0)
    assert [r.offset for r in read_records(buffer)] == [0, 1, 4]


def test_a_wrapper_below_its_last_relative_offset_is_refused() -> None:
    buffer = wrapped(1)
    batch = stamp(buffer, parse_batches(buffer)[0], base_offset=3, leader_epoch=0)
    inner = read_inner(buffer, batch, size_max=1000)
    with pytest.raises(ApiError, match="wrapper offset 3 below the last relative"):
        offset_shift(batch, inner)


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
