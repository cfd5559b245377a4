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


@struct
class OffsetForLeaderPartition:
    """TODO."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    current_leader_epoch: int = wire(INT32, "2+", default=-1, ignorable=True)
    """Leader epoch the client believes current; -1 if it does not check."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""


@struct
class OffsetForLeaderTopic:
    """TODO."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[OffsetForLeaderPartition, ...] = wire(
        array(OffsetForLeaderPartition)
    )
    """TODO."""


@request(api=23, versions="0-4", flexible="4+")
class OffsetForLeaderEpochRequest:
    """TODO."""

    replica_id: int = wire(INT32, "3+", default=-2, ignorable=True)
    """TODO."""
    topics: tuple[OffsetForLeaderTopic, ...] = wire(array(OffsetForLeaderTopic))
    """TODO."""


@struct
class EpochEndOffset:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_epoch: int = wire(INT32, "1+", default=-1, ignorable=True)
    """Number of the leader's term; it grows with every election."""
    end_offset: int = wire(INT64, default=-1)
    """TODO."""


@struct
class OffsetForLeaderTopicResult:
    """TODO."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[EpochEndOffset, ...] = wire(array(EpochEndOffset))
    """TODO."""


@response(api=23, versions="0-4", flexible="4+")
class OffsetForLeaderEpochResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "2+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[OffsetForLeaderTopicResult, ...] = wire(
        array(OffsetForLeaderTopicResult)
    )
    """TODO."""
