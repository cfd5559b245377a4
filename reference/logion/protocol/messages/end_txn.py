"""EndTxn (API 26): commit or abort a transaction (KIP-98).

v0   0.11.0  the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.7     PRODUCER_FENCED in place of INVALID_PRODUCER_EPOCH (KIP-588)
v3   2.8     flexible
v4   3.8     TRANSACTION_ABORTABLE may be answered (KIP-890)
v5   4.0     every transaction has its own epoch: the answer names the next one
             (KIP-890)
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


@request(api=26, versions="0-5", flexible="3+")
class EndTxnRequest:
    """End the transaction."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    committed: bool = wire(BOOL)
    """True: commit it; false: abort it."""


@response(api=26, versions="0-5", flexible="3+")
class EndTxnResponse:
    """Whether the end was decided; markers may still be under way."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    producer_id: int = wire(INT64, "5+", default=-1, ignorable=True)
    """Producer id for the next transaction; -1 if it stays."""
    producer_epoch: int = wire(INT16, "5+", default=-1, ignorable=True)
    """Epoch for the next transaction; -1 if it stays."""
