"""Snappy in xerial's framing, the one Kafka's Java clients have always written.

    82 53 4E 41 50 50 59 00   version int32 = 1   compatible version int32 = 1
    then chunks: compressed length int32, one raw snappy block

Some early clients sent one raw block without any of this; it is read as well.
"""

from __future__ import annotations

from struct import Struct

from logion.names import Buffer
from logion.records.limits import corrupt, too_large

MAGIC = b"\x82SNAPPY\x00"
"""What a framed stream starts with."""

CHUNK_SIZE = 32 * 1024
"""Bytes of input per chunk written, as in Java's default."""

HEADER_SIZE = 16
_HEADER = MAGIC + b"\x00\x00\x00\x01\x00\x00\x00\x01"
_LENGTH = Struct(">i")


def compress(data: Buffer) -> bytes:
    """Return `data` as a framed stream."""
    from cramjam import snappy

    view = memoryview(data)
    pieces = [_HEADER]
    for start in range(0, len(view), CHUNK_SIZE):
        block = bytes(snappy.compress_raw(view[start : start + CHUNK_SIZE]))
        pieces += (_LENGTH.pack(len(block)), block)
    return b"".join(pieces)


def decompress(data: Buffer, size_max: int) -> bytes:
    """Return what a framed stream, or else one raw block, holds.

    Every block states its length: it is believed only up to `size_max` bytes in all.
    Raises ApiError MESSAGE_TOO_LARGE above that and CORRUPT_MESSAGE for bad data.
    """
    view = memoryview(data)
    if bytes(view[: len(MAGIC)]) != MAGIC:
        if _stated_size(view) > size_max:
            raise too_large("snappy", size_max)
        return _decompress_block(view)
    position, size, pieces = HEADER_SIZE, 0, []
    while position < len(view):
        length = _length_at(view, position)
        if bytes(view[position : position + len(MAGIC)]) == MAGIC:
            position += HEADER_SIZE  # streams may follow one another
            continue
        position += _LENGTH.size
        if not 0 <= length <= len(view) - position:
            raise corrupt(
                f"snappy chunk of {length} bytes, {len(view) - position} left"
            )
        chunk = view[position : position + length]
        size += _stated_size(chunk)
        if size > size_max:
            raise too_large("snappy", size_max)
        block = _decompress_block(chunk)
        position += length
        pieces.append(block)
    return b"".join(pieces)


def _length_at(view: memoryview, position: int) -> int:
    if len(view) - position < _LENGTH.size:
        raise corrupt(f"snappy chunk without a length at byte {position}")
    length: int = _LENGTH.unpack_from(view, position)[0]
    return length


def _stated_size(block: memoryview) -> int:
    import cramjam

    try:
        return cramjam.snappy.decompress_raw_len(block)
    except cramjam.DecompressionError as problem:
        raise corrupt(str(problem)) from None


def _decompress_block(block: memoryview) -> bytes:
    import cramjam

    try:
        return bytes(cramjam.snappy.decompress_raw(block))
    except cramjam.DecompressionError as problem:
        raise corrupt(str(problem)) from None
