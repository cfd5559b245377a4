"""Snappy with xerial's framing and without."""

from __future__ import annotations

import cramjam
import pytest
from logion.protocol.errors import ApiError
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
