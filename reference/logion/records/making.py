"""Vectors of record sets made by our own codec: what others test theirs with. Pure.

docs/vectors.md describes them; `logion.records.vectors` reads what is made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TypedDict

from logion.records.batch import BATCH_OVERHEAD
from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record, write_batch

TIME = 1_700_000_000_000
"""Creation time of the first record, in ms."""

APPENDED = TIME + 5
"""When a leader appended, where it says so."""

RECORDS = (
    Record(0, TIME, b"key", b"value", ()),
    Record(1, TIME + 2, None, b"no key", ()),
    Record(2, TIME + 1, b"no value", None, ()),
    Record(3, TIME + 3, b"k" * 130, b"v" * 300, ()),
)
HEADERS = (("trace", b"\x01\x02"), ("größer", None), ("", b""))


class Shown(TypedDict):
    """A record as vectors have it; keys, values and headers as hexadecimal digits."""

    offset: int
    timestamp: int
    key: str | None
    value: str | None
    headers: list[tuple[str, str | None]]


class Written(TypedDict):
    """A set of records, and what it was written from: docs/vectors.md."""

    kind: str
    magic: int
    compression: str
    timestampType: str
    baseOffset: int
    logAppendTime: int | None
    partitionLeaderEpoch: int
    producerId: int
    producerEpoch: int
    baseSequence: int
    transactional: bool
    bytesComparable: bool
    input: list[Shown]
    hex: str


class Refused(TypedDict):
    """A set that is none, and the error that a broker refuses it with."""

    kind: str
    why: str
    error: str
    hex: str


def record_vectors() -> Iterator[Written | Refused]:
    """Yield the vectors of all record formats, those that are refused last."""
    for magic, codec, appended in product((0, 1, 2), Codec, (None, APPENDED)):
        is_known = codec is not Codec.ZSTD or magic == 2
        if is_known and (magic or appended is None):
            options = BatchOptions(magic=magic, codec=codec, log_append_time=appended)
            yield written(options, records_of(magic))
    yield from of_producers()
    yield from refused()


def records_of(magic: int) -> tuple[Record, ...]:
    """Return records as a format can carry them: magic 0 has no time, 1 no headers."""
    if magic == 0:
        return tuple(record._replace(timestamp=-1) for record in RECORDS)
    if magic == 1:
        return RECORDS
    return (RECORDS[0]._replace(headers=HEADERS), *RECORDS[1:])


def of_producers() -> Iterator[Written]:
    """Yield batches with producer ids, of transactions, and with an epoch."""
    for is_transactional in (False, True):
        options = BatchOptions(
            base_offset=1 << 40,
            leader_epoch=7,
            producer_id=4_711,
            producer_epoch=3,
            base_sequence=2_147_483_646,
            is_transactional=is_transactional,
        )
        moved = [it._replace(offset=it.offset + (1 << 40)) for it in records_of(2)]
        yield written(options, tuple(moved))


def written(options: BatchOptions, records: tuple[Record, ...]) -> Written:
    """Return the vector of some records as one set."""
    is_appended = options.log_append_time is not None
    return {
        "kind": "records",
        "magic": options.magic,
        "compression": options.codec.label,
        "timestampType": "LogAppendTime" if is_appended else "CreateTime",
        "baseOffset": options.base_offset or 0,
        "logAppendTime": options.log_append_time if is_appended else -1,
        "partitionLeaderEpoch": options.leader_epoch,
        "producerId": options.producer_id,
        "producerEpoch": options.producer_epoch,
        "baseSequence": options.base_sequence,
        "transactional": options.is_transactional,
        "bytesComparable": options.codec is Codec.NONE,
        "input": [_shown(record) for record in records],
        "hex": write_batch(records, options).hex(),
    }


def _shown(record: Record) -> Shown:
    return {
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": _hex(record.key),
        "value": _hex(record.value),
        "headers": [(key, _hex(value)) for key, value in record.headers],
    }


def _hex(data: bytes | None) -> str | None:
    return None if data is None else bytes(data).hex()


def refused() -> Iterator[Refused]:
    """Yield sets that are none, with the error a broker refuses them with."""
    batch = write_batch(records_of(2))
    old = write_batch(RECORDS, BatchOptions(magic=1))
    tail = batch[BATCH_OVERHEAD:]
    for why, error, data in (
        ("a byte of a record differs", "CORRUPT_MESSAGE", _flipped(batch, -2)),
        ("a byte of an old message differs", "CORRUPT_MESSAGE", _flipped(old, -2)),
        ("the checksum differs", "CORRUPT_MESSAGE", _flipped(batch, 17)),
        ("the last byte is missing", "CORRUPT_MESSAGE", batch[:-1]),
        ("the size leaves no room for a header", "CORRUPT_MESSAGE", _sized(batch, 20)),
        ("the size is negative", "CORRUPT_MESSAGE", _sized(batch, -1)),
        ("the header alone", "CORRUPT_MESSAGE", batch[: -len(tail)]),
    ):
        yield {"kind": "refused", "why": why, "error": error, "hex": data.hex()}


def _flipped(data: bytes, position: int) -> bytes:
    changed = bytearray(data)
    changed[position] ^= 0x01
    return bytes(changed)


def _sized(batch: bytes, size: int) -> bytes:
    return batch[:8] + size.to_bytes(4, "big", signed=True) + batch[12:]
