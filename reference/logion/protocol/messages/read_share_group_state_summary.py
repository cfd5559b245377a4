"""ReadShareGroupStateSummary (API 87): where share partitions start (KIP-932).

A group coordinator asks the share coordinator, also a broker.

v0   4.1     the first form
v1   4.2     how many records are done with (KIP-1226)
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
class PartitionData:
    """A share partition to sum up."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_epoch: int = wire(INT32)
    """Epoch of the partition's leader; -1 if the one who asks does not know it."""


@struct
class ReadStateSummaryData:
    """Share partitions of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """Which to sum up."""


@request(api=87, versions="0-1", flexible="0+")
class ReadShareGroupStateSummaryRequest:
    """Sum up these states."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[ReadStateSummaryData, ...] = wire(array(ReadStateSummaryData))
    """The share partitions, by topic."""


@struct
class PartitionResult:
    """The summary of one share partition."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    state_epoch: int = wire(INT32)
    """Number of the beginning it stems from."""
    leader_epoch: int = wire(INT32)
    """Epoch of the leader that last wrote it."""
    start_offset: int = wire(INT64)
    """First offset not yet done with; -1: not decided yet."""
    delivery_complete_count: int = wire(INT32, "1+", default=-1)
    """Records from `start_offset` on that are done with; -1 if unknown."""


@struct
class ReadStateSummaryResult:
    """Summaries within one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionResult, ...] = wire(array(PartitionResult))
    """The summary of each share partition."""


@response(api=87, versions="0-1", flexible="0+")
class ReadShareGroupStateSummaryResponse:
    """The summaries."""

    results: tuple[ReadStateSummaryResult, ...] = wire(array(ReadStateSummaryResult))
    """The summaries, by topic."""
