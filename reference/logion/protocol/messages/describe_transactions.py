"""DescribeTransactions (API 65): what the coordinator knows of transactions (KIP-664).

v0   3.0     the only form so far
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


@request(api=65, versions="0", flexible="0+")
class DescribeTransactionsRequest:
    """Describe these transactions."""

    transactional_ids: tuple[str, ...] = wire(array(STRING))
    """Names of the transactional producers."""


@struct
class TopicData:
    """Partitions of one topic."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@struct
class TransactionState:
    """A transaction."""

    error_code: int = wire(INT16)
    """TRANSACTIONAL_ID_NOT_FOUND, NOT_COORDINATOR or another `Error` code; 0 if all is
    well.
    """
    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    transaction_state: str = wire(STRING)
    """Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort,
    PrepareEpochFence or Dead.
    """
    transaction_timeout_ms: int = wire(INT32)
    """How long it may stay open before it is aborted, in ms."""
    transaction_start_time_ms: int = wire(INT64)
    """When it began, in ms since 1970; -1 if none is open."""
    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    topics: tuple[TopicData, ...] = wire(array(TopicData))
    """The partitions it has written to, by topic; empty once it has ended."""


@response(api=65, versions="0", flexible="0+")
class DescribeTransactionsResponse:
    """The transactions."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    transaction_states: tuple[TransactionState, ...] = wire(array(TransactionState))
    """One description per id asked for."""
