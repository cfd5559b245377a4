"""TODO."""

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
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@request(api=46, versions="0", flexible="0+")
class ListPartitionReassignmentsRequest:
    """TODO."""

    timeout_ms: int = wire(INT32, default=60000)
    """How long the broker may wait for completion before it answers, in ms."""
    topics: tuple[ListPartitionReassignmentsTopics, ...] | None = wire(
        array(ListPartitionReassignmentsTopics), nullable="0+", default=None
    )
    """TODO."""


@struct
class OngoingPartitionReassignment:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    replicas: tuple[int, ...] = wire(array(INT32))
    """TODO."""
    adding_replicas: tuple[int, ...] = wire(array(INT32))
    """TODO."""
    removing_replicas: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class OngoingTopicReassignment:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[OngoingPartitionReassignment, ...] = wire(
        array(OngoingPartitionReassignment)
    )
    """TODO."""


@response(api=46, versions="0", flexible="0+")
class ListPartitionReassignmentsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    topics: tuple[OngoingTopicReassignment, ...] = wire(array(OngoingTopicReassignment))
    """TODO."""
