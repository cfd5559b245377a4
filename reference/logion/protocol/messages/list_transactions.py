"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@request(api=66, versions="0-2", flexible="0+")
class ListTransactionsRequest:
    """TODO."""

    state_filters: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    producer_id_filters: tuple[int, ...] = wire(array(INT64))
    """TODO."""
    duration_filter: int = wire(INT64, "1+", default=-1)
    """TODO."""
    transactional_id_pattern: str | None = wire(
        STRING, "2+", nullable="2+", default=None
    )
    """TODO."""


@struct
class TransactionState:
    """TODO."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    transaction_state: str = wire(STRING)
    """TODO."""


@response(api=66, versions="0-2", flexible="0+")
class ListTransactionsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    unknown_state_filters: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    transaction_states: tuple[TransactionState, ...] = wire(array(TransactionState))
    """TODO."""
