"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
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


@request(api=7, versions="0-3", flexible="3+")
class ControlledShutdownRequest:
    """TODO."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    broker_epoch: int = wire(INT64, "2+", default=-1, ignorable=True)
    """Number the broker got when it registered, new with every start; -1 if unknown."""


@struct
class RemainingPartition:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@response(api=7, versions="0-3", flexible="3+")
class ControlledShutdownResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    remaining_partitions: tuple[RemainingPartition, ...] = wire(
        array(RemainingPartition)
    )
    """TODO."""
