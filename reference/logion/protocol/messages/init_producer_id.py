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


@request(api=22, versions="0-6", flexible="2+")
class InitProducerIdRequest:
    """TODO."""

    transactional_id: str | None = wire(STRING, nullable="0+")
    """Name of the transactional producer, `transactional.id`."""
    transaction_timeout_ms: int = wire(INT32)
    """TODO."""
    producer_id: int = wire(INT64, "3+", default=-1)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16, "3+", default=-1)
    """Term of the producer id: an older one is fenced."""
    enable_2pc: bool = wire(BOOL, "6+", default=False, name="enable2Pc")
    """TODO."""
    keep_prepared_txn: bool = wire(BOOL, "6+", default=False)
    """TODO."""


@response(api=22, versions="0-6", flexible="2+")
class InitProducerIdResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    producer_id: int = wire(INT64, default=-1)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    ongoing_txn_producer_id: int = wire(INT64, "6+", default=-1)
    """TODO."""
    ongoing_txn_producer_epoch: int = wire(INT16, "6+", default=-1)
    """TODO."""
