"""`<offset>.snapshot`: what a log knows of its producers up to an offset.

The file is an int16 version, 1, and this message (KIP-98). The CRC-32C is that of all
bytes after it.
"""

from __future__ import annotations

from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    UINT32,
    array,
    message,
    struct,
    wire,
)


@struct
class ProducerEntry:
    """What a log remembers of one producer."""

    producer_id: int = wire(INT64)
    """Number of the producer."""
    epoch: int = wire(INT16)
    """Its latest epoch."""
    last_sequence: int = wire(INT32)
    """Sequence number of its last record; -1 if it wrote none in this epoch."""
    last_offset: int = wire(INT64)
    """Offset of its last record."""
    offset_delta: int = wire(INT32)
    """Last offset of its last batch, less the first one."""
    timestamp: int = wire(INT64)
    """Timestamp of its last batch, in ms; -1 if unknown."""
    coordinator_epoch: int = wire(INT32)
    """Epoch of the coordinator that wrote its last marker; -1 if none did."""
    current_txn_first_offset: int = wire(INT64)
    """First offset of its open transaction; -1 if none is open."""


@message(versions="1")
class ProducerSnapshot:
    """The producers of a log."""

    crc: int = wire(UINT32)
    """CRC-32C of everything after it."""
    producer_entries: tuple[ProducerEntry, ...] = wire(array(ProducerEntry))
    """Every producer the log remembers."""
