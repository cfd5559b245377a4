"""Message sets: the record formats of magic 0 (0.8, 0.9) and 1 (0.10).

A set is messages one after the other, each with its own offset. A message: crc uint32,
magic int8, attributes int8, timestamp int64 (magic 1), key length int32 (-1 for null)
and key, value length and value.

A compressed set is one message, the wrapper, whose value is the compressed set and
whose offset is that of the last message in it. The messages inside have absolute
offsets with magic 0; with magic 1 offsets relative to the first, so that the leader
can place the set by changing the wrapper's alone (KIP-31).
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple

from logion.names import Buffer
from logion.records.batch import (
    OVERHEAD,
    TIMESTAMP_TYPE_MASK,
    Batch,
    TimestampType,
    check_crc,
    parse_batches,
)
from logion.records.checksum import crc32
from logion.records.codec import Codec
from logion.records.compression import compress, decompress
from logion.records.limits import invalid
from logion.records.values import BatchOptions, Record

_HEAD = (Struct(">bB"), Struct(">bBq"))
_ENTRY = Struct(">qiI")
_SIZE = Struct(">i")
_KEY_AT = (18, 26)


class InnerSet(NamedTuple):
    """What a wrapper holds, decompressed."""

    data: bytes
    batches: list[Batch]
    """The messages, with offsets as stored."""


def read_message(
    buffer: Buffer, batch: Batch, *, size_max: int, checks_inner: bool = False
) -> list[Record]:
    """Return the record of a plain message, or the records in a wrapper.

    Offsets are absolute. With `checks_inner` the checksums of a wrapper's messages
    must be right too. Raises ApiError: INVALID_RECORD or CORRUPT_MESSAGE for what is
    no message, MESSAGE_TOO_LARGE for more than `size_max` bytes decompressed.
    """
    if not batch.is_compressed:
        return [_read_plain(buffer, batch)]
    inner = read_inner(buffer, batch, size_max=size_max)
    if checks_inner:
        for message in inner.batches:
            check_crc(inner.data, message)
    records = [_read_plain(inner.data, message) for message in inner.batches]
    shift = offset_shift(batch, inner)
    if batch.timestamp_type is TimestampType.LOG_APPEND_TIME:
        time = batch.max_timestamp
        return [r._replace(offset=r.offset + shift, timestamp=time) for r in records]
    return [record._replace(offset=record.offset + shift) for record in records]


def read_inner(buffer: Buffer, batch: Batch, *, size_max: int) -> InnerSet:
    """Return the set that the wrapper `batch` holds.

    Raises ApiError INVALID_RECORD if it is empty, nested, or of another magic.
    """
    value = _key_and_value(buffer, batch)[1]
    if value is None:
        raise invalid(f"the wrapper at byte {batch.position} has a null value")
    data = decompress(batch.codec, value, size_max=size_max, magic=batch.magic)
    batches = parse_batches(data)
    if not batches:
        raise invalid(f"the wrapper at byte {batch.position} holds no message")
    for message in batches:
        if message.magic != batch.magic:
            raise invalid(f"magic {message.magic} in a wrapper of magic {batch.magic}")
        if message.is_compressed:
            raise invalid(f"compressed message {message.base_offset} in a wrapper")
    return InnerSet(data, batches)


def offset_shift(batch: Batch, inner: InnerSet) -> int:
    """Return what to add to the stored offsets of the wrapper's messages.

    A wrapper of magic 1 with offset 0 counts from 0: old librdkafka sends it so.
    Raises ApiError INVALID_RECORD if an offset would be negative.
    """
    if batch.magic == 0 or batch.last_offset == 0:
        return 0
    shift = batch.last_offset - inner.batches[-1].last_offset
    if shift < 0:
        text = f"wrapper offset {batch.last_offset} below the last relative offset"
        raise invalid(f"{text} {inner.batches[-1].last_offset}")
    return shift


def write_message_set(records: Sequence[Record], options: BatchOptions) -> bytes:
    """Return the records as plain messages, or as one wrapper if a codec is set.

    Headers are left out: these formats have none.
    """
    if options.codec is Codec.NONE or not records:
        return b"".join([_write(record, record.offset, options) for record in records])
    is_relative = options.magic == 1
    base = options.base_offset
    if base is None:
        base = records[0].offset
    shift = base if is_relative else 0
    plain = options._replace(codec=Codec.NONE)
    inner = b"".join([_write(r, r.offset - shift, plain) for r in records])
    value = compress(options.codec, inner, magic=options.magic, level=options.level)
    latest = max(record.timestamp for record in records)
    wrapper = Record(records[-1].offset, latest, None, value)
    return _write(wrapper, wrapper.offset, options)


def _read_plain(buffer: Buffer, batch: Batch) -> Record:
    key, value = _key_and_value(buffer, batch)
    return Record(
        batch.base_offset,
        batch.max_timestamp,
        None if key is None else bytes(key),
        None if value is None else bytes(value),
    )


def _key_and_value(
    buffer: Buffer, batch: Batch
) -> tuple[memoryview | None, memoryview | None]:
    view = memoryview(buffer)[batch.position : batch.end]
    key, position = _sized(view, _KEY_AT[batch.magic])
    value, position = _sized(view, position)
    if position != len(view):
        text = f"message {batch.base_offset} takes {len(view)} bytes, its fields"
        raise invalid(f"{text} {position}")
    return key, value


def _sized(view: memoryview, position: int) -> tuple[memoryview | None, int]:
    """Return the bytes after the length at `position` (None if null), and their end."""
    start = position + _SIZE.size
    if start > len(view):
        raise invalid(f"a length at byte {position} of {len(view)}")
    size: int = _SIZE.unpack_from(view, position)[0]
    if size < 0:
        return None, start
    return view[start : start + size], start + size


def _write(record: Record, offset: int, options: BatchOptions) -> bytes:
    body = b"".join(
        (
            _head(record, options),
            _sized_bytes(record.key),
            _sized_bytes(record.value),
        )
    )
    entry = _ENTRY.pack(offset, _ENTRY.size - OVERHEAD + len(body), crc32(body))
    return entry + body


def _head(record: Record, options: BatchOptions) -> bytes:
    """Return magic, attributes and, with magic 1, the timestamp."""
    if options.magic == 0:
        return _HEAD[0].pack(0, options.codec)
    append_time = options.log_append_time
    if append_time is None:
        return _HEAD[1].pack(1, options.codec, record.timestamp)
    return _HEAD[1].pack(1, options.codec | TIMESTAMP_TYPE_MASK, append_time)


def _sized_bytes(data: bytes | None) -> bytes:
    if data is None:
        return _SIZE.pack(-1)
    return _SIZE.pack(len(data)) + data
