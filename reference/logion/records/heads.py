"""Where the records of a batch stand, and their keys: as much as compaction looks at.

For batches of magic 2, whose layout is in `logion.records.record`. No record is built
and no value is copied: a batch of 1 KiB records is gone through at some 200 MB/s.
"""

from __future__ import annotations

from typing import TypeAlias

from logion.names import Buffer
from logion.records.batch import BATCH_OVERHEAD, Batch
from logion.records.compression import decompress
from logion.records.limits import DECOMPRESSED_SIZE_MAX, invalid
from logion.records.varint import read_varint

SMALL = tuple(number >> 1 ^ -(number & 1) for number in range(0x80))
"""The varints of one byte."""

Head: TypeAlias = tuple[int, int, int, int, bytes | None, bool]
"""Where a record starts and ends in its data, timestamp, offset, key, has a value."""


def records_data(buffer: bytes, batch: Batch) -> tuple[bytes, int]:
    """Return bytes that hold a batch's records, decompressed, and where they start.

    Raises ApiError as `decompress` does.
    """
    start = batch.position + BATCH_OVERHEAD
    if not batch.is_compressed or batch.count == 0:
        return buffer, start
    body: Buffer = memoryview(buffer)[start : batch.end]
    return decompress(batch.codec, body, size_max=DECOMPRESSED_SIZE_MAX), 0


def read_heads(data: bytes, start: int, batch: Batch) -> list[Head]:
    """Return the heads of the records of `batch`, the first of which is at `start`.

    Timestamps are what the records say, whoever set them. Raises ApiError
    INVALID_RECORD for bytes that are no records.
    """
    end = len(data) if batch.is_compressed else batch.end
    heads: list[Head] = []
    try:
        reached = _read_heads(data, start, batch, heads)
    except (IndexError, ValueError) as problem:
        at = heads[-1][1] if heads else start
        text = f"record {len(heads)} of {batch.count} at byte {at}: {problem}"
        raise invalid(text) from None
    if batch.count and reached != end:
        raise invalid(f"{batch.count} records end at byte {reached} of {end}")
    return heads


def _read_heads(  # noqa: C901  # written out for speed: see below
    data: bytes, start: int, batch: Batch, heads: list[Head]
) -> int:
    """Add the heads of all records; return where they end.

    Varints of one byte, and sizes of two, are read in place, and all in one loop: most
    are no longer, and a call takes as long as all else that is done with a record.
    Raises IndexError or ValueError for bad bytes.
    """
    base_offset, base_timestamp, small = batch.base_offset, batch.base_timestamp, SMALL
    for _ in range(batch.count or 0):
        if (size := data[start]) < 0x80:
            position = start + 1
            end = position + small[size]
        elif (second := data[start + 1]) < 0x80:
            position = start + 2
            end = position + (size & 0x7F | second << 7) // 2
        else:
            size, position = read_varint(data, start)
            end = position + size
        if (timestamp := data[position + 1]) < 0x80:
            timestamp, position = small[timestamp], position + 2
        else:
            timestamp, position = read_varint(data, position + 1)
        if (offset := data[position]) < 0x80:
            offset, position = small[offset], position + 1
        else:
            offset, position = read_varint(data, position)
        if (length := data[position]) < 0x80:
            length, position = small[length], position + 1
        else:
            length, position = read_varint(data, position)
        key = None
        if length >= 0:
            key = data[position : position + length]
            position += length
        if position >= end:
            raise ValueError(f"its key ends at {position}, itself at {end}")
        has_value = not data[position] & 1  # the sign of its length
        offset += base_offset
        heads.append((start, end, base_timestamp + timestamp, offset, key, has_value))
        start = end
    return start
