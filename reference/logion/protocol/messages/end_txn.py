"""TODO."""

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
    """TODO."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    committed: bool = wire(BOOL)
    """TODO."""


@response(api=26, versions="0-5", flexible="3+")
class EndTxnResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    producer_id: int = wire(INT64, "5+", default=-1, ignorable=True)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16, "5+", default=-1, ignorable=True)
    """Term of the producer id: an older one is fenced."""
