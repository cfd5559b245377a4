"""TODO."""

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
    """TODO."""

    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    epoch: int = wire(INT16)
    """TODO."""
    last_sequence: int = wire(INT32)
    """TODO."""
    last_offset: int = wire(INT64)
    """TODO."""
    offset_delta: int = wire(INT32)
    """TODO."""
    timestamp: int = wire(INT64)
    """TODO."""
    coordinator_epoch: int = wire(INT32)
    """TODO."""
    current_txn_first_offset: int = wire(INT64)
    """TODO."""


@message(versions="1")
class ProducerSnapshot:
    """TODO."""

    crc: int = wire(UINT32)
    """TODO."""
    producer_entries: tuple[ProducerEntry, ...] = wire(array(ProducerEntry))
    """TODO."""
