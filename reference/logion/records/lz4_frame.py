"""LZ4 frames, and the wrong header checksum that message sets v0 require.

    04 22 4D 18   FLG   BD   [content size, 8 bytes]   [dictionary id, 4]   HC   blocks

HC is the second byte of xxHash32 over FLG up to HC. Brokers and clients 0.8.2 and 0.9
hashed the four magic bytes too (KAFKA-3160) and refuse the right value. So magic 0 is
written with the wrong one and read with any; magic 1 and 2 use the right one.
No library writes or accepts the wrong byte: it is computed and patched here.
"""

from __future__ import annotations

from logion.names import Buffer
from logion.records.limits import corrupt, too_large

MAGIC = b"\x04\x22\x4d\x18"
"""What a frame starts with."""

_CONTENT_SIZE_FLAG = 0x08
_DICTIONARY_FLAG = 0x01
_CHUNK_SIZE_MIN = 64 * 1024
_PRIMES = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)
_MASK = 0xFFFFFFFF


def compress(data: Buffer, *, is_legacy: bool, level: int = 0) -> bytes:
    """Return `data` as one frame like Kafka's: independent blocks of 64 KiB.

    With `is_legacy` its header has the wrong checksum that magic 0 requires.
    """
    from lz4 import frame

    compressed: bytes = frame.compress(
        data,
        compression_level=level,
        block_size=frame.BLOCKSIZE_MAX64KB,
        block_linked=False,
        store_size=False,
    )
    return with_legacy_checksum(compressed) if is_legacy else compressed


def decompress(data: Buffer, size_max: int, *, is_legacy: bool) -> bytes:
    """Return what the frame holds; with `is_legacy` any header checksum will do.

    Raises ApiError MESSAGE_TOO_LARGE above `size_max` bytes and CORRUPT_MESSAGE for
    bad data. What follows the frame is ignored, as Kafka does.
    """
    from lz4.frame import LZ4FrameDecompressor

    decompressor = LZ4FrameDecompressor()
    chunk_size = max(_CHUNK_SIZE_MIN, 4 * len(data))
    pending, size, pieces = with_right_checksum(data) if is_legacy else data, 0, []
    while not decompressor.eof:
        bound = min(chunk_size, size_max - size + 1)
        try:
            piece: bytes = decompressor.decompress(pending, max_length=bound)
        except RuntimeError as problem:
            raise corrupt(f"lz4: {problem}") from None
        size += len(piece)
        if size > size_max:
            raise too_large("lz4", size_max)
        if not piece and not decompressor.eof and decompressor.needs_input:
            raise corrupt(f"lz4: {len(data)} bytes are not the whole frame")
        pieces.append(piece)
        pending = b""
    return b"".join(pieces)


def with_right_checksum(data: Buffer) -> Buffer:
    """Return the frame with the header checksum of the LZ4 specification."""
    at = _checksum_position(data)
    return _with_byte(data, at, _second_byte(xxhash32(bytes(data[4:at]))))


def with_legacy_checksum(data: Buffer) -> bytes:
    """Return the frame with the header checksum of Kafka 0.8.2 and 0.9."""
    at = _checksum_position(data)
    return bytes(_with_byte(data, at, _second_byte(xxhash32(bytes(data[:at])))))


def xxhash32(data: bytes) -> int:
    """Return xxHash32 with seed 0 of at most 15 bytes: no header is longer."""
    assert len(data) < 16, "longer input needs the four lanes of the full algorithm"
    prime1, prime2, prime3, prime4, prime5 = _PRIMES
    value = prime5 + len(data)
    words = len(data) & ~3
    for start in range(0, words, 4):
        word = int.from_bytes(data[start : start + 4], "little")
        value = _rotated(value + word * prime3, 17) * prime4
    for byte in data[words:]:
        value = _rotated(value + byte * prime5, 11) * prime1
    value &= _MASK
    value = (value ^ value >> 15) * prime2 & _MASK
    value = (value ^ value >> 13) * prime3 & _MASK
    return value ^ value >> 16


def _rotated(value: int, bits: int) -> int:
    value &= _MASK
    return (value << bits | value >> 32 - bits) & _MASK


def _second_byte(value: int) -> int:
    return value >> 8 & 0xFF


def _checksum_position(data: Buffer) -> int:
    """Return where the header checksum of the frame stands."""
    if bytes(data[:4]) != MAGIC or len(data) < 7:
        raise corrupt(f"lz4: no frame starts with {bytes(data[:7]).hex()}")
    flags = data[4]
    size = 8 if flags & _CONTENT_SIZE_FLAG else 0
    dictionary = 4 if flags & _DICTIONARY_FLAG else 0
    position = 6 + size + dictionary
    if position >= len(data):
        raise corrupt(f"lz4: the header is cut short at {len(data)} bytes")
    return position


def _with_byte(data: Buffer, position: int, byte: int) -> Buffer:
    if data[position] == byte:
        return data
    view = memoryview(data)
    return b"".join((view[:position], bytes((byte,)), view[position + 1 :]))
