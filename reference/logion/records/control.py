"""Control batches: the markers that end a transaction (KIP-98).

A control record's key is version int16 = 0 and type int16; the value of ABORT and
COMMIT is version int16 = 0 and coordinator epoch int32. Keys of a higher version and
types without a meaning here are read over.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from struct import Struct
from typing import NamedTuple

from logion.records.limits import invalid
from logion.records.record import BatchOptions, Record, write_batch

_KEY = Struct(">hh")
_VALUE = Struct(">hi")


class ControlType(IntEnum):
    """What a control record says; 2 to 6 stand in KRaft's own logs only."""

    ABORT = 0
    COMMIT = 1
    LEADER_CHANGE = 2
    SNAPSHOT_HEADER = 3
    SNAPSHOT_FOOTER = 4
    KRAFT_VERSION = 5
    KRAFT_VOTERS = 6


class EndTransactionMarker(NamedTuple):
    """The end of a producer's transaction in one partition."""

    type: ControlType
    """ABORT or COMMIT."""
    coordinator_epoch: int
    """Term of the transaction coordinator that wrote it."""


def control_type(record: Record) -> ControlType | None:
    """Return what a control record says; None for a type unknown here.

    Raises ApiError INVALID_RECORD for a key that cannot be a control record's.
    """
    version, number = _unpacked(_KEY, record.key, "key of a control record")
    if version < 0:
        raise invalid(f"key of a control record with version {version}")
    return ControlType(number) if 0 <= number < len(ControlType) else None


def read_end_transaction_marker(record: Record) -> EndTransactionMarker | None:
    """Return the marker in a control record; None if it is of another type.

    Raises ApiError INVALID_RECORD for bytes that are no control record.
    """
    kind = control_type(record)
    if kind is not ControlType.ABORT and kind is not ControlType.COMMIT:
        return None
    version, epoch = _unpacked(_VALUE, record.value, "value of a marker")
    if version < 0:
        raise invalid(f"value of a marker with version {version}")
    return EndTransactionMarker(kind, epoch)


def write_end_transaction_marker(
    marker: EndTransactionMarker,
    *,
    offset: int,
    timestamp: int,
    leader_epoch: int,
    producer_id: int,
    producer_epoch: int,
) -> bytes:
    """Return the control batch, 78 bytes, that ends the producer's transaction."""
    record = Record(
        offset,
        timestamp,
        _KEY.pack(0, marker.type),
        _VALUE.pack(0, marker.coordinator_epoch),
    )
    options = BatchOptions(
        leader_epoch=leader_epoch,
        producer_id=producer_id,
        producer_epoch=producer_epoch,
        is_transactional=True,
        is_control=True,
    )
    return write_batch((record,), options)


def _unpacked(layout: Struct, data: bytes | None, what: str) -> tuple[int, int]:
    """Return the two numbers that `data` starts with; more may follow."""
    try:
        first, second = layout.unpack_from(data or b"")
    except struct.error:
        found = "null" if data is None else f"{len(data)} bytes"
        raise invalid(f"{what} of {found}; it has {layout.size} or more") from None
    return first, second
