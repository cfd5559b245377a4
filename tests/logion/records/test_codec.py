"""Codecs by number and name."""

from __future__ import annotations

import pytest
from logion.protocol.errors import ApiError, Error
from logion.records.codec import Codec, codec_named, codec_of


@pytest.mark.parametrize("codec", Codec)
def test_the_lowest_three_attribute_bits_name_the_codec(codec: Codec) -> None:
    assert codec_of(codec | 0x38) is codec


@pytest.mark.parametrize("number", [5, 6, 7])
def test_a_codec_nobody_defined_is_refused(number: int) -> None:
    with pytest.raises(
        ApiError, match=f"codec {number}; known are 0 .* to 4"
    ) as refused:
        codec_of(number)
    assert refused.value.error is Error.UNSUPPORTED_COMPRESSION_TYPE


def test_names_are_kafkas() -> None:
    labels = [codec.label for codec in Codec]
    assert labels == ["none", "gzip", "snappy", "lz4", "zstd"]
    assert [codec_named(label) for label in labels] == list(Codec)
    assert codec_named("uncompressed") is Codec.NONE


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'brotli'; known are none, gzip"):
        codec_named("brotli")
