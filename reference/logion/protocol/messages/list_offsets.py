"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    INT8,
    INT16,
    INT32,
    INT64,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class ListOffsetsPartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    current_leader_epoch: int = wire(INT32, "4+", default=-1, ignorable=True)
    """Leader epoch the client believes current; -1 if it does not check."""
    timestamp: int = wire(INT64)
    """TODO."""
    max_num_offsets: int = wire(INT32, "0", default=1)
    """TODO."""


@struct
class ListOffsetsTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[ListOffsetsPartition, ...] = wire(array(ListOffsetsPartition))
    """TODO."""


@request(api=2, versions="0-11", flexible="6+")
class ListOffsetsRequest:
    """TODO."""

    replica_id: int = wire(INT32)
    """TODO."""
    isolation_level: int = wire(INT8, "2+", default=0)
    """TODO."""
    topics: tuple[ListOffsetsTopic, ...] = wire(array(ListOffsetsTopic))
    """TODO."""
    timeout_ms: int = wire(INT32, "10+", default=0, ignorable=True)
    """How long the broker may wait for completion before it answers, in ms."""


@struct
class ListOffsetsPartitionResponse:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    old_style_offsets: tuple[int, ...] = wire(array(INT64), "0", default=())
    """TODO."""
    timestamp: int = wire(INT64, "1+", default=-1)
    """TODO."""
    offset: int = wire(INT64, "1+", default=-1)
    """TODO."""
    leader_epoch: int = wire(INT32, "4+", default=-1)
    """Number of the leader's term; it grows with every election."""


@struct
class ListOffsetsTopicResponse:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[ListOffsetsPartitionResponse, ...] = wire(
        array(ListOffsetsPartitionResponse)
    )
    """TODO."""


@response(api=2, versions="0-11", flexible="6+")
class ListOffsetsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "2+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[ListOffsetsTopicResponse, ...] = wire(array(ListOffsetsTopicResponse))
    """TODO."""
