"""Compression and bounded decompression, one function each for all codecs.

Nobody's claim of a size is believed beyond the bound: a few hundred bytes that would
become gigabytes are refused while the output is still below it.
"""

from __future__ import annotations

import zlib

from logion.names import Buffer
from logion.records.codec import Codec
from logion.records.limits import corrupt, invalid, too_large

_GZIP = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_LEVEL = 3
_FIRST_GUESS_MIN = 64 * 1024


def compress(
    codec: Codec, data: Buffer, *, magic: int = 2, level: int | None = None
) -> bytes:
    """Return `data` compressed as entries of `magic` want it.

    `level` is the codec's own scale, None its default; snappy has none. Raises
    ApiError INVALID_RECORD for zstd with magic 0 or 1.
    """
    match codec:
        case Codec.NONE:
            return bytes(data)
        case Codec.GZIP:
            return _gzip_compress(data, -1 if level is None else level)
        case Codec.SNAPPY:
            from logion.records import snappy_frame

            return snappy_frame.compress(data)
        case Codec.LZ4:
            from logion.records import lz4_frame

            return lz4_frame.compress(data, is_legacy=magic == 0, level=level or 0)
        case Codec.ZSTD:
            return _zstd_compress(data, _ZSTD_LEVEL if level is None else level, magic)


def decompress(codec: Codec, data: Buffer, *, size_max: int, magic: int = 2) -> bytes:
    """Return what `data` holds, at most `size_max` bytes.

    Never allocates more than a small multiple of what that allows. Raises ApiError:
    MESSAGE_TOO_LARGE for more, CORRUPT_MESSAGE for data that is not the codec's,
    INVALID_RECORD for zstd with magic 0 or 1.
    """
    match codec:
        case Codec.NONE:
            return _copied(data, size_max)
        case Codec.GZIP:
            return _gzip_decompress(data, size_max)
        case Codec.SNAPPY:
            from logion.records import snappy_frame

            return snappy_frame.decompress(data, size_max)
        case Codec.LZ4:
            from logion.records import lz4_frame

            return lz4_frame.decompress(data, size_max, is_legacy=magic == 0)
        case Codec.ZSTD:
            _refuse_old_zstd(magic)
            return _zstd_decompress(data, size_max)


def _copied(data: Buffer, size_max: int) -> bytes:
    if len(data) > size_max:
        raise too_large("none", size_max)
    return bytes(data)


def _gzip_compress(data: Buffer, level: int) -> bytes:
    compressor = zlib.compressobj(level, zlib.DEFLATED, _GZIP)
    return compressor.compress(data) + compressor.flush()


def _gzip_decompress(data: Buffer, size_max: int) -> bytes:
    size, pieces = 0, []
    while True:
        decompressor = zlib.decompressobj(_GZIP)
        try:
            piece = decompressor.decompress(data, size_max - size + 1)
        except zlib.error as problem:
            raise corrupt(f"gzip: {problem}") from None
        size += len(piece)
        if size > size_max:
            raise too_large("gzip", size_max)
        if not decompressor.eof:
            raise corrupt(f"gzip: {len(data)} bytes are not the whole stream")
        pieces.append(piece)
        data = decompressor.unused_data
        if not data.startswith(_GZIP_MAGIC):
            return b"".join(pieces)  # Java ignores what is no further stream


def _zstd_compress(data: Buffer, level: int, magic: int) -> bytes:
    from cramjam import zstd

    _refuse_old_zstd(magic)
    return bytes(zstd.compress(data, level=level))


def _refuse_old_zstd(magic: int) -> None:
    if magic < 2:
        raise invalid(f"zstd in a message set of magic {magic}; it needs magic 2")


def _zstd_decompress(data: Buffer, size_max: int) -> bytes:
    """Decompress into buffers that double, since no size in the data can be trusted."""
    import cramjam

    stated = _zstd_stated_size(data)
    if stated > size_max:
        raise too_large("zstd", size_max)
    guess = stated or max(_FIRST_GUESS_MIN, 4 * len(data))
    while True:
        output = bytearray(min(guess, size_max))
        try:
            size: int = cramjam.zstd.decompress_into(data, output)
        except cramjam.DecompressionError as problem:
            if "whole buffer" not in str(problem):
                raise corrupt(f"zstd: {problem}") from None
            if guess >= size_max:
                raise too_large("zstd", size_max) from None
            guess *= 2
        else:
            return bytes(memoryview(output)[:size])


def _zstd_stated_size(data: Buffer) -> int:
    """Return the content size in the first frame's header, 0 if it has none."""
    if bytes(data[:4]) != _ZSTD_MAGIC or len(data) < 5:
        raise corrupt(f"zstd: no frame starts with {bytes(data[:5]).hex()}")
    descriptor = data[4]
    is_single_segment = bool(descriptor & 0x20)
    field_size = (int(is_single_segment), 2, 4, 8)[descriptor >> 6]
    dictionary_size = (0, 1, 2, 4)[descriptor & 3]
    start = 5 + (not is_single_segment) + dictionary_size
    field = bytes(data[start : start + field_size])
    return int.from_bytes(field, "little") + (256 if field_size == 2 else 0)
