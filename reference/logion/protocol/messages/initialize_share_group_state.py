"""InitializeShareGroupState (API 83): begin the state of share partitions (KIP-932).

A group coordinator asks the share coordinator, also a broker.

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
class PartitionData:
    """The state of one share partition."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    state_epoch: int = wire(INT32)
    """Number of this beginning: older ones are fenced."""
    start_offset: int = wire(INT64)
    """First offset to be delivered; -1: not decided yet."""


@struct
class InitializeStateData:
    """Share partitions of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """Their states."""


@request(api=83, versions="0", flexible="0+")
class InitializeShareGroupStateRequest:
    """Begin these states."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[InitializeStateData, ...] = wire(array(InitializeStateData))
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
class InitializeStateResult:
    """Results for one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionResult, ...] = wire(array(PartitionResult))
    """The result of each share partition."""


@response(api=83, versions="0", flexible="0+")
class InitializeShareGroupStateResponse:
    """Which states were begun."""

    results: tuple[InitializeStateResult, ...] = wire(array(InitializeStateResult))
    """The results, by topic."""
