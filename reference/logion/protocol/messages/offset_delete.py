"""OffsetDelete (API 47): delete offsets of a group (KIP-496).

v0   2.4     the only form so far
"""

from __future__ import annotations

from logion.protocol.schema import (
    INT16,
    INT32,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class OffsetDeleteRequestPartition:
    """A partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@struct
class OffsetDeleteRequestTopic:
    """Partitions of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[OffsetDeleteRequestPartition, ...] = wire(
        array(OffsetDeleteRequestPartition)
    )
    """Their indexes."""


@request(api=47, versions="0")
class OffsetDeleteRequest:
    """Delete these offsets."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[OffsetDeleteRequestTopic, ...] = wire(array(OffsetDeleteRequestTopic))
    """Partitions whose offsets go, by topic."""


@struct
class OffsetDeleteResponsePartition:
    """Result for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """GROUP_SUBSCRIBED_TO_TOPIC if members still read it; 0 if the offset is gone."""


@struct
class OffsetDeleteResponseTopic:
    """Results for one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[OffsetDeleteResponsePartition, ...] = wire(
        array(OffsetDeleteResponsePartition)
    )
    """The result of each partition."""


@response(api=47, versions="0")
class OffsetDeleteResponse:
    """Which offsets were deleted."""

    error_code: int = wire(INT16)
    """Error of the whole group; 0 if none."""
    throttle_time_ms: int = wire(INT32, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[OffsetDeleteResponseTopic, ...] = wire(
        array(OffsetDeleteResponseTopic)
    )
    """The results, by topic."""
