"""Batches of magic 2 with fewer records than they had: their headers patched.

Offsets, sequences, leader epoch and producer stay as they were appended, so that what
follows from them stays too; count, size, largest timestamp and checksum are new.
"""

from __future__ import annotations

from struct import Struct

from logion.names import NO_TIMESTAMP, Buffer
from logion.records.batch import (
    BATCH_OVERHEAD,
    DELETE_HORIZON_MASK,
    OVERHEAD,
    Batch,
)
from logion.records.checksum import crc32c
from logion.records.compression import compress

_SIZE, _CRC, _ATTRIBUTES = Struct(">i"), Struct(">I"), Struct(">H")
_TIMESTAMP = Struct(">q")
_SIZE_AT, _CRC_AT, _ATTRIBUTES_AT = 8, 17, 21
_BASE_TIMESTAMP_AT, _MAX_TIMESTAMP_AT, _COUNT_AT = 27, 35, 57


def with_records(
    buffer: Buffer, batch: Batch, plain: bytes, *, count: int, max_timestamp: int
) -> bytes:
    """Return the batch with the `count` records in `plain` alone.

    These are some of its own, as they stand in it decompressed; they are compressed
    with its codec. `max_timestamp` is theirs.
    """
    head = _head(buffer, batch)
    _TIMESTAMP.pack_into(head, _MAX_TIMESTAMP_AT, max_timestamp)
    _SIZE.pack_into(head, _COUNT_AT, count)
    return _sealed(head, compress(batch.codec, plain))


def emptied(buffer: Buffer, batch: Batch) -> bytes:
    """Return the batch without any record: 61 bytes, neither compressed nor dated.

    Its largest timestamp is kept, as Kafka keeps it; a delete horizon is not.
    """
    head = _head(buffer, batch)
    attributes = batch.attributes & ~(7 | DELETE_HORIZON_MASK)
    _ATTRIBUTES.pack_into(head, _ATTRIBUTES_AT, attributes)
    _TIMESTAMP.pack_into(head, _BASE_TIMESTAMP_AT, NO_TIMESTAMP)
    _SIZE.pack_into(head, _COUNT_AT, 0)
    return _sealed(head, b"")


def _head(buffer: Buffer, batch: Batch) -> bytearray:
    return bytearray(buffer[batch.position : batch.position + BATCH_OVERHEAD])


def _sealed(head: bytearray, body: bytes) -> bytes:
    """Return head and body with the size and checksum they have together."""
    _SIZE.pack_into(head, _SIZE_AT, BATCH_OVERHEAD - OVERHEAD + len(body))
    crc = crc32c(body, crc32c(memoryview(head)[_ATTRIBUTES_AT:]))
    _CRC.pack_into(head, _CRC_AT, crc)
    return bytes(head) + body
