"""ListTransactions (API 66): the transactions this broker coordinates (KIP-664).

v0   3.0     the first form
v1   3.8     filter by age (KIP-994)
v2   4.1     filter by pattern of the transactional id (KIP-1152)
"""

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
    """List the transactions."""

    state_filters: tuple[str, ...] = wire(array(STRING))
    """States to list, such as `Ongoing`; empty: any."""
    producer_id_filters: tuple[int, ...] = wire(array(INT64))
    """Producer ids to list; empty: any."""
    duration_filter: int = wire(INT64, "1+", default=-1)
    """List only transactions open for longer, in ms; -1: any."""
    transactional_id_pattern: str | None = wire(
        STRING, "2+", nullable="2+", default=None
    )
    """Regular expression (RE2) the transactional id must match; null or empty: any."""


@struct
class TransactionState:
    """A transaction."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    transaction_state: str = wire(STRING)
    """Its state, such as `Ongoing`."""


@response(api=66, versions="0-2", flexible="0+")
class ListTransactionsResponse:
    """The transactions."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    unknown_state_filters: tuple[str, ...] = wire(array(STRING))
    """States of the filter that this broker does not know."""
    transaction_states: tuple[TransactionState, ...] = wire(array(TransactionState))
    """The transactions."""
