"""OffsetForLeaderEpoch (API 23): where a leader epoch ends in a log (KIP-101).

Followers ask so as to know what to truncate, consumers to detect truncation.

v0   0.11.0  the first form
v1   2.0     the answer names the epoch it found (KIP-279)
v2   2.1     the leader epoch the client believes current (KIP-320); throttle time
v3   2.3     the follower's id, so that consumers may ask too (KIP-392)
v4   2.8     flexible
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


@struct
class OffsetForLeaderPartition:
    """Epoch of one partition."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    current_leader_epoch: int = wire(INT32, "2+", default=-1, ignorable=True)
    """Leader epoch the client believes current; -1 if it does not check."""
    leader_epoch: int = wire(INT32)
    """The epoch whose end is asked for."""


@struct
class OffsetForLeaderTopic:
    """Epochs of one topic."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[OffsetForLeaderPartition, ...] = wire(
        array(OffsetForLeaderPartition)
    )
    """The epoch of each partition."""


@request(api=23, versions="0-4", flexible="4+")
class OffsetForLeaderEpochRequest:
    """Where do these epochs end?"""

    replica_id: int = wire(INT32, "3+", default=-2, ignorable=True)
    """Broker id of the follower that asks; -1 a consumer, -2 in versions that do not
    say.
    """
    topics: tuple[OffsetForLeaderTopic, ...] = wire(array(OffsetForLeaderTopic))
    """The epochs, by topic."""


@struct
class EpochEndOffset:
    """End of one partition's epoch."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_epoch: int = wire(INT32, "1+", default=-1, ignorable=True)
    """Largest epoch in the log that is not above the one asked for; -1 if there is
    none.
    """
    end_offset: int = wire(INT64, default=-1)
    """One past the last offset of that epoch; -1 if there is none."""


@struct
class OffsetForLeaderTopicResult:
    """Ends of one topic."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[EpochEndOffset, ...] = wire(array(EpochEndOffset))
    """The end of each partition."""


@response(api=23, versions="0-4", flexible="4+")
class OffsetForLeaderEpochResponse:
    """Where the epochs end."""

    throttle_time_ms: int = wire(INT32, "2+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[OffsetForLeaderTopicResult, ...] = wire(
        array(OffsetForLeaderTopicResult)
    )
    """The ends, by topic."""
