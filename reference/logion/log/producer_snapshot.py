"""`<offset>.snapshot`: a log's producers as they were just below that offset.

int16 version 1, uint32 CRC-32C of all that follows, int32 count, then 46 bytes each:
producer id int64, epoch int16, last sequence int32, last offset int64, offset delta
int32 (records of the last batch less one), timestamp int64, coordinator epoch int32,
first offset of the open transaction int64 (-1 for none).
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct

from logion.log.producers import SEQUENCE_LAST, Producer, Span
from logion.records.checksum import crc32c

VERSION = 1
_HEAD = Struct(">hI")
_COUNT = Struct(">i")
_ENTRY = Struct(">qhiqiqiq")
_NONE = -1


class CorruptSnapshot(ValueError):  # noqa: N818 - named for what it finds
    """A file that is no producer snapshot; the text says why."""


def format_snapshot(producers: Iterable[Producer]) -> bytes:
    """Return the bytes of a snapshot file."""
    entries = [_entry(producer) for producer in producers]
    body = _COUNT.pack(len(entries)) + b"".join(entries)
    return _HEAD.pack(VERSION, crc32c(body)) + body


def parse_snapshot(data: bytes) -> dict[int, Producer]:
    """Return the producers by id; CorruptSnapshot if the bytes are no snapshot."""
    if len(data) < _HEAD.size + _COUNT.size:
        raise CorruptSnapshot(f"{len(data)} bytes are too few for a snapshot")
    version, crc = _HEAD.unpack_from(data)
    if version != VERSION:
        raise CorruptSnapshot(f"version {version} where {VERSION} is known")
    body = data[_HEAD.size :]
    if crc32c(body) != crc:
        raise CorruptSnapshot(f"checksum {crc:#x} claimed, {crc32c(body):#x} computed")
    (count,) = _COUNT.unpack_from(body)
    if len(body) != _COUNT.size + count * _ENTRY.size:
        raise CorruptSnapshot(f"{count} entries do not fill {len(body)} bytes")
    producers = [_producer(*entry) for entry in _ENTRY.iter_unpack(body[4:])]
    return {producer.producer_id: producer for producer in producers}


def _entry(producer: Producer) -> bytes:
    last = producer.spans[-1] if producer.spans else Span(_NONE, _NONE, 0, 0, _NONE)
    start = producer.transaction_start
    return _ENTRY.pack(
        producer.producer_id,
        producer.epoch,
        last.last_sequence,
        producer.last_offset,
        last.last_offset - last.base_offset,
        producer.timestamp,
        producer.coordinator_epoch,
        _NONE if start is None else start,
    )


def _producer(  # noqa: PLR0913, PLR0917 - the fields of an entry
    producer_id: int,
    epoch: int,
    sequence: int,
    offset: int,
    delta: int,
    timestamp: int,
    coordinator_epoch: int,
    start: int,
) -> Producer:
    base = sequence - delta & SEQUENCE_LAST
    span = Span(base, sequence, offset - delta, offset, timestamp)
    return Producer(
        producer_id,
        epoch,
        () if sequence == _NONE else (span,),
        timestamp,
        coordinator_epoch,
        None if start == _NONE else start,
    )
