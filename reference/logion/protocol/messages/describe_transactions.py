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


@request(api=65, versions="0", flexible="0+")
class DescribeTransactionsRequest:
    """TODO."""

    transactional_ids: tuple[str, ...] = wire(array(STRING))
    """TODO."""


@struct
class TopicData:
    """TODO."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class TransactionState:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    transaction_state: str = wire(STRING)
    """TODO."""
    transaction_timeout_ms: int = wire(INT32)
    """TODO."""
    transaction_start_time_ms: int = wire(INT64)
    """TODO."""
    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    topics: tuple[TopicData, ...] = wire(array(TopicData))
    """TODO."""


@response(api=65, versions="0", flexible="0+")
class DescribeTransactionsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    transaction_states: tuple[TransactionState, ...] = wire(array(TransactionState))
    """TODO."""
