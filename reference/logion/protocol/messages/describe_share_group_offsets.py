"""TODO."""

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
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class DescribeShareGroupOffsetsRequestGroup:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[DescribeShareGroupOffsetsRequestTopic, ...] | None = wire(
        array(DescribeShareGroupOffsetsRequestTopic), nullable="0+"
    )
    """TODO."""


@request(api=90, versions="0-1", flexible="0+")
class DescribeShareGroupOffsetsRequest:
    """TODO."""

    groups: tuple[DescribeShareGroupOffsetsRequestGroup, ...] = wire(
        array(DescribeShareGroupOffsetsRequestGroup)
    )
    """TODO."""


@struct
class DescribeShareGroupOffsetsResponsePartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    start_offset: int = wire(INT64)
    """TODO."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""
    lag: int = wire(INT64, "1+", default=-1)
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""


@struct
class DescribeShareGroupOffsetsResponseTopic:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[DescribeShareGroupOffsetsResponsePartition, ...] = wire(
        array(DescribeShareGroupOffsetsResponsePartition)
    )
    """TODO."""


@struct
class DescribeShareGroupOffsetsResponseGroup:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[DescribeShareGroupOffsetsResponseTopic, ...] = wire(
        array(DescribeShareGroupOffsetsResponseTopic)
    )
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""


@response(api=90, versions="0-1", flexible="0+")
class DescribeShareGroupOffsetsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    groups: tuple[DescribeShareGroupOffsetsResponseGroup, ...] = wire(
        array(DescribeShareGroupOffsetsResponseGroup)
    )
    """TODO."""
