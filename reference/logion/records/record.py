"""Records themselves: the full reader and writer.

`read_records` and `write_batch` know every format; the records of magic 2 are read and
written here, those of magic 0 and 1 in `legacy`.

A record of magic 2, integers as varints: length of what follows, attributes int8 (no
bit has a meaning: read over, written as 0), timestamp delta, offset delta, key length
(-1 for null) and key, value length and value, number of headers, and for each header
key length and key (UTF-8), value length and value. A compressed batch compresses all
its records as one block.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from struct import Struct

from logion.names import NO_TIMESTAMP, Buffer
from logion.records.batch import (
    BATCH_OVERHEAD,
    CONTROL_MASK,
    DELETE_HORIZON_MASK,
    OVERHEAD,
    TIMESTAMP_TYPE_MASK,
    TRANSACTIONAL_MASK,
    Batch,
    parse_batches,
)
from logion.records.checksum import crc32c
from logion.records.compression import compress, decompress
from logion.records.limits import DECOMPRESSED_SIZE_MAX, invalid
from logion.records.values import DEFAULTS, BatchOptions, Header, Record
from logion.records.varint import read_varint, varint, wrapped

__all__ = [
    "DEFAULTS",
    "BatchOptions",
    "Header",
    "Record",
    "read_batch",
    "read_records",
    "write_batch",
]

# Bytes that are no UTF-8 survive reading and writing; Java replaces them.
_UTF8_ERRORS = "surrogateescape"
_NULL = varint(-1)
_INT64_MIN, _INT64_MAX = -(1 << 63), (1 << 63) - 1
_PREFIX = Struct(">qiibI")
_COVERED = Struct(">Hiqqqhii")


def read_records(
    buffer: Buffer, *, size_max: int = DECOMPRESSED_SIZE_MAX
) -> Iterator[Record]:
    """Yield every record of every entry in `buffer`, markers included.

    `size_max` bounds what one entry may decompress to. Raises ApiError as
    `parse_batches` and `read_batch` do; checksums are not looked at.
    """
    for batch in parse_batches(buffer):
        yield from read_batch(buffer, batch, size_max=size_max)


def read_batch(
    buffer: Buffer, batch: Batch, *, size_max: int = DECOMPRESSED_SIZE_MAX
) -> list[Record]:
    """Return the records of one entry, with absolute offsets.

    Raises ApiError: INVALID_RECORD or CORRUPT_MESSAGE for bytes that are no records,
    MESSAGE_TOO_LARGE if they decompress to more than `size_max` bytes,
    UNSUPPORTED_COMPRESSION_TYPE for an unknown codec.
    """
    if batch.magic < 2:
        from logion.records import legacy

        return legacy.read_message(buffer, batch, size_max=size_max)
    if batch.count == 0:
        return []
    records = memoryview(buffer)[batch.position + BATCH_OVERHEAD : batch.end]
    # Uncompressed records are in memory already: they need no bound.
    bound = size_max if batch.is_compressed else len(records)
    return _read_all(decompress(batch.codec, records, size_max=bound), batch)


def write_batch(records: Sequence[Record], options: BatchOptions = DEFAULTS) -> bytes:
    """Return the records as one batch, or as a message set if the magic is 0 or 1.

    They are in order of offset. An empty batch needs both offsets in the options; an
    empty message set is no bytes. Raises ApiError INVALID_RECORD if an offset or a
    timestamp has no place in the format.
    """
    try:
        if options.magic < 2:
            from logion.records import legacy

            return legacy.write_message_set(records, options)
        return _write_batch(records, options)
    except struct.error as problem:
        raise invalid(f"offset or timestamp out of range: {problem}") from None


def _read_all(data: bytes, batch: Batch) -> list[Record]:
    append_time = (
        batch.max_timestamp if batch.attributes & TIMESTAMP_TYPE_MASK else None
    )
    bases = (batch.base_offset, batch.base_timestamp, append_time)
    count, position, records = batch.count or 0, 0, []
    try:
        for _ in range(count):
            record, position = _read_record(data, position, bases)
            records.append(record)
    except (IndexError, ValueError) as problem:
        text = f"record {len(records)} of {count} at byte {position}"
        is_cut = isinstance(problem, IndexError)
        found = "the data ends within it" if is_cut else problem
        raise invalid(f"{text}: {found}") from None
    if position != len(data) or count < 0:
        text = f"{count} records end at byte {position} of {len(data)}"
        raise invalid(text)
    return records


def _read_record(
    data: bytes, start: int, bases: tuple[int, int, int | None]
) -> tuple[Record, int]:
    """Read the record at `start`; raises IndexError or ValueError for bad bytes."""
    size, position = read_varint(data, start)
    end = position + size
    timestamp, position = read_varint(data, position + 1)
    offset, position = read_varint(data, position)
    key_size, position = read_varint(data, position)
    key = value = None
    if key_size >= 0:
        key = data[position : position + key_size]
        position += key_size
    value_size, position = read_varint(data, position)
    if value_size >= 0:
        value = data[position : position + value_size]
        position += value_size
    count, position = read_varint(data, position)
    headers: tuple[Header, ...] = ()
    if count:
        headers, position = _read_headers(data, position, count)
    if position != end:
        raise ValueError(f"its size is {size}, its fields take {position - end + size}")
    base_offset, base_timestamp, append_time = bases
    timestamp = base_timestamp + timestamp if append_time is None else append_time
    if not _INT64_MIN <= timestamp <= _INT64_MAX:
        timestamp = wrapped(timestamp)
    return Record(base_offset + offset, timestamp, key, value, headers), end


def _read_headers(
    data: bytes, position: int, count: int
) -> tuple[tuple[Header, ...], int]:
    if not 0 <= count <= len(data) - position:
        raise ValueError(f"{count} headers in {len(data) - position} bytes")
    headers: list[Header] = []
    for _ in range(count):
        size, position = read_varint(data, position)
        if size < 0:
            raise ValueError(f"a header key of {size} bytes")
        key = data[position : position + size].decode("utf-8", _UTF8_ERRORS)
        value_size, position = read_varint(data, position + size)
        value = data[position : position + value_size] if value_size >= 0 else None
        position += max(value_size, 0)
        headers.append((key, value))
    return tuple(headers), position


def _write_batch(records: Sequence[Record], options: BatchOptions) -> bytes:
    base_offset = options.base_offset
    if base_offset is None:
        base_offset = records[0].offset
    last_offset = options.last_offset
    if last_offset is None:
        last_offset = records[-1].offset
    base_timestamp = records[0].timestamp if records else NO_TIMESTAMP
    if options.delete_horizon is not None:
        base_timestamp = options.delete_horizon
    plain = b"".join(
        [_record_bytes(record, base_offset, base_timestamp) for record in records]
    )
    codec, body = options.codec, plain
    if codec and records:
        body = compress(codec, plain, level=options.level)
    covered = _COVERED.pack(
        (codec if records else 0) | _flags(options),
        last_offset - base_offset,
        base_timestamp,
        _max_timestamp(records, options),
        options.producer_id,
        options.producer_epoch,
        options.base_sequence,
        len(records),
    )
    crc = crc32c(body, crc32c(covered))
    size = BATCH_OVERHEAD - OVERHEAD + len(body)
    prefix = _PREFIX.pack(base_offset, size, options.leader_epoch, 2, crc)
    return b"".join((prefix, covered, body))


def _record_bytes(record: Record, base_offset: int, base_timestamp: int) -> bytes:
    offset, timestamp, key, value, headers = record
    body = b"".join(
        (
            b"\0",
            varint(timestamp - base_timestamp),
            varint(offset - base_offset),
            _NULL if key is None else varint(len(key)),
            key or b"",
            _NULL if value is None else varint(len(value)),
            value or b"",
            _headers_bytes(headers) if headers else b"\0",
        )
    )
    return varint(len(body)) + body


def _headers_bytes(headers: tuple[Header, ...]) -> bytes:
    pieces = [varint(len(headers))]
    for key, value in headers:
        name = key.encode("utf-8", _UTF8_ERRORS)
        size = _NULL if value is None else varint(len(value))
        pieces += (varint(len(name)), name, size, value or b"")
    return b"".join(pieces)


def _flags(options: BatchOptions) -> int:
    """Return the attribute bits of a batch, but for its codec."""
    return (
        (options.log_append_time is not None) * TIMESTAMP_TYPE_MASK
        | options.is_transactional * TRANSACTIONAL_MASK
        | options.is_control * CONTROL_MASK
        | (options.delete_horizon is not None) * DELETE_HORIZON_MASK
    )


def _max_timestamp(records: Sequence[Record], options: BatchOptions) -> int:
    if options.log_append_time is not None:
        return options.log_append_time
    return max([record.timestamp for record in records], default=NO_TIMESTAMP)
