"""The heads of records say what the records themselves say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.protocol.errors import ApiError
from logion.records.batch import is_crc_valid, parse_batch
from logion.records.codec import Codec
from logion.records.heads import read_heads, records_data
from logion.records.record import BatchOptions, Record, read_batch, write_batch
from logion.records.rewriting import emptied, with_records

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


def test_an_emptied_batch_keeps_all_but_its_records() -> None:
    options = BatchOptions(
        codec=Codec.GZIP, producer_id=7, producer_epoch=1, base_sequence=3
    )
    buffer = write_batch([Record(5, 9, b"k", b"v"), Record(6, 8, b"k", b"v")], options)
    before = parse_batch(buffer)
    data = emptied(buffer, before)
    after = parse_batch(data)
    assert is_crc_valid(data, after)
    assert (after.size, after.count, after.codec) == (61, 0, Codec.NONE)
    assert after.last_sequence == before.last_sequence == 4
    assert (after.last_offset, after.max_timestamp, after.base_timestamp) == (6, 9, -1)
