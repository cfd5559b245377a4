"""WriteShareGroupState (API 85): store the state of share partitions (KIP-932).

The leader of a partition asks the share coordinator.

v0   4.1     the first form
v1   4.2     how many records are done with (KIP-1226)
"""

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
class StateBatch:
    """A run of records in one state."""

    first_offset: int = wire(INT64)
    """First offset of the run."""
    last_offset: int = wire(INT64)
    """Its last offset; this one belongs to it."""
    delivery_state: int = wire(INT8)
    """0 available, 2 acknowledged, 4 archived."""
    delivery_count: int = wire(INT16)
    """How often they have been delivered."""


@struct
class PartitionData:
    """The state of one share partition."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    state_epoch: int = wire(INT32)
    """Number of the beginning it stems from: older ones are fenced."""
    leader_epoch: int = wire(INT32)
    """Epoch of the leader that asks: older ones are fenced."""
    start_offset: int = wire(INT64)
    """First offset not yet done with; -1: as before."""
    delivery_complete_count: int = wire(INT32, "1+", default=-1)
    """Records from `start_offset` on that are done with; -1 if unknown."""
    state_batches: tuple[StateBatch, ...] = wire(array(StateBatch))
    """Runs of records whose state has changed."""


@struct
class WriteStateData:
    """States within one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """The state of each share partition."""


@request(api=85, versions="0-1", flexible="0+")
class WriteShareGroupStateRequest:
    """Store these states."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[WriteStateData, ...] = wire(array(WriteStateData))
    """The states, by topic."""


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
class WriteStateResult:
    """Results for one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionResult, ...] = wire(array(PartitionResult))
    """The result of each share partition."""


@response(api=85, versions="0-1", flexible="0+")
class WriteShareGroupStateResponse:
    """Which states were stored."""

    results: tuple[WriteStateResult, ...] = wire(array(WriteStateResult))
    """The results, by topic."""
