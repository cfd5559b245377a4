"""Stored entries as seen from outside: headers are read and patched, never records.

An entry is what a log stores and a fetch returns as a unit: a record batch (magic 2,
KIP-98), or a message of the older sets (magic 0 and 1), which may wrap a compressed
set. All begin alike: offset int64, size int32 of what follows, and the magic at
byte 16.

magic 2:  base offset @0, size @8, leader epoch @12, magic @16, crc @17, attributes
          @21, last offset delta @23, base timestamp @27, max timestamp @35, producer
          id @43 and epoch @51, base sequence @53, count @57, records @61. The crc
          (CRC-32C) covers @21 to the end: offset and epoch change without it.
magic 1:  offset @0, size @8, crc @12, magic @16, attributes @17, timestamp @18, key,
          value. The crc (CRC-32) covers @16 to the end.
magic 0:  the same without the timestamp.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from struct import Struct
from typing import NamedTuple

from logion.names import NO_SEQUENCE, Buffer
from logion.protocol.errors import ApiError, Error
from logion.records.checksum import crc32, crc32c
from logion.records.codec import Codec, codec_of

OVERHEAD = 12
"""Bytes of offset and size in front of every entry."""

BATCH_OVERHEAD = 61
"""Bytes of a batch (magic 2) in front of its records, offset and size included."""

MESSAGE_OVERHEAD_V0 = 26
"""Bytes of the smallest message of magic 0, offset and size included."""

MESSAGE_OVERHEAD_V1 = 34
"""Bytes of the smallest message of magic 1, offset and size included."""

LAST_MAGIC = 2
"""The newest record format."""

TIMESTAMP_TYPE_MASK = 0x08
TRANSACTIONAL_MASK = 0x10
CONTROL_MASK = 0x20
DELETE_HORIZON_MASK = 0x40

_BATCH = Struct(">qiibIhiqqqhii")
_MESSAGE = Struct(">qiIbB")
_ENTRY = Struct(">qi")
_TIMESTAMP = Struct(">q")
_CRC = Struct(">I")
_ATTRIBUTES = Struct(">H")
_STAMP = Struct(">qii")
_MAGIC_AT = 16
_ATTRIBUTES_AT = 22  # the lower byte of two: every bit with a meaning
_MAX_TIMESTAMP_AT = 35
_SMALLEST = (MESSAGE_OVERHEAD_V0, MESSAGE_OVERHEAD_V1, BATCH_OVERHEAD)


class TimestampType(IntEnum):
    """Who set the timestamps of an entry; the value is bit 3 of its attributes."""

    NONE = -1
    """Magic 0 has no timestamps."""
    CREATE_TIME = 0
    """The producer did."""
    LOG_APPEND_TIME = 1
    """The leader did, when it appended."""


class CorruptRecords(ApiError):  # noqa: N818 - named for what it finds
    """Bytes that are no whole, valid entry; `position` says where they start."""

    def __init__(self, message: str, *, position: int, missing: int = 0) -> None:
        """Describe the entry at `position`; `missing` bytes would make it whole."""
        super().__init__(Error.CORRUPT_MESSAGE, f"at byte {position}: {message}")
        self.position = position
        self.missing = missing
        """At least so many bytes more are needed; 0 if no bytes can mend the entry."""


class Batch(NamedTuple):
    """The header of one stored entry, and where in the buffer it stands.

    What a format lacks is given as Kafka gives it: -1 for epochs, producer, sequence
    and for the timestamps of magic 0.
    """

    position: int
    """Where the entry starts in the buffer it was read from."""
    size: int
    """Bytes of the whole entry, offset and size fields included."""
    base_offset: int
    """Offset of the first record; of the last in a wrapper (magic 0 and 1)."""
    last_offset: int
    """Offset of the last record the entry has, or had before compaction."""
    leader_epoch: int
    """Term of the leader that appended it."""
    magic: int
    """Format: 0, 1 or 2."""
    crc: int
    """The checksum it claims."""
    attributes: int
    """Bits: 0-2 codec, 3 timestamp type, 4 transactional, 5 control, 6 horizon."""
    base_timestamp: int
    """What timestamp deltas count from; with bit 6 the delete horizon."""
    max_timestamp: int
    """Largest timestamp of a record, or the append time."""
    producer_id: int
    producer_epoch: int
    base_sequence: int
    """Sequence of the first record."""
    count: int | None  # type: ignore[assignment]  # hides tuple.count, on purpose
    """Number of records; None for a wrapper, which does not say."""

    @property
    def end(self) -> int:
        """Return where the next entry starts in the buffer."""
        return self.position + self.size

    @property
    def codec(self) -> Codec:
        """Return how the records are compressed; ApiError for an unknown codec."""
        return codec_of(self.attributes)

    @property
    def is_compressed(self) -> bool:
        """Whether the records are compressed."""
        return bool(self.attributes & 7)

    @property
    def timestamp_type(self) -> TimestampType:
        """Return who set the timestamps."""
        if self.magic == 0:
            return TimestampType.NONE
        if self.attributes & TIMESTAMP_TYPE_MASK:
            return TimestampType.LOG_APPEND_TIME
        return TimestampType.CREATE_TIME

    @property
    def last_sequence(self) -> int:
        """Return the sequence of the last record; sequences wrap from 2^31-1 to 0."""
        if self.base_sequence == NO_SEQUENCE:
            return NO_SEQUENCE
        return self.base_sequence + self.last_offset - self.base_offset & 0x7FFFFFFF

    @property
    def has_producer_id(self) -> bool:
        """Whether an idempotent producer wrote it."""
        return self.producer_id >= 0

    @property
    def is_transactional(self) -> bool:
        """Whether it belongs to a transaction (KIP-98)."""
        return self.magic > 1 and bool(self.attributes & TRANSACTIONAL_MASK)

    @property
    def is_control(self) -> bool:
        """Whether its records are markers, not an application's."""
        return self.magic > 1 and bool(self.attributes & CONTROL_MASK)

    @property
    def delete_horizon(self) -> int | None:
        """Return when compaction may drop its tombstones, in ms, or None (KIP-534)."""
        if self.magic > 1 and self.attributes & DELETE_HORIZON_MASK:
            return self.base_timestamp
        return None


class Scan(NamedTuple):
    """The whole entries at the start of a buffer, and what stands behind them."""

    batches: list[Batch]
    end: int
    """Where the last whole entry ends."""
    problem: CorruptRecords | None
    """What is wrong there; None if the buffer ends with a whole entry."""


def parse_batch(buffer: Buffer, position: int = 0) -> Batch:
    """Return the header of the entry at `position`.

    Raises CorruptRecords if no whole entry of a known magic stands there. The
    checksum is not looked at: see `check_crc`.
    """
    try:
        (base, size, epoch, magic, crc, attributes, delta, *rest) = _BATCH.unpack_from(
            buffer, position
        )
    except struct.error:
        return _parse_message(buffer, position)
    size += OVERHEAD
    if magic != 2:
        return _parse_message(buffer, position)
    if size < BATCH_OVERHEAD or position + size > len(buffer):
        raise _broken(buffer, position)
    return Batch(
        position, size, base, base + delta, epoch, magic, crc, attributes, *rest
    )


def parse_batches(buffer: Buffer) -> list[Batch]:
    """Return the headers of all entries of `buffer`, in order.

    Raises CorruptRecords if anything but whole entries is in it.
    """
    position, batches = 0, []
    while position < len(buffer):
        batch = parse_batch(buffer, position)
        batches.append(batch)
        position += batch.size
    return batches


def scan_batches(buffer: Buffer, position: int = 0) -> Scan:
    """Return the whole entries from `position` on, up to the first that is not.

    For what may end in the middle of an entry: the answer to a fetch, a segment's
    torn tail. Checksums are not looked at.
    """
    batches: list[Batch] = []
    while position < len(buffer):
        try:
            batch = parse_batch(buffer, position)
        except CorruptRecords as problem:
            return Scan(batches, position, problem)
        batches.append(batch)
        position += batch.size
    return Scan(batches, position, None)


def is_of_transaction(buffer: Buffer) -> bool:
    """Whether a set begins with a batch of a transaction, as its header says.

    Nothing is checked; a set of magic 2 that a client sends has one batch.
    """
    return (
        len(buffer) > _ATTRIBUTES_AT
        and buffer[_MAGIC_AT] == LAST_MAGIC
        and bool(buffer[_ATTRIBUTES_AT] & TRANSACTIONAL_MASK)
    )


def is_crc_valid(buffer: Buffer, batch: Batch) -> bool:
    """Whether the entry's bytes have the checksum that its header claims."""
    return computed_crc(buffer, batch) == batch.crc


def check_crc(buffer: Buffer, batch: Batch) -> None:
    """Raise CorruptRecords if the entry's bytes lack the checksum its header claims."""
    computed = computed_crc(buffer, batch)
    if computed != batch.crc:
        text = f"checksum {batch.crc:#010x} claimed, {computed:#010x} computed"
        raise CorruptRecords(text, position=batch.position)


def computed_crc(buffer: Buffer, batch: Batch) -> int:
    """Return the checksum of the entry's bytes as they are."""
    start, end = batch.position, batch.position + batch.size
    if batch.magic == 2:
        return crc32c(memoryview(buffer)[start + 21 : end])
    return crc32(memoryview(buffer)[start + 16 : end])


def stamp(
    buffer: Buffer,
    batch: Batch,
    *,
    base_offset: int,
    leader_epoch: int,
    append_time: int | None = None,
) -> Batch:
    """Give the entry its place in a log, in `buffer` itself; return its new header.

    With `append_time` (ms) it also becomes LogAppendTime of that time. A message of
    magic 0 or 1 keeps no leader epoch, and one of magic 0 no time; in a wrapper the
    offset is that of its last record. The checksum is computed anew only with a time.
    """
    if batch.magic == 2:
        size = batch.size - OVERHEAD
        _STAMP.pack_into(buffer, batch.position, base_offset, size, leader_epoch)
    else:
        _ENTRY.pack_into(buffer, batch.position, base_offset, batch.size - OVERHEAD)
    if append_time is None:
        return parse_batch(buffer, batch.position)
    return stamp_time(buffer, batch, TimestampType.LOG_APPEND_TIME, append_time)


def stamp_time(
    buffer: Buffer, batch: Batch, timestamp_type: TimestampType, max_timestamp: int
) -> Batch:
    """Set timestamp type and max timestamp of the entry in place; return its header.

    The one timestamp of a message (magic 1) is its max timestamp; magic 0 has none
    and stays as it is. The checksum is computed anew if either has changed; as in
    Kafka, attribute bits without a meaning are then cleared.
    """
    position = batch.position
    is_same = (batch.timestamp_type, batch.max_timestamp) == (
        timestamp_type,
        max_timestamp,
    )
    if batch.magic == 0 or is_same:
        return parse_batch(buffer, position)
    time_bit = TIMESTAMP_TYPE_MASK if timestamp_type > 0 else 0
    attributes = batch.attributes & 0xFF & ~TIMESTAMP_TYPE_MASK | time_bit
    view = memoryview(buffer)[position : position + batch.size]
    if batch.magic == 1:
        view[17] = attributes
        _TIMESTAMP.pack_into(view, 18, max_timestamp)
        _CRC.pack_into(view, 12, crc32(view[16:]))
    else:
        _ATTRIBUTES.pack_into(view, 21, attributes)
        _TIMESTAMP.pack_into(view, _MAX_TIMESTAMP_AT, max_timestamp)
        _CRC.pack_into(view, 17, crc32c(view[21:]))
    return parse_batch(buffer, position)


def _parse_message(buffer: Buffer, position: int) -> Batch:
    try:
        offset, size, crc, magic, attributes = _MESSAGE.unpack_from(buffer, position)
    except struct.error:
        raise _broken(buffer, position) from None
    size += OVERHEAD
    is_known = 0 <= magic < 2
    if not is_known or size < _SMALLEST[magic] or position + size > len(buffer):
        raise _broken(buffer, position)
    (timestamp,) = _TIMESTAMP.unpack_from(buffer, position + 18) if magic else (-1,)
    count = None if attributes & 7 else 1
    return Batch(
        *(position, size, offset, offset, -1, magic, crc, attributes),
        *(timestamp, timestamp, -1, -1, -1, count),
    )


def _broken(buffer: Buffer, position: int) -> CorruptRecords:
    """Say what is wrong with the entry at `position`, which is known to be broken."""
    left = len(buffer) - position
    if left < OVERHEAD:
        return _short(f"{left} bytes left", position, OVERHEAD - left)
    size = _ENTRY.unpack_from(buffer, position)[1] + OVERHEAD
    if size < MESSAGE_OVERHEAD_V0:
        text = f"size {size - OVERHEAD}, below the smallest entry's 14"
        return CorruptRecords(text, position=position)
    if left <= 16:
        return _short(f"{left} of {size} bytes", position, size - left)
    magic = buffer[position + 16]
    if magic > LAST_MAGIC:
        text = f"magic {magic}, not one of 0, 1, 2"
        return CorruptRecords(text, position=position)
    if size < _SMALLEST[magic]:
        text = f"size {size - OVERHEAD} with magic {magic}, whose smallest entry has "
        return CorruptRecords(f"{text}{_SMALLEST[magic] - 12}", position=position)
    return _short(f"{left} of {size} bytes", position, size - left)


def _short(found: str, position: int, missing: int) -> CorruptRecords:
    text = f"the entry is cut short: {found}, {missing} missing"
    return CorruptRecords(text, position=position, missing=missing)
