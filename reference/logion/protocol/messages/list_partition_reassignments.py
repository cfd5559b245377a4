"""ListPartitionReassignments (API 46): which partitions are being moved (KIP-455).

v0   2.4     the only form so far
"""

from __future__ import annotations

from logion.protocol.schema import (
    INT16,
    INT32,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class ListPartitionReassignmentsTopics:
    """Partitions of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@request(api=46, versions="0", flexible="0+")
class ListPartitionReassignmentsRequest:
    """List the moves."""

    timeout_ms: int = wire(INT32, default=60000)
    """How long to wait for the answer, in ms."""
    topics: tuple[ListPartitionReassignmentsTopics, ...] | None = wire(
        array(ListPartitionReassignmentsTopics), nullable="0+", default=None
    )
    """Partitions to look at, by topic; null: all of them."""


@struct
class OngoingPartitionReassignment:
    """A partition being moved."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    replicas: tuple[int, ...] = wire(array(INT32))
    """Brokers that hold a replica now, old and new."""
    adding_replicas: tuple[int, ...] = wire(array(INT32))
    """Of those, the new ones."""
    removing_replicas: tuple[int, ...] = wire(array(INT32))
    """Of those, the ones that will go."""


@struct
class OngoingTopicReassignment:
    """Moves within one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[OngoingPartitionReassignment, ...] = wire(
        array(OngoingPartitionReassignment)
    )
    """The partitions."""


@response(api=46, versions="0", flexible="0+")
class ListPartitionReassignmentsResponse:
    """The moves."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    topics: tuple[OngoingTopicReassignment, ...] = wire(array(OngoingTopicReassignment))
    """The partitions being moved, by topic."""
