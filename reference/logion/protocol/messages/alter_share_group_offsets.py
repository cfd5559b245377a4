"""AlterShareGroupOffsets (API 91): move the start of an empty share group (KIP-932).

v0   4.1     the only form so far
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
class AlterShareGroupOffsetsRequestPartition:
    """Offset of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    start_offset: int = wire(INT64)
    """First offset to be delivered."""


@struct
class AlterShareGroupOffsetsRequestTopic:
    """Offsets of one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[AlterShareGroupOffsetsRequestPartition, ...] = wire(
        array(AlterShareGroupOffsetsRequestPartition)
    )
    """The offset of each partition."""


@request(api=91, versions="0", flexible="0+")
class AlterShareGroupOffsetsRequest:
    """Move the group there."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[AlterShareGroupOffsetsRequestTopic, ...] = wire(
        array(AlterShareGroupOffsetsRequestTopic)
    )
    """The offsets, by topic."""


@struct
class AlterShareGroupOffsetsResponsePartition:
    """Result for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""


@struct
class AlterShareGroupOffsetsResponseTopic:
    """Results for one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AlterShareGroupOffsetsResponsePartition, ...] = wire(
        array(AlterShareGroupOffsetsResponsePartition)
    )
    """The result of each partition."""


@response(api=91, versions="0", flexible="0+")
class AlterShareGroupOffsetsResponse:
    """Which offsets were moved."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """Error of the whole group; 0 if none."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    responses: tuple[AlterShareGroupOffsetsResponseTopic, ...] = wire(
        array(AlterShareGroupOffsetsResponseTopic)
    )
    """The results, by topic."""
