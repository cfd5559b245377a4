"""Records in another format: down for old consumers, up or down for a log's own.

Fetches of version 0 and 1 want magic 0, versions 2 and 3 at most magic 1. What the
older format lacks is lost: control batches, headers, producers, timestamps.
"""

from __future__ import annotations

from collections.abc import Sequence

from logion.names import Buffer
from logion.protocol.errors import ApiError, Error
from logion.records.batch import (
    Batch,
    TimestampType,
    parse_batches,
)
from logion.records.codec import Codec
from logion.records.limits import DECOMPRESSED_SIZE_MAX
from logion.records.record import BatchOptions, Record, read_batch, write_batch


def magic_for_fetch(version: int, stored: int) -> int:
    """Return the magic that a Fetch of `version` may see of a log's `stored` magic."""
    if version <= 1:
        return 0
    return min(stored, 1) if version <= 3 else stored


def down_convert(
    buffer: Buffer,
    to_magic: int,
    first_offset: int,
    *,
    size_max: int = DECOMPRESSED_SIZE_MAX,
) -> bytes:
    """Return the entries of `buffer` for a fetch from `first_offset`, in old formats.

    Entries at or below `to_magic` stay as they are. Of uncompressed newer ones the
    records below `first_offset` are dropped; entries left empty vanish. Raises
    ApiError UNSUPPORTED_COMPRESSION_TYPE for zstd, which old formats lack.
    """
    pieces: list[Buffer] = []
    for batch in parse_batches(buffer):
        if batch.magic <= to_magic:
            pieces.append(memoryview(buffer)[batch.position : batch.end])
        elif not batch.is_control:
            records = _kept(buffer, batch, first_offset, size_max)
            if records:
                pieces.append(_rewritten(records, batch, to_magic))
    return b"".join(pieces)


def _kept(
    buffer: Buffer, batch: Batch, first_offset: int, size_max: int
) -> Sequence[Record]:
    if batch.codec is Codec.ZSTD:
        text = f"zstd at offset {batch.base_offset}; the older format has no zstd"
        raise ApiError(Error.UNSUPPORTED_COMPRESSION_TYPE, text)
    records = read_batch(buffer, batch, size_max=size_max)
    if batch.is_compressed:
        return records
    return [record for record in records if record.offset >= first_offset]


def _rewritten(records: Sequence[Record], batch: Batch, to_magic: int) -> bytes:
    is_append_time = batch.timestamp_type is TimestampType.LOG_APPEND_TIME
    options = BatchOptions(
        magic=to_magic,
        codec=batch.codec,
        log_append_time=batch.max_timestamp if is_append_time else None,
    )
    return write_batch(records, options)
