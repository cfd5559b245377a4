"""The heads of records say what the records themselves say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.protocol.errors import ApiError, Error
from logion.records.batch import is_crc_valid, parse_batch
from logion.records.codec import Codec
from logion.records.heads import read_heads, records_data
from logion.records.record import BatchOptions, Record, read_batch, write_batch
from logion.records.rewriting import with_records

SIZES = st.sampled_from([0, 1, 63, 64, 100, 8200, 1_100_000])
RECORDS = st.lists(
    st.tuples(SIZES, st.none() | SIZES, st.integers(-(2**40), 2**40)), min_size=1
)


@given(RECORDS, st.sampled_from([Codec.NONE, Codec.LZ4]))
def test_heads_and_records_agree(
    made: list[tuple[int, int | None, int]], codec: Codec
) -> None:
    records = [
        Record(7 * at, time, bytes(key), None if size is None else bytes(size))
        for at, (key, size, time) in enumerate(made[:5])
    ]
    buffer = b"xyz" + write_batch(records, BatchOptions(codec=codec))
    batch = parse_batch(buffer, 3)
    data, start = records_data(buffer, batch)
    heads = read_heads(data, start, batch)
    found = [(it[3], it[2], it[4], it[5]) for it in heads]
    assert found == [
        (r.offset, r.timestamp, r.key, r.value is not None) for r in records
    ]
    last = heads[-1]
    rest = with_records(
        *(buffer, batch, data[last[0] : last[1]]), count=1, max_timestamp=last[2]
    )
    kept = parse_batch(rest)
    assert is_crc_valid(rest, kept)
    assert read_batch(rest, kept) == records[-1:]
    assert (kept.base_offset, kept.last_offset) == (
        batch.base_offset,
        batch.last_offset,
    )


@pytest.mark.parametrize("cut", range(1, 12))
def test_bytes_that_are_no_records_are_refused(cut: int) -> None:
    buffer = bytearray(write_batch([Record(0, 1, b"key", b"value")] * 2))
    buffer[61] += 2 * cut
    batch = parse_batch(buffer)
    with pytest.raises(ApiError, match="INVALID_RECORD"):
        read_heads(bytes(buffer), 61, batch)


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP])
def test_records_follow_one_another_up_to_the_end_of_the_data(codec: Codec) -> None:
    sizes = [0, 1, 63, 64, 8200, 1_100_000]
    records = [Record(at, at, None, bytes(size)) for at, size in enumerate(sizes)]
    whole = write_batch(records, BatchOptions(codec=codec))
    buffer = whole + b"behind"
    batch = parse_batch(buffer)
    data, start = records_data(buffer, batch)
    assert start == (0 if codec else 61)
    heads = read_heads(data, start, batch)
    assert [it[0] for it in heads] == [start, *(it[1] for it in heads[:-1])]
    assert heads[-1][1] == (len(data) if codec else len(whole))


STEPS = [*range(60, 70), *range(120, 130), 8191, 8192, 8193, 2**20, 2**30]
"""Numbers about those from which on a varint takes one more byte, and above."""


@pytest.mark.parametrize("has_key", [True, False])
def test_numbers_of_every_length_are_read_wherever_they_stand(has_key: bool) -> None:
    records = [
        Record(
            100 + at, 100 - at, bytes(at % 8200) if has_key else None, bytes(at % 99)
        )
        for at in (0, *STEPS)
    ]
    buffer = write_batch(records)
    heads = read_heads(buffer, 61, parse_batch(buffer))
    assert [(it[3], it[2], it[4]) for it in heads] == [
        (it.offset, it.timestamp, it.key) for it in records
    ]
    values = [Record(at, at, None, bytes(at)) for at in range(130)]
    buffer = write_batch(values)
    heads = read_heads(buffer, 61, parse_batch(buffer))
    assert [it[2:5] for it in heads] == [(it, it, None) for it in range(130)]


@pytest.mark.parametrize("codec", Codec)
def test_a_batch_without_records_has_no_heads_whatever_its_codec(codec: Codec) -> None:
    options = BatchOptions(base_offset=5, last_offset=9)
    buffer = bytearray(b"xyz" + write_batch([], options))
    buffer[3 + 22] |= codec
    batch = parse_batch(buffer, 3)
    data, start = records_data(bytes(buffer), batch)
    assert (data, start) == (bytes(buffer), 64)
    assert read_heads(data, start, batch) == []


def test_heads_that_wrong_bytes_break_off_are_told_with_their_place() -> None:
    """The records are bytes 61 to 72 and 73 to 84 of the batch."""
    records = [Record(0, 1, b"key", b"vv"), Record(1, 1, b"key", b"vv")]
    whole = write_batch(records)
    batch = parse_batch(whole)
    assert len(whole) == 85

    def problem(at: int, byte: int, end: int = 85) -> str:
        buffer = bytearray(whole)
        buffer[at] = byte
        with pytest.raises(ApiError) as refused:
            read_heads(bytes(buffer[:end]), 61, batch)
        assert refused.value.error is Error.INVALID_RECORD
        return str(refused.value).partition(": ")[2]

    assert problem(73, 10) == (
        "record 1 of 2 at byte 73: its key ends at 81, itself at 79"
    )
    assert problem(73, 14) == (
        "record 1 of 2 at byte 73: its key ends at 81, itself at 81"
    )
    assert problem(73, 24) == "2 records end at byte 86 of 85"
    assert problem(73, 16) == "2 records end at byte 82 of 85"
    assert problem(61, 8).startswith("record 0 of 2 at byte 61: its key ends at 69")
    cut = problem(61, 22, end=73)
    assert cut == "record 1 of 2 at byte 73: index out of range"
