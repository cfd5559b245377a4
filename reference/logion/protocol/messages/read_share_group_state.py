"""ReadShareGroupState (API 84): read the state of share partitions (KIP-932).

The leader of a partition asks the share coordinator.

v0   4.1     the only form so far
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
class PartitionData:
    """A share partition to read."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_epoch: int = wire(INT32)
    """Epoch of the leader that asks: older ones are fenced."""


@struct
class ReadStateData:
    """Share partitions of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """Which to read."""


@request(api=84, versions="0", flexible="0+")
class ReadShareGroupStateRequest:
    """Read these states."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[ReadStateData, ...] = wire(array(ReadStateData))
    """The share partitions, by topic."""


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
class PartitionResult:
    """The state of one share partition."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    state_epoch: int = wire(INT32)
    """Number of the beginning it stems from."""
    start_offset: int = wire(INT64)
    """First offset not yet done with; -1: not decided yet."""
    state_batches: tuple[StateBatch, ...] = wire(array(StateBatch))
    """What became of the records from there on."""


@struct
class ReadStateResult:
    """States within one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionResult, ...] = wire(array(PartitionResult))
    """The state of each share partition."""


@response(api=84, versions="0", flexible="0+")
class ReadShareGroupStateResponse:
    """The states."""

    results: tuple[ReadStateResult, ...] = wire(array(ReadStateResult))
    """The states, by topic."""
