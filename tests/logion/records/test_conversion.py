"""Records for old consumers."""

from __future__ import annotations

import pytest
from logion.protocol.errors import ApiError, Error
from logion.records.batch import scan_batches
from logion.records.codec import Codec
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.conversion import down_convert, magic_for_fetch
from logion.records.record import BatchOptions, Record, read_records, write_batch

RECORDS = [Record(10 + i, 50 + i, b"k", b"v", (("h", b""),)) for i in range(3)]
MARKER = write_end_transaction_marker(
    EndTransactionMarker(ControlType.COMMIT, 1),
    offset=13,
    timestamp=1,
    leader_epoch=0,
    producer_id=1,
    producer_epoch=0,
)


@pytest.mark.parametrize(
    ("version", "magics"),
    [(0, [0, 0, 0]), (1, [0, 0, 0]), (2, [0, 1, 1]), (3, [0, 1, 1]), (4, [0, 1, 2])],
)
def test_a_fetch_sees_at_most_the_format_of_its_time(
    version: int, magics: list[int]
) -> None:
    assert [magic_for_fetch(version, stored) for stored in (0, 1, 2)] == magics


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP, Codec.SNAPPY, Codec.LZ4])
@pytest.mark.parametrize(("stored", "wanted"), [(2, 1), (2, 0), (1, 0)])
def test_records_keep_what_the_older_format_has(
    codec: Codec, stored: int, wanted: int
) -> None:
    buffer = write_batch(RECORDS, BatchOptions(magic=stored, codec=codec))
    data = down_convert(buffer, wanted, 0)
    assert {batch.codec for batch in scan_batches(data).batches} == {codec}
    converted = list(read_records(data))
    assert converted == [
        r._replace(headers=(), timestamp=r.timestamp if wanted else -1) for r in RECORDS
    ]


def test_append_time_stays_append_time() -> None:
    buffer = write_batch(RECORDS, BatchOptions(log_append_time=77))
    converted = down_convert(buffer, 1, 0)
    assert {record.timestamp for record in read_records(converted)} == {77}
    assert {b.timestamp_type for b in scan_batches(converted).batches} == {1}


def test_what_is_old_enough_stays_byte_for_byte() -> None:
    old = write_batch(RECORDS[:2], BatchOptions(magic=1))
    assert down_convert(old, 1, 11) == old
    mixed = down_convert(old + write_batch(RECORDS[2:]), 1, 0)
    assert mixed.startswith(old)
    assert [record.offset for record in read_records(mixed)] == [10, 11, 12]


def test_uncompressed_records_below_the_fetch_offset_are_dropped() -> None:
    converted = down_convert(write_batch(RECORDS), 1, 12)
    assert [record.offset for record in read_records(converted)] == [12]
    assert down_convert(write_batch(RECORDS), 1, 13) == b""


def test_compressed_records_below_the_fetch_offset_are_kept() -> None:
    buffer = write_batch(RECORDS, BatchOptions(codec=Codec.GZIP))
    converted = down_convert(buffer, 1, 12)
    assert [record.offset for record in read_records(converted)] == [10, 11, 12]


def test_no_more_is_decompressed_than_the_bound_allows() -> None:
    records = [Record(0, 0, None, bytes(1000))]
    buffer = write_batch(records, BatchOptions(codec=Codec.GZIP))
    assert list(read_records(down_convert(buffer, 1, 0, size_max=1100))) == records
    with pytest.raises(ApiError, match="more than 1000 bytes"):
        down_convert(buffer, 1, 0, size_max=1000)


def test_markers_and_empty_batches_vanish() -> None:
    empty = write_batch([], BatchOptions(base_offset=14, last_offset=15))
    assert down_convert(MARKER + empty, 1, 0) == b""


def test_zstd_has_no_older_form() -> None:
    buffer = write_batch(RECORDS, BatchOptions(codec=Codec.ZSTD))
    with pytest.raises(ApiError, match="zstd at offset 10") as refused:
        down_convert(buffer, 1, 0)
    assert refused.value.error is Error.UNSUPPORTED_COMPRESSION_TYPE
