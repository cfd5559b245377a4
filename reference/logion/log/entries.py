"""Walking through the entries of a segment's file.

`headers` reads only the beginning of each entry, from the page cache, to find a place;
`whole_entries` reads and checks every byte, to recover and to replay.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from logion.disk import File
from logion.records.batch import (
    BATCH_OVERHEAD,
    OVERHEAD,
    Batch,
    is_crc_valid,
    scan_batches,
)

HEADER_CHUNK = 4096
"""Bytes read at a time where entries are small: Kafka's index interval."""

ENTRY_CHUNK = 1024 * 1024
"""Bytes read at a time to go through a whole segment."""

_BATCH_START = Struct(">qiibIhiqq")
_MESSAGE_START = Struct(">qiIbbq")
_MAGIC_AT = 16


class Header(NamedTuple):
    """Where an entry stands in its file, and what it spans."""

    position: int
    size: int
    base_offset: int
    """Of its first record; of the last where an old format does not say."""
    last_offset: int
    max_timestamp: int

    @property
    def end(self) -> int:
        """Return where the next entry starts."""
        return self.position + self.size


class StoredBatch(NamedTuple):
    """An entry with all its bytes."""

    position: int
    """Where it starts in its file."""
    buffer: bytes
    """Holds the entry, at `batch.position`."""
    batch: Batch


def headers(file: File, position: int, end: int) -> Iterator[Header]:
    """Yield the headers from `position` on, up to the first that cannot be one."""
    chunk, start = b"", position
    while position + OVERHEAD < end:
        at = position - start
        if at + BATCH_OVERHEAD > len(chunk):
            chunk, start, at = file.pread(HEADER_CHUNK, position), position, 0
        header = _header(chunk, at, position)
        if header is None or header.end > end:
            return
        yield header
        position = header.end


def _header(chunk: bytes, at: int, position: int) -> Header | None:
    if at + _MAGIC_AT >= len(chunk):
        return None
    magic = chunk[at + _MAGIC_AT]
    if magic == 2 and at + BATCH_OVERHEAD <= len(chunk):
        base, size, _, _, _, _, delta, _, newest = _BATCH_START.unpack_from(chunk, at)
        return Header(position, size + OVERHEAD, base, base + delta, newest)
    if magic > 1 or at + _MESSAGE_START.size > len(chunk):
        return None
    offset, size, _, _, _, timestamp = _MESSAGE_START.unpack_from(chunk, at)
    newest = timestamp if magic else -1
    return (
        Header(position, size + OVERHEAD, offset, offset, newest) if size > 0 else None
    )


def whole_entries(file: File, position: int, end: int) -> Iterator[StoredBatch]:
    """Yield the entries from `position` on, up to the first that is cut or corrupt."""
    wanted = ENTRY_CHUNK
    while position < end:
        buffer = file.pread(min(wanted, end - position), position)
        scan = scan_batches(buffer)
        for batch in scan.batches:
            if not is_crc_valid(buffer, batch):
                return
            yield StoredBatch(position + batch.position, buffer, batch)
        missing = scan.problem.missing if scan.problem else 0
        if scan.end == 0 and (not missing or wanted >= end - position):
            return
        position += scan.end
        wanted = ENTRY_CHUNK if scan.end else len(buffer) + missing
