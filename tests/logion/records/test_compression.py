"""What is compressed comes back, for every codec; what is damaged is refused."""

from __future__ import annotations

import gzip

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from logion.protocol.errors import ApiError, Error
from logion.records.codec import Codec
from logion.records.compression import compress, decompress

PAIRS = [
    (codec, magic)
    for codec in Codec
    for magic in (0, 1, 2)
    if codec is not Codec.ZSTD or magic == 2
]
OUTCOMES = (Error.NONE, Error.CORRUPT_MESSAGE, Error.MESSAGE_TOO_LARGE)
TEXT = b"the same words, again and again; " * 3000


def outcome(codec: Codec, data: bytes | bytearray) -> Error:
    try:
        assert len(decompress(codec, data, size_max=10_000)) <= 10_000
    except ApiError as refusal:
        return refusal.error
    return Error.NONE


@pytest.mark.parametrize(("codec", "magic"), PAIRS)
@given(data=st.binary(max_size=300), repeats=st.sampled_from([1, 2, 1000]))
def test_data_survives_a_round_trip(
    codec: Codec, magic: int, data: bytes, repeats: int
) -> None:
    plain = data * repeats
    packed = compress(codec, plain, magic=magic)
    unpacked = decompress(codec, memoryview(packed), size_max=len(plain), magic=magic)
    assert unpacked == plain


@pytest.mark.parametrize(("codec", "magic"), PAIRS)
def test_one_byte_above_the_bound_is_too_much(codec: Codec, magic: int) -> None:
    packed = compress(codec, TEXT, magic=magic)
    with pytest.raises(ApiError) as refused:
        decompress(codec, packed, size_max=len(TEXT) - 1, magic=magic)
    assert refused.value.error is Error.MESSAGE_TOO_LARGE


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.LZ4, Codec.ZSTD])
def test_a_stream_cut_anywhere_is_refused(codec: Codec) -> None:
    packed = compress(codec, b"twenty bytes, or more")
    for cut in range(len(packed)):
        with pytest.raises(ApiError) as refused:
            decompress(codec, packed[:cut], size_max=1000)
        assert refused.value.error is Error.CORRUPT_MESSAGE


@pytest.mark.parametrize("codec", Codec)
@given(data=st.binary(max_size=80))
def test_arbitrary_bytes_never_raise_anything_else(codec: Codec, data: bytes) -> None:
    assert outcome(codec, data) in OUTCOMES


@pytest.mark.parametrize("codec", Codec)
@given(at=st.integers(0, 10_000), byte=st.integers(1, 255))
def test_a_damaged_byte_never_raises_anything_else(
    codec: Codec, at: int, byte: int
) -> None:
    packed = bytearray(compress(codec, TEXT[:200]))
    packed[at % len(packed)] ^= byte
    assert outcome(codec, packed) in OUTCOMES


@pytest.mark.parametrize("magic", [0, 1])
def test_old_formats_have_no_zstd(magic: int) -> None:
    with pytest.raises(ApiError, match="zstd in a message set") as refused:
        compress(Codec.ZSTD, b"x", magic=magic)
    assert refused.value.error is Error.INVALID_RECORD
    packed = compress(Codec.ZSTD, b"x")
    with pytest.raises(ApiError, match="zstd in a message set"):
        decompress(Codec.ZSTD, packed, size_max=10, magic=magic)


def test_gzip_streams_may_follow_one_another() -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two")
    assert decompress(Codec.GZIP, packed, size_max=7) == b"one two"
    with pytest.raises(ApiError, match="more than 6 bytes"):
        decompress(Codec.GZIP, packed, size_max=6)


def test_what_follows_a_gzip_stream_and_is_none_is_ignored() -> None:
    assert decompress(Codec.GZIP, gzip.compress(b"one") + b"\0\0", size_max=9) == b"one"


@pytest.mark.parametrize("states_size", [True, False])
def test_zstd_frames_are_read_with_and_without_a_stated_size(
    states_size: bool,
) -> None:
    writer = zstandard.ZstdCompressor(write_content_size=states_size)
    packed = writer.compress(TEXT)
    assert decompress(Codec.ZSTD, packed, size_max=len(TEXT)) == TEXT
    with pytest.raises(ApiError, match="zstd: more than"):
        decompress(Codec.ZSTD, packed, size_max=len(TEXT) - 1)


def test_zstd_frames_may_follow_one_another() -> None:
    packed = zstandard.compress(TEXT) + zstandard.compress(TEXT)
    assert decompress(Codec.ZSTD, packed, size_max=2 * len(TEXT)) == TEXT + TEXT


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.LZ4, Codec.ZSTD])
def test_the_level_is_the_codecs_own(codec: Codec) -> None:
    text = b"".join(b"%d squared is %d. " % (i, i * i) for i in range(3000))
    fast, slow = compress(codec, text, level=1), compress(codec, text, level=9)
    assert slow != fast
    assert decompress(codec, slow, size_max=len(text)) == text
