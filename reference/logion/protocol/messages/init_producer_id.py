"""InitProducerId (API 22): get a producer id, or the next epoch of one (KIP-98).

Doing so with a transactional id fences every earlier producer of that id and aborts
what it left open.

v0   0.11.0  the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.4     flexible
v3   2.5     a producer may ask for the next epoch of the id it has (KIP-360)
v4   2.7     PRODUCER_FENCED in place of INVALID_PRODUCER_EPOCH (KIP-588)
v5   3.8     TRANSACTION_ABORTABLE may be answered (KIP-890)
v6   -       two-phase commit: prepared transactions may survive (KIP-939)
"""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
    INT16,
    INT32,
    INT64,
    STRING,
    request,
    response,
    wire,
)


@request(api=22, versions="0-6", flexible="2+")
class InitProducerIdRequest:
    """Give me a producer id."""

    transactional_id: str | None = wire(STRING, nullable="0+")
    """Name of the transactional producer; null if it is only idempotent."""
    transaction_timeout_ms: int = wire(INT32)
    """How long a transaction may stay open before the coordinator aborts it, in ms."""
    producer_id: int = wire(INT64, "3+", default=-1)
    """The id the producer has; -1 if none."""
    producer_epoch: int = wire(INT16, "3+", default=-1)
    """The epoch it has; -1 if none."""
    enable_2pc: bool = wire(BOOL, "6+", default=False, name="enable2Pc")
    """Whether transactions are part of a two-phase commit: they never time out."""
    keep_prepared_txn: bool = wire(BOOL, "6+", default=False)
    """Whether a transaction left open is kept rather than aborted."""


@response(api=22, versions="0-6", flexible="2+")
class InitProducerIdResponse:
    """The producer id."""

    throttle_time_ms: int = wire(INT32, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    producer_id: int = wire(INT64, default=-1)
    """Number of the producer; -1 with an error."""
    producer_epoch: int = wire(INT16)
    """Its epoch; 0 for a new id."""
    ongoing_txn_producer_id: int = wire(INT64, "6+", default=-1)
    """Producer id of the transaction that was kept; -1 if there is none."""
    ongoing_txn_producer_epoch: int = wire(INT16, "6+", default=-1)
    """Epoch of the transaction that was kept; -1 if there is none."""
