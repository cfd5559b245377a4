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
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""


@struct
class ReadStateSummaryData:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """TODO."""


@request(api=87, versions="0-1", flexible="0+")
class ReadShareGroupStateSummaryRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[ReadStateSummaryData, ...] = wire(array(ReadStateSummaryData))
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
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""
    start_offset: int = wire(INT64)
    """TODO."""
    delivery_complete_count: int = wire(INT32, "1+", default=-1)
    """TODO."""


@struct
class ReadStateSummaryResult:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionResult, ...] = wire(array(PartitionResult))
    """TODO."""


@response(api=87, versions="0-1", flexible="0+")
class ReadShareGroupStateSummaryResponse:
    """TODO."""

    results: tuple[ReadStateSummaryResult, ...] = wire(array(ReadStateSummaryResult))
    """TODO."""
