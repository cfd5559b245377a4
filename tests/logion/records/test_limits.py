"""Bombs are refused by size, and before they have become large."""

from __future__ import annotations

import tracemalloc

import lz4.frame
import pytest
from logion.protocol.errors import ApiError, Error
from logion.records.batch import parse_batches
from logion.records.codec import Codec
from logion.records.compression import compress, decompress
from logion.records.limits import DECOMPRESSED_SIZE_MAX, corrupt, invalid, too_large
from logion.records.record import BatchOptions, Record, read_batch, write_batch

ZEROS = bytes(32 * 1024 * 1024)
COMPRESSING = [codec for codec in Codec if codec is not Codec.NONE]


@pytest.mark.parametrize("codec", COMPRESSING)
def test_a_bomb_is_refused_without_becoming_large(codec: Codec) -> None:
    bomb = compress(codec, ZEROS)
    tracemalloc.start()
    try:
        with pytest.raises(ApiError, match="more than 100000 bytes") as refused:
            decompress(codec, bomb, size_max=100_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.error is Error.MESSAGE_TOO_LARGE
    assert peak < 8 * len(bomb) + 1_000_000


def test_an_lz4_frame_that_states_a_huge_size_is_bounded_all_the_same() -> None:
    bomb = lz4.frame.compress(ZEROS, store_size=True)
    with pytest.raises(ApiError, match="lz4: more than 1000 bytes"):
        decompress(Codec.LZ4, bomb, size_max=1000)


def test_a_zstd_frame_that_states_a_huge_size_is_refused_by_its_word() -> None:
    stated = b"\x28\xb5\x2f\xfd\xe0" + (2**60).to_bytes(8, "little")
    with pytest.raises(ApiError, match="zstd: more than 1000 bytes"):
        decompress(Codec.ZSTD, stated, size_max=1000)


def test_a_snappy_block_that_states_a_huge_size_is_refused_by_its_word() -> None:
    with pytest.raises(ApiError, match="snappy: more than 1000 bytes"):
        decompress(Codec.SNAPPY, b"\xff\xff\xff\xff\x0f", size_max=1000)


@pytest.mark.parametrize(
    ("codec", "magic"),
    [(c, m) for c in COMPRESSING for m in (0, 1, 2) if c is not Codec.ZSTD or m == 2],
)
def test_the_bound_holds_for_the_records_of_an_entry(codec: Codec, magic: int) -> None:
    record = Record(0, 0, None, bytes(50_000))
    buffer = write_batch([record], BatchOptions(magic=magic, codec=codec))
    (batch,) = parse_batches(buffer)
    assert read_batch(buffer, batch, size_max=50_100)[0].value == record.value
    with pytest.raises(ApiError, match="more than 49999 bytes"):
        read_batch(buffer, batch, size_max=49_999)


def test_the_default_bound_is_that_of_a_request() -> None:
    assert DECOMPRESSED_SIZE_MAX == 104_857_600


def test_each_failure_has_its_own_code() -> None:
    made = [too_large("gzip", 5).error, corrupt("x").error, invalid("x").error]
    expected = [Error.MESSAGE_TOO_LARGE, Error.CORRUPT_MESSAGE, Error.INVALID_RECORD]
    assert made == expected


def test_each_failure_tells_what_was_found() -> None:
    found = [str(it) for it in (too_large("gzip", 5), corrupt("x"), invalid("y"))]
    assert found == [
        "MESSAGE_TOO_LARGE (10): gzip: more than 5 bytes when decompressed",
        "CORRUPT_MESSAGE (2): x",
        "INVALID_RECORD (87): y",
    ]
