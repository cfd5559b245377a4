"""Wire values that do not fit a `struct` format: varints, tag sections, long arrays.

The compiled codecs handle the short forms in place and come here for the rest, so
nothing in this module needs to be fast for small values. A reader that runs past the
end of its data raises IndexError or `struct.error`, a wrong value raises ValueError;
`logion.protocol.codec` turns all of them into a ProtocolError that says where.

Source: KIP-482; Apache Kafka's ByteUtils.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import Struct, pack, unpack_from
from struct import error as struct_error
from typing import Any

from logion.names import Buffer

READ_FAILURES = (struct_error, IndexError, ValueError, OverflowError)
"""What a compiled reader raises on bytes that are not the message."""

WRITE_FAILURES = (struct_error, TypeError, ValueError, AttributeError)
"""What a compiled writer raises on a message that holds a wrong kind of value."""


class AbsentFieldError(Exception):
    """A field has a value that the version being written cannot carry."""


STRING_SIZE_MAX = 32767
"""Longest string in UTF-8 bytes, in flexible versions as well as in older ones."""

VARINT_SIZE_MAX = 5
"""Most bytes an unsigned varint may take: seven bits each, of an int32."""

SMALL = 16
"""Arrays of fewer values than this are read by an unpacker made beforehand."""

ELEMENTS_MAX = 100_000
"""Most structs, strings and tagged fields in the arrays and tag sections of a message
that a client sends. An element of 2 to 8 bytes becomes objects of some 600 bytes, its
answer included: without a bound one frame of the permitted 100 MB would take 8 GB, and
the processor for a minute. No broker leads as many partitions. Arrays of numbers do not
count: their elements grow to at most 36 bytes. Answers do not count either: a client
has chosen whom it asks."""

BYTES_OF = tuple(bytes((value,)) for value in range(128))
"""The one-byte varints."""

_RUN_SHAPES_MAX = 256
_RUN_SHAPE_VALUES_MAX = 64


def read_varint(data: Buffer, position: int) -> tuple[int, int]:
    """Return the unsigned varint at `position`, and where it ends."""
    return read_varint_rest(data, position + 1, data[position])


def read_varint_rest(data: Buffer, position: int, first: int) -> tuple[int, int]:
    """Return the unsigned varint whose `first` byte stood before `position`.

    Raises ValueError if it takes more than 5 bytes.
    """
    value = first & 0x7F
    shift = 7
    byte = first
    while byte > 127:
        if shift == 7 * VARINT_SIZE_MAX:
            raise ValueError("varint of more than 5 bytes")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
    return value, position


def varint(value: int) -> bytes:
    """Return a number from 0 to 2^35 - 1 as an unsigned varint."""
    if value < 128:
        return BYTES_OF[value]
    parts = bytearray()
    while value > 127:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def string_size_rest(data: Buffer, position: int, first: int) -> tuple[int, int]:
    """Return size + 1 of a compact string, and where it starts: see read_varint_rest.

    Raises ValueError if the string is longer than Kafka allows.
    """
    size, position = read_varint_rest(data, position, first)
    if size > STRING_SIZE_MAX + 1:
        raise ValueError(f"string of {size - 1} bytes")
    return size, position


def small_unpackers(fmt: str) -> tuple[Callable[..., tuple[Any, ...]], ...]:
    """Return what unpacks 0, 1, ... SMALL - 1 values of a format."""
    return tuple(Struct(f">{fmt * count}").unpack_from for count in range(SMALL))


def read_many(
    data: Buffer, position: int, count: int, fmt: str
) -> tuple[tuple[Any, ...], int]:
    """Return `count` values of one format, and where they end.

    Raises ValueError if there cannot be so many in the bytes that are there.
    """
    size = Struct(f">{fmt}").size * count
    if not 0 <= size <= len(data) - position:
        raise ValueError(f"array of {count} elements")
    text = f">{count}{fmt}" if len(fmt) == 1 else f">{fmt * count}"
    return unpack_from(text, data, position), position + size


def read_tags(
    data: Buffer, position: int, first: int, most: int
) -> tuple[tuple[tuple[int, bytes], ...], int]:
    """Return the tagged fields of a section none of whose tags is known.

    `first` is the first byte of their count, which stood before `position`. Raises
    ValueError if there are more than `most`.
    """
    count, position = read_varint_rest(data, position, first)
    if count > most:
        raise ValueError(f"{count} tagged fields")
    tags = []
    for _ in range(count):
        tag, position = read_varint(data, position)
        size, position = read_varint(data, position)
        end = position + size
        if end > len(data):
            raise ValueError("tagged field past the end")
        tags.append((tag, bytes(data[position:end])))
        position = end
    return tuple(tags), position


def tag_bodies(tags: Iterable[tuple[int, bytes]]) -> bytes:
    """Return tagged fields as they follow their count: ascending by tag."""
    ordered = sorted(tags, key=lambda tagged: tagged[0])
    return b"".join(varint(t) + varint(len(body)) + body for t, body in ordered)


class Run:
    """Packs a run of values of fixed size, varints and arrays of numbers at once.

    `items` are `struct` formats; "V" is an unsigned varint, "S" one that counts a
    string's bytes and "*i" an array of numbers of format "i". `run[counts]` is the
    function that packs the values when every varint takes one byte and the arrays
    have these lengths; it raises `struct.error` when one does not. `wide` packs all.
    """

    __slots__ = ("_items", "_packers")

    def __init__(self, items: tuple[str, ...]) -> None:
        """Prepare to pack values of these formats."""
        self._items = items
        self._packers: dict[tuple[int, ...], Callable[..., bytes]] = {}

    def __getitem__(self, counts: tuple[int, ...]) -> Callable[..., bytes]:
        """Return what packs values whose arrays have these lengths."""
        packer = self._packers.get(counts)
        return packer or self._packer(counts)

    def _packer(self, counts: tuple[int, ...]) -> Callable[..., bytes]:
        text = "".join(self._formats(counts)).replace("V", "b").replace("S", "b")
        packer = Struct(f">{text}").pack
        # Lengths come from data: neither their number nor their size is bounded.
        is_small = sum(counts) <= _RUN_SHAPE_VALUES_MAX
        if is_small and len(self._packers) < _RUN_SHAPES_MAX:
            self._packers[counts] = packer
        return packer

    def _formats(self, counts: tuple[int, ...]) -> Iterable[str]:
        left = iter(counts)
        for item in self._items:
            yield f"{next(left)}{item[1:]}" if item[0] == "*" else item

    def wide(self, counts: tuple[int, ...], *values: Any) -> bytes:
        """Return the values packed, whatever their varints take.

        Raises `struct.error` for a value that its format cannot hold, ValueError for
        a string that is too long.
        """
        parts = []
        left = iter(counts)
        start = 0
        for item in self._items:
            count = next(left) if item[0] == "*" else 1
            parts.append(_pack_item(item, values[start : start + count]))
            start += count
        return b"".join(parts)


def _pack_item(item: str, values: tuple[Any, ...]) -> bytes:
    if item == "S" and values[0] > STRING_SIZE_MAX + 1:
        raise ValueError(f"string of {values[0] - 1} bytes")
    if item in "VS":
        return varint(values[0])
    fmt = f"{len(values)}{item[1:]}" if item[0] == "*" else item
    return pack(f">{fmt}", *values)
