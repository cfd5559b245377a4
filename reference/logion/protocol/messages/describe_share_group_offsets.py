"""DescribeShareGroupOffsets (API 90): how far share groups have come (KIP-932).

v0   4.1     the first form
v1   4.2     how many records are left (KIP-1226)
"""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    STRING,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class DescribeShareGroupOffsetsRequestTopic:
    """Partitions of one topic to look up."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@struct
class DescribeShareGroupOffsetsRequestGroup:
    """Offsets of one group to look up."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[DescribeShareGroupOffsetsRequestTopic, ...] | None = wire(
        array(DescribeShareGroupOffsetsRequestTopic), nullable="0+"
    )
    """Partitions to look up, by topic; null: every partition the group has."""


@request(api=90, versions="0-1", flexible="0+")
class DescribeShareGroupOffsetsRequest:
    """Look up these offsets."""

    groups: tuple[DescribeShareGroupOffsetsRequestGroup, ...] = wire(
        array(DescribeShareGroupOffsetsRequestGroup)
    )
    """What to look up, by group."""


@struct
class DescribeShareGroupOffsetsResponsePartition:
    """Offset of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    start_offset: int = wire(INT64)
    """First offset not yet done with; -1 if unknown."""
    leader_epoch: int = wire(INT32)
    """Leader epoch of the partition when it was stored."""
    lag: int = wire(INT64, "1+", default=-1)
    """Records that are not yet done with; -1 if unknown."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""


@struct
class DescribeShareGroupOffsetsResponseTopic:
    """Offsets of one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[DescribeShareGroupOffsetsResponsePartition, ...] = wire(
        array(DescribeShareGroupOffsetsResponsePartition)
    )
    """The offset of each partition."""


@struct
class DescribeShareGroupOffsetsResponseGroup:
    """Offsets of one group."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[DescribeShareGroupOffsetsResponseTopic, ...] = wire(
        array(DescribeShareGroupOffsetsResponseTopic)
    )
    """The offsets, by topic."""
    error_code: int = wire(INT16)
    """Error of the whole group; 0 if none."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""


@response(api=90, versions="0-1", flexible="0+")
class DescribeShareGroupOffsetsResponse:
    """The offsets found."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    groups: tuple[DescribeShareGroupOffsetsResponseGroup, ...] = wire(
        array(DescribeShareGroupOffsetsResponseGroup)
    )
    """The offsets, by group."""
