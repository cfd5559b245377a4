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
from logion.records.lz4_frame import with_legacy_checksum, with_right_checksum

PAIRS = [
    (codec, magic)
    for codec in Codec
    for magic in (0, 1, 2)
    if codec is not Codec.ZSTD or magic == 2
]
OUTCOMES = (Error.NONE, Error.CORRUPT_MESSAGE, Error.MESSAGE_TOO_LARGE)
TEXT = b"the same words, again and again; " * 3000


def outcome(codec: Codec, data: bytes | bytearray, size_max: int = 10_000) -> Error:
    try:
        assert len(decompress(codec, data, size_max=size_max)) <= size_max
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
    told = f": {codec.label}: more than {len(TEXT) - 1} bytes when decompressed"
    assert str(refused.value).endswith(told)


@pytest.mark.parametrize("magic", [0, 1, 2])
def test_only_magic_0_has_the_wrong_checksum_of_lz4(magic: int) -> None:
    packed = compress(Codec.LZ4, TEXT, magic=magic)
    assert (with_right_checksum(packed) == packed) is (magic > 0)
    wrong = with_legacy_checksum(packed)
    if magic == 0:
        assert decompress(Codec.LZ4, wrong, size_max=len(TEXT), magic=0) == TEXT
    else:
        with pytest.raises(ApiError, match="CORRUPT_MESSAGE"):
            decompress(Codec.LZ4, wrong, size_max=len(TEXT), magic=magic)


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
    with pytest.raises(ApiError, match=f"zstd: more than {len(TEXT) - 1} bytes"):
        decompress(Codec.ZSTD, packed, size_max=len(TEXT) - 1)


@pytest.mark.parametrize("dictionary", [0, 1, 2, 4])
@pytest.mark.parametrize(
    ("flag", "field", "stated"),
    [
        (0x20, "ff", 255),
        (0x40, "0001", 512),
        (0x60, "0001", 512),
        (0x80, "00000100", 65_536),
        (0xA0, "00000100", 65_536),
        (0xC0, "0000010000000000", 65_536),
        (0xC0, "0000000000010000", 2**40),
        (0xE0, "0000000000010000", 2**40),
    ],
)
def test_the_size_that_a_zstd_header_states_is_held_against_the_bound(
    flag: int, field: str, stated: int, dictionary: int
) -> None:
    """A header alone is damaged, but what states too much is refused before."""
    descriptor = flag | (0, 1, 2, 4).index(dictionary)
    window = b"" if flag & 0x20 else b"\xff"
    head = b"\x28\xb5\x2f\xfd" + bytes((descriptor,)) + window
    data = head + b"\xff" * dictionary + bytes.fromhex(field) + b"\xff"
    for size_max in (0, min(stated - 1, 2**17)):
        assert outcome(Codec.ZSTD, data, size_max) is Error.MESSAGE_TOO_LARGE
    if stated < 2**17:
        assert outcome(Codec.ZSTD, data, stated) is Error.CORRUPT_MESSAGE


def test_a_zstd_header_without_a_size_is_bounded_by_what_comes_out() -> None:
    data = b"\x28\xb5\x2f\xfd\x00\x58\xff\xff"
    assert outcome(Codec.ZSTD, data, 0) is Error.CORRUPT_MESSAGE


def test_what_is_no_zstd_frame_is_told_by_its_first_bytes() -> None:
    for data in (b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfc\x00\x01", b""):
        with pytest.raises(ApiError, match="zstd: no frame") as refused:
            decompress(Codec.ZSTD, data, size_max=9)
        assert str(refused.value).endswith(f"starts with {data[:5].hex()}")
    for data in (b"\x28\xb5\x2f\xfd\x20", compress(Codec.ZSTD, TEXT)[:-1]):
        with pytest.raises(ApiError, match=r"CORRUPT_MESSAGE \(2\): zstd: [^n]"):
            decompress(Codec.ZSTD, data, size_max=len(TEXT))


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 300_000])
def test_zstd_frames_that_state_no_size_are_read_up_to_the_bound(size: int) -> None:
    packed = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(size))
    for size_max in (size, size + 1, 2 * size + 1):
        assert decompress(Codec.ZSTD, packed, size_max=size_max) == bytes(size)
    if size:
        assert outcome(Codec.ZSTD, packed, size - 1) is Error.MESSAGE_TOO_LARGE


def test_zstd_frames_may_follow_one_another() -> None:
    packed = zstandard.compress(TEXT) + zstandard.compress(TEXT)
    assert decompress(Codec.ZSTD, packed, size_max=2 * len(TEXT)) == TEXT + TEXT


@pytest.mark.parametrize(
    ("codec", "level"), [(Codec.GZIP, 6), (Codec.LZ4, 0), (Codec.ZSTD, 3)]
)
def test_without_a_level_it_is_the_codecs_default(codec: Codec, level: int) -> None:
    text = b"".join(b"%d squared is %d. " % (i, i * i) for i in range(3000))
    assert compress(codec, text) == compress(codec, text, level=level)
    assert compress(codec, text) != compress(codec, text, level=level + 3)


def test_a_gzip_stream_says_what_is_wrong_with_it() -> None:
    whole = compress(Codec.GZIP, b"twenty bytes, or more")
    for data, found in (
        (whole[:-1], f"gzip: {len(whole) - 1} bytes are not the whole stream"),
        (b"xx" + whole, "gzip: Error -3 while decompressing data: incorrect header"),
    ):
        with pytest.raises(ApiError, match=found):
            decompress(Codec.GZIP, data, size_max=100)


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.LZ4, Codec.ZSTD])
def test_the_level_is_the_codecs_own(codec: Codec) -> None:
    text = b"".join(b"%d squared is %d. " % (i, i * i) for i in range(3000))
    fast, slow = compress(codec, text, level=1), compress(codec, text, level=9)
    assert slow != fast
    assert decompress(codec, slow, size_max=len(text)) == text
