"""DeleteShareGroupState (API 86): delete the state of share partitions (KIP-932).

A group coordinator asks the share coordinator, also a broker.

v0   4.1     the only form so far
"""

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
    """A share partition."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""


@struct
class DeleteStateData:
    """Share partitions of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """Which to delete."""


@request(api=86, versions="0", flexible="0+")
class DeleteShareGroupStateRequest:
    """Delete these states."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[DeleteStateData, ...] = wire(array(DeleteStateData))
    """The share partitions, by topic."""


@struct
class PartitionResult:
    """Result for one share partition."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""


@struct
class DeleteStateResult:
    """Results for one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionResult, ...] = wire(array(PartitionResult))
    """The result of each share partition."""


@response(api=86, versions="0", flexible="0+")
class DeleteShareGroupStateResponse:
    """Which states were deleted."""

    results: tuple[DeleteStateResult, ...] = wire(array(DeleteStateResult))
    """The results, by topic."""
