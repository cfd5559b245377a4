"""LZ4 frames, and the header checksum that magic 0 gets wrong (KAFKA-3160)."""

from __future__ import annotations

import lz4.frame
import pytest
from logion.protocol.errors import ApiError, Error
from logion.records.lz4_frame import (
    compress,
    decompress,
    with_legacy_checksum,
    with_right_checksum,
    xxhash32,
)

DATA = b"some bytes to compress, " * 100


def test_xxhash32_has_its_published_values() -> None:
    assert xxhash32(b"") == 0x02CC5D05
    assert xxhash32(b"a") == 0x550D7456
    assert xxhash32(b"abc") == 0x32D153FF


@pytest.mark.parametrize("stated", [1, 0x1122334455667788, 2**64 - 1])
def test_xxhash32_is_what_the_library_writes_behind_a_header(stated: int) -> None:
    context = lz4.frame.create_compression_context()
    head = lz4.frame.compress_begin(context, source_size=stated)
    assert len(head) == 15
    assert head[14] == xxhash32(head[4:14]) >> 8 & 0xFF


def test_xxhash32_is_for_headers_alone() -> None:
    assert xxhash32(bytes(15)) != xxhash32(bytes(14))
    with pytest.raises(AssertionError) as refused:
        xxhash32(bytes(16))
    told = "longer input needs the four lanes of the full algorithm"
    assert str(refused.value).startswith(told)


def test_blocks_are_of_64_kib_and_independent_however_large_the_data() -> None:
    data = b"".join(b"%d squared is %d. " % (i, i * i) for i in range(30_000))
    frame, smaller = (compress(data, is_legacy=False, level=it) for it in (0, 9))
    assert frame[4:6] == smaller[4:6] == b"\x60\x40"
    assert len(smaller) < len(frame)
    assert decompress(smaller, len(data), is_legacy=False) == data


@pytest.mark.parametrize(("is_legacy", "checksum"), [(False, 0x82), (True, 0x1A)])
def test_the_header_is_kafkas(is_legacy: bool, checksum: int) -> None:
    frame = compress(DATA, is_legacy=is_legacy)
    assert frame[:7] == bytes.fromhex("04224d186040") + bytes((checksum,))


def test_either_checksum_will_do_for_magic_0() -> None:
    frame = compress(DATA, is_legacy=False)
    for either in (frame, with_legacy_checksum(frame)):
        assert decompress(either, len(DATA), is_legacy=True) == DATA


def test_the_wrong_checksum_is_refused_for_later_formats() -> None:
    frame = compress(DATA, is_legacy=True)
    with pytest.raises(ApiError, match="lz4"):
        decompress(frame, len(DATA), is_legacy=False)


def test_the_checksum_covers_a_stated_content_size() -> None:
    frame = lz4.frame.compress(DATA, store_size=True)
    assert with_right_checksum(with_legacy_checksum(frame)) == frame
    assert decompress(with_legacy_checksum(frame), len(DATA), is_legacy=True) == DATA


def test_blocks_that_depend_on_one_another_are_read() -> None:
    data = bytes(range(256)) * 1000
    frame = lz4.frame.compress(data, block_linked=True)
    assert decompress(frame, len(data), is_legacy=False) == data


def test_a_large_frame_is_read_up_to_its_bound_and_no_further() -> None:
    data = bytes(300_000)
    frame = compress(data, is_legacy=False)
    assert decompress(frame, len(data), is_legacy=False) == data
    with pytest.raises(ApiError, match="lz4: more than 299999 bytes") as refused:
        decompress(frame, len(data) - 1, is_legacy=False)
    assert refused.value.error is Error.MESSAGE_TOO_LARGE
    assert decompress(compress(b"", is_legacy=False), 0, is_legacy=False) == b""


@pytest.mark.parametrize("is_legacy", [False, True])
def test_a_frame_that_is_not_whole_is_told_with_its_size(is_legacy: bool) -> None:
    frame = compress(DATA, is_legacy=is_legacy)
    for cut in range(7, len(frame)):
        with pytest.raises(ApiError) as refused:
            decompress(frame[:cut], len(DATA), is_legacy=is_legacy)
        assert refused.value.error is Error.CORRUPT_MESSAGE
        assert str(refused.value).endswith(f": {cut} bytes are not the whole frame")


@pytest.mark.parametrize(
    ("flags", "size"), [(0x60, 7), (0x68, 15), (0x61, 11), (0x69, 19)]
)
def test_the_checksum_stands_behind_all_that_the_header_has(
    flags: int, size: int
) -> None:
    head = b"\x04\x22\x4d\x18" + bytes((flags,)) + bytes(size - 5)
    right = bytes(with_right_checksum(head + b"blocks"))
    assert right[: size - 1] == head[:-1]
    assert right[size - 1] == xxhash32(head[4:-1]) >> 8 & 0xFF
    assert right[size:] == b"blocks"
    found = f"the header is cut short at {size - 1}" if size > 7 else "no frame starts"
    with pytest.raises(ApiError, match=found):
        with_right_checksum(head[:-1])


def test_what_follows_the_frame_is_ignored() -> None:
    frame = compress(DATA, is_legacy=False) + b"more"
    assert decompress(frame, len(DATA), is_legacy=False) == DATA


def test_what_begins_like_no_frame_is_told_by_its_first_bytes() -> None:
    for data in (b"\x04\x22\x4d\x18\x60\x40", b"\x04\x22\x4d\x19" + bytes(9), b""):
        with pytest.raises(ApiError) as refused:
            with_right_checksum(data)
        told = f"lz4: no frame starts with {data[:7].hex()}"
        assert str(refused.value).endswith(told)


@pytest.mark.parametrize(
    "data", [b"", b"no frame at all", b"\x04\x22\x4d\x18\x68\x40\0"]
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(ApiError, match="lz4"):
        decompress(data, 100, is_legacy=True)
