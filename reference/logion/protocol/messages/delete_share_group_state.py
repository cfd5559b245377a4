"""TODO."""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    INT16,
    INT32,
    STRING,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class PartitionData:
    """TODO."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""


@struct
class DeleteStateData:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """TODO."""


@request(api=86, versions="0", flexible="0+")
class DeleteShareGroupStateRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[DeleteStateData, ...] = wire(array(DeleteStateData))
    """TODO."""


@struct
class PartitionResult:
    """TODO."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""


@struct
class DeleteStateResult:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionResult, ...] = wire(array(PartitionResult))
    """TODO."""


@response(api=86, versions="0", flexible="0+")
class DeleteShareGroupStateResponse:
    """TODO."""

    results: tuple[DeleteStateResult, ...] = wire(array(DeleteStateResult))
    """TODO."""
