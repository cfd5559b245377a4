"""A batch that has lost records is what a writer of the rest would have written."""

from __future__ import annotations

import pytest
from logion.records.batch import Batch, parse_batch
from logion.records.codec import Codec
from logion.records.heads import read_heads, records_data
from logion.records.record import BatchOptions, Record, write_batch
from logion.records.rewriting import emptied, with_records

OPTIONS = BatchOptions(
    base_offset=3, last_offset=9, leader_epoch=4, producer_id=7, producer_epoch=2,
    base_sequence=11, is_transactional=True,
)  # fmt: skip
RECORDS = [Record(5, 80, b"a", b"v"), Record(6, 70, b"b", None), Record(7, 99, b"c")]
CODECS = pytest.mark.parametrize("codec", Codec)


def stored(options: BatchOptions) -> tuple[bytes, Batch]:
    """Return a batch of all records, and where it stands among other bytes."""
    buffer = b"before" + write_batch(RECORDS, options) + b"behind"
    return buffer, parse_batch(buffer, len(b"before"))


@CODECS
@pytest.mark.parametrize("kept", [1, 2])
def test_the_first_records_are_what_is_written_of_them_alone(
    codec: Codec, kept: int
) -> None:
    options = OPTIONS._replace(codec=codec)
    buffer, batch = stored(options)
    data, start = records_data(buffer, batch)
    end = read_heads(data, start, batch)[kept - 1][1]
    assert with_records(
        buffer, batch, data[start:end], count=kept, max_timestamp=80
    ) == write_batch(RECORDS[:kept], options)


@CODECS
@pytest.mark.parametrize("append_time", [None, 500])
@pytest.mark.parametrize("horizon", [None, 1_000])
def test_without_records_a_batch_is_neither_compressed_nor_dated(
    codec: Codec, append_time: int | None, horizon: int | None
) -> None:
    options = OPTIONS._replace(log_append_time=append_time)
    buffer, batch = stored(options._replace(codec=codec, delete_horizon=horizon))
    after = parse_batch(emptied(buffer, batch))
    expected = parse_batch(write_batch([], options))
    newest = 99 if append_time is None else append_time
    assert after._replace(crc=0) == expected._replace(crc=0, max_timestamp=newest)


def test_an_emptied_batch_of_markers_is_still_one() -> None:
    buffer, batch = stored(OPTIONS._replace(is_control=True, log_append_time=500))
    assert emptied(buffer, batch) == write_batch(
        [], OPTIONS._replace(is_control=True, log_append_time=500)
    )
