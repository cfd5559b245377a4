"""What a transaction coordinator stores in `__transaction_state`.

Key and value each begin with an int16 version. A null value deletes.
"""

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
    """Names a transactional producer."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""


@struct
class PartitionsSchema:
    """Partitions of one topic."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partition_ids: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@message(versions="0-1", flexible="1+")
class TransactionLogValue:
    """State of its transaction.

    v1 is written from `transaction.version` 1 on (KIP-890).
    """

    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    previous_producer_id: int = wire(INT64, "1+", tag=0, default=-1)
    """Producer id before the epochs ran out; -1 if there was none."""
    next_producer_id: int = wire(INT64, "1+", tag=1, default=-1)
    """Producer id that comes next, since the epochs run out; -1 if none."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    transaction_timeout_ms: int = wire(INT32)
    """How long a transaction may stay open before it is aborted, in ms."""
    transaction_status: int = wire(INT8)
    """0 Empty, 1 Ongoing, 2 PrepareCommit, 3 PrepareAbort, 4 CompleteCommit, 5
    CompleteAbort, 6 Dead, 7 PrepareEpochFence.
    """
    transaction_partitions: tuple[PartitionsSchema, ...] | None = wire(
        array(PartitionsSchema), nullable="0+"
    )
    """Partitions it has written to, by topic; null when Empty."""
    transaction_last_update_timestamp_ms: int = wire(INT64)
    """When the state last changed, in ms since 1970."""
    transaction_start_timestamp_ms: int = wire(INT64)
    """When the transaction began, in ms since 1970; -1 if none is open."""
    client_transaction_version: int = wire(INT16, "1+", tag=2, default=0)
    """`transaction.version` the client runs under."""
