"""Snappy with xerial's framing and without."""

from __future__ import annotations

import cramjam
import pytest
from logion.protocol.errors import ApiError, Error
from logion.records.snappy_frame import CHUNK_SIZE, HEADER_SIZE, compress, decompress

HEADER = bytes.fromhex("82534e41505059000000000100000001")


def raw(data: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(data))


def test_the_stream_starts_with_xerials_header_and_a_chunk() -> None:
    block = raw(b"hello")
    assert compress(b"hello") == HEADER + len(block).to_bytes(4, "big") + block


def test_input_is_cut_into_chunks() -> None:
    data = bytes(CHUNK_SIZE * 2 + 1)
    packed = compress(data)
    first = int.from_bytes(packed[HEADER_SIZE : HEADER_SIZE + 4], "big")
    block = packed[HEADER_SIZE + 4 : HEADER_SIZE + 4 + first]
    assert cramjam.snappy.decompress_raw_len(block) == CHUNK_SIZE
    assert decompress(packed, len(data)) == data


def test_a_bare_block_is_read_too() -> None:
    assert decompress(raw(b"hello"), 5) == b"hello"


def test_streams_may_follow_one_another() -> None:
    assert decompress(compress(b"one ") + compress(b"two"), 7) == b"one two"


def test_the_bound_counts_all_chunks() -> None:
    packed = compress(bytes(CHUNK_SIZE * 2))
    with pytest.raises(ApiError, match=f"more than {CHUNK_SIZE * 2 - 1} bytes"):
        decompress(packed, CHUNK_SIZE * 2 - 1)


def test_empty_chunks_and_no_chunks_hold_nothing() -> None:
    empty = raw(b"")
    chunk = len(empty).to_bytes(4, "big") + empty
    assert compress(b"") == HEADER
    assert decompress(HEADER, 0) == b""
    assert decompress(HEADER + chunk + chunk, 0) == b""
    assert decompress(empty, 0) == b""


def test_a_block_takes_just_what_the_bound_allows() -> None:
    block = raw(b"hello")
    framed = compress(b"hello")
    for data in (block, framed):
        assert decompress(data, 5) == b"hello"
        with pytest.raises(ApiError, match="snappy: more than 4 bytes") as refused:
            decompress(data, 4)
        assert refused.value.error is Error.MESSAGE_TOO_LARGE


def test_a_chunk_cut_anywhere_is_told_with_its_place_and_size() -> None:
    block = raw(b"hello")
    size = len(block)
    whole = compress(b"one") + size.to_bytes(4, "big") + block
    start = len(whole) - size - 4
    for cut in range(1, 4):
        with pytest.raises(ApiError) as refused:
            decompress(whole[: start + cut], 100)
        assert str(refused.value).endswith(f"without a length at byte {start}")
    for left in range(size):
        with pytest.raises(ApiError) as refused:
            decompress(whole[: start + 4 + left], 100)
        assert str(refused.value).endswith(f"chunk of {size} bytes, {left} left")
        assert refused.value.error is Error.CORRUPT_MESSAGE


def test_a_block_that_is_none_is_told_in_the_library_s_words() -> None:
    for data in (b"", b"\xff" * 9, raw(b"hello")[:-1]):
        framed = HEADER + len(data).to_bytes(4, "big") + data
        for it in (data, framed):
            with pytest.raises(ApiError, match="snappy: ") as refused:
                decompress(it, 2**40)
            assert refused.value.error is Error.CORRUPT_MESSAGE


@pytest.mark.parametrize(
    ("chunks", "problem"),
    [
        (b"\0\0", "without a length"),
        (b"\x00\x00\x00\x09\x01", "9 bytes, 1 left"),
        (b"\xff\xff\xff\xff\x01", "-1 bytes, 1 left"),
        (b"\x00\x00\x00\x02\x05\xff", "snappy"),
    ],
)
def test_a_damaged_chunk_is_named(chunks: bytes, problem: str) -> None:
    with pytest.raises(ApiError, match=problem):
        decompress(HEADER + chunks, 100)
