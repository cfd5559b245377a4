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
class AlterShareGroupOffsetsRequestPartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    start_offset: int = wire(INT64)
    """TODO."""


@struct
class AlterShareGroupOffsetsRequestTopic:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[AlterShareGroupOffsetsRequestPartition, ...] = wire(
        array(AlterShareGroupOffsetsRequestPartition)
    )
    """TODO."""


@request(api=91, versions="0", flexible="0+")
class AlterShareGroupOffsetsRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[AlterShareGroupOffsetsRequestTopic, ...] = wire(
        array(AlterShareGroupOffsetsRequestTopic)
    )
    """TODO."""


@struct
class AlterShareGroupOffsetsResponsePartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""


@struct
class AlterShareGroupOffsetsResponseTopic:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AlterShareGroupOffsetsResponsePartition, ...] = wire(
        array(AlterShareGroupOffsetsResponsePartition)
    )
    """TODO."""


@response(api=91, versions="0", flexible="0+")
class AlterShareGroupOffsetsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    responses: tuple[AlterShareGroupOffsetsResponseTopic, ...] = wire(
        array(AlterShareGroupOffsetsResponseTopic)
    )
    """TODO."""
