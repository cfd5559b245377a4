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
class PartitionData:
    """TODO."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    state_epoch: int = wire(INT32)
    """TODO."""
    start_offset: int = wire(INT64)
    """TODO."""


@struct
class InitializeStateData:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """TODO."""


@request(api=83, versions="0", flexible="0+")
class InitializeShareGroupStateRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[InitializeStateData, ...] = wire(array(InitializeStateData))
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
class InitializeStateResult:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionResult, ...] = wire(array(PartitionResult))
    """TODO."""


@response(api=83, versions="0", flexible="0+")
class InitializeShareGroupStateResponse:
    """TODO."""

    results: tuple[InitializeStateResult, ...] = wire(array(InitializeStateResult))
    """TODO."""
