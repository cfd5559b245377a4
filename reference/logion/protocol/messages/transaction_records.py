"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    INT8,
    INT16,
    INT32,
    INT64,
    STRING,
    array,
    message,
    struct,
    wire,
)


@message(versions="0")
class TransactionLogKey:
    """TODO."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""


@struct
class PartitionsSchema:
    """TODO."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partition_ids: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@message(versions="0-1", flexible="1+")
class TransactionLogValue:
    """TODO."""

    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    previous_producer_id: int = wire(INT64, "1+", tag=0, default=-1)
    """TODO."""
    next_producer_id: int = wire(INT64, "1+", tag=1, default=-1)
    """TODO."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    transaction_timeout_ms: int = wire(INT32)
    """TODO."""
    transaction_status: int = wire(INT8)
    """TODO."""
    transaction_partitions: tuple[PartitionsSchema, ...] | None = wire(
        array(PartitionsSchema), nullable="0+"
    )
    """TODO."""
    transaction_last_update_timestamp_ms: int = wire(INT64)
    """TODO."""
    transaction_start_timestamp_ms: int = wire(INT64)
    """TODO."""
    client_transaction_version: int = wire(INT16, "1+", tag=2, default=0)
    """TODO."""
