"""Zigzag varints: the integers inside a record of magic 2.

Seven bits per byte, the lowest first, the high bit set on all but the last byte; at
most ten bytes. Zigzag puts the sign into the lowest bit: 0, -1, 1, -2 are 0, 1, 2, 3.
"""

from __future__ import annotations

from functools import lru_cache

BYTES_MAX = 10
_INT64_OVERFLOW = 1 << 63
_UINT64_MAX = (1 << 64) - 1


@lru_cache(maxsize=8192)
def varint(value: int) -> bytes:
    """Return `value` as a varint; what exceeds 64 bits wraps, as in Java.

    The answers are remembered: lengths and deltas repeat from record to record.
    """
    value = wrapped(value)
    rest = value << 1 ^ value >> 63
    encoded = bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)


def wrapped(value: int) -> int:
    """Return the signed 64-bit number that a longer one overflows to."""
    return (value + _INT64_OVERFLOW & _UINT64_MAX) - _INT64_OVERFLOW


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """Return the varint at `position` and where it ends.

    Raises IndexError if the data ends within it, and ValueError if it is longer than
    ten bytes.
    """
    byte = data[position]
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), position + 1
    return _read_long(data, position)


def _read_long(data: bytes, start: int) -> tuple[int, int]:
    value = shift = 0
    for position in range(start, start + BYTES_MAX):
        byte = data[position]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), position + 1
        shift += 7
    raise ValueError(f"a varint of more than {BYTES_MAX} bytes")
