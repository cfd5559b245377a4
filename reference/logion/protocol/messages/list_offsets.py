"""ListOffsets (API 2): find offsets by timestamp.

Timestamps below 0 ask for a place: -1 the end, -2 the start, -3 the record with the
largest timestamp (v7), -4 the start of what is on the leader's disk (v8), -5 the last
offset in remote storage (v9), -6 the first that is not there yet (v11).

v0   0.8.0   the first form
v1   0.10.1  one offset and its timestamp in place of a list of segment starts (KIP-79)
v2   0.11.0  isolation level (KIP-98), throttle time
v3   2.0     quotas: the answer first, the pause after it (KIP-219)
v4   2.1     leader epochs, in both directions (KIP-320)
v5   2.2     OFFSET_NOT_AVAILABLE from a new leader (KIP-207)
v6   2.8     flexible
v7   3.0     timestamp -3 (KIP-734)
v8   3.5     timestamp -4 (KIP-405)
v9   3.9     timestamp -5 (KIP-1005)
v10  4.0     time limit for answers out of remote storage (KIP-1075)
v11  4.2     timestamp -6 (KIP-1023)
"""

from __future__ import annotations

from logion.protocol.schema import (
    INT8,
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
class ListOffsetsPartition:
    """An offset to find in one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    current_leader_epoch: int = wire(INT32, "4+", default=-1, ignorable=True)
    """Leader epoch the client believes current; -1 if it does not check."""
    timestamp: int = wire(INT64)
    """Find the first record with this timestamp, in ms, or a later one; below 0 a
    place, see the module.
    """
    max_num_offsets: int = wire(INT32, "0", default=1)
    """Most offsets to return, newest first; v0 alone returns more than one."""


@struct
class ListOffsetsTopic:
    """Offsets to find in one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[ListOffsetsPartition, ...] = wire(array(ListOffsetsPartition))
    """What to find in each partition."""


@request(api=2, versions="0-11", flexible="6+")
class ListOffsetsRequest:
    """Find these offsets."""

    replica_id: int = wire(INT32)
    """Broker id of the follower that asks; -1 a consumer, -2 a debugging consumer."""
    isolation_level: int = wire(INT8, "2+", default=0)
    """What "the end" is: 0 the high watermark, 1 the last stable offset."""
    topics: tuple[ListOffsetsTopic, ...] = wire(array(ListOffsetsTopic))
    """What to find, by topic."""
    timeout_ms: int = wire(INT32, "10+", default=0, ignorable=True)
    """How long the answer may take if remote storage must be read, in ms."""


@struct
class ListOffsetsPartitionResponse:
    """The offset found in one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    old_style_offsets: tuple[int, ...] = wire(array(INT64), "0", default=())
    """Base offsets of segments older than the timestamp, newest first."""
    timestamp: int = wire(INT64, "1+", default=-1)
    """Timestamp of the record found, in ms; -1 if none was, or a place was asked for.
    """
    offset: int = wire(INT64, "1+", default=-1)
    """Offset found; -1 if no record is that young."""
    leader_epoch: int = wire(INT32, "4+", default=-1)
    """Leader epoch of the record found; -1 if unknown."""


@struct
class ListOffsetsTopicResponse:
    """Offsets found in one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[ListOffsetsPartitionResponse, ...] = wire(
        array(ListOffsetsPartitionResponse)
    )
    """What was found in each partition."""


@response(api=2, versions="0-11", flexible="6+")
class ListOffsetsResponse:
    """The offsets found."""

    throttle_time_ms: int = wire(INT32, "2+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[ListOffsetsTopicResponse, ...] = wire(array(ListOffsetsTopicResponse))
    """What was found, by topic."""
