"""TODO."""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    INT8,
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
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""


@struct
class ReadStateData:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """TODO."""


@request(api=84, versions="0", flexible="0+")
class ReadShareGroupStateRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[ReadStateData, ...] = wire(array(ReadStateData))
    """TODO."""


@struct
class StateBatch:
    """TODO."""

    first_offset: int = wire(INT64)
    """TODO."""
    last_offset: int = wire(INT64)
    """TODO."""
    delivery_state: int = wire(INT8)
    """TODO."""
    delivery_count: int = wire(INT16)
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
    state_epoch: int = wire(INT32)
    """TODO."""
    start_offset: int = wire(INT64)
    """TODO."""
    state_batches: tuple[StateBatch, ...] = wire(array(StateBatch))
    """TODO."""


@struct
class ReadStateResult:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionResult, ...] = wire(array(PartitionResult))
    """TODO."""


@response(api=84, versions="0", flexible="0+")
class ReadShareGroupStateResponse:
    """TODO."""

    results: tuple[ReadStateResult, ...] = wire(array(ReadStateResult))
    """TODO."""
