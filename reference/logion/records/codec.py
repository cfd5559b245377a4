"""The codecs records are compressed with, by number and by name."""

from __future__ import annotations

from enum import IntEnum

from logion.protocol.errors import ApiError, Error


class Codec(IntEnum):
    """A compression format; the value is bits 0 to 2 of an entry's attributes."""

    NONE = 0
    GZIP = 1
    SNAPPY = 2
    """In xerial's framing, or as one bare block; 0.8.0 and later."""
    LZ4 = 3
    """Frames; 0.8.2 and later."""
    ZSTD = 4
    """Record batches (magic 2) only; 2.1 and later (KIP-110)."""

    @property
    def label(self) -> str:
        """Return Kafka's name for it: `none`, `gzip`, `snappy`, `lz4` or `zstd`."""
        return self.name.lower()


_CODECS = tuple(Codec)


def codec_of(attributes: int) -> Codec:
    """Return the codec that an entry's attributes name.

    Raises ApiError UNSUPPORTED_COMPRESSION_TYPE for 5, 6 and 7, which none has.
    """
    number = attributes & 7
    if number < len(_CODECS):
        return _CODECS[number]
    text = f"codec {number}; known are 0 (none) to {_CODECS[-1]:d} (zstd)"
    raise ApiError(Error.UNSUPPORTED_COMPRESSION_TYPE, text)


def codec_named(name: str) -> Codec:
    """Return the codec with Kafka's `name`; `uncompressed` is another for `none`.

    Raises ValueError for any other name.
    """
    try:
        return Codec[{"UNCOMPRESSED": "NONE"}.get(name.upper(), name.upper())]
    except KeyError:
        known = ", ".join(codec.label for codec in Codec)
        raise ValueError(f"codec {name!r}; known are {known}") from None
