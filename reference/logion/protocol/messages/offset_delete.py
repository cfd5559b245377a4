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
class OffsetDeleteRequestPartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@struct
class OffsetDeleteRequestTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[OffsetDeleteRequestPartition, ...] = wire(
        array(OffsetDeleteRequestPartition)
    )
    """TODO."""


@request(api=47, versions="0")
class OffsetDeleteRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[OffsetDeleteRequestTopic, ...] = wire(array(OffsetDeleteRequestTopic))
    """TODO."""


@struct
class OffsetDeleteResponsePartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class OffsetDeleteResponseTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[OffsetDeleteResponsePartition, ...] = wire(
        array(OffsetDeleteResponsePartition)
    )
    """TODO."""


@response(api=47, versions="0")
class OffsetDeleteResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    throttle_time_ms: int = wire(INT32, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[OffsetDeleteResponseTopic, ...] = wire(
        array(OffsetDeleteResponseTopic)
    )
    """TODO."""
