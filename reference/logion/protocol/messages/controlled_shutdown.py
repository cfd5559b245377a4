"""ControlledShutdown (API 7): a broker asks the controller to move its leaders away.

v0   0.8.0   its request header has no client id
v1   0.9.0   the usual request header
v2   2.2     broker epoch (KIP-380)
v3   2.4     flexible
"""

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
    """This broker wants to stop."""

    broker_id: int = wire(INT32)
    """Number of the broker that wants to stop."""
    broker_epoch: int = wire(INT64, "2+", default=-1, ignorable=True)
    """Number the broker got when it registered, new with every start; -1 if unknown."""


@struct
class RemainingPartition:
    """A partition the broker still leads."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@response(api=7, versions="0-3", flexible="3+")
class ControlledShutdownResponse:
    """What the broker still leads."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    remaining_partitions: tuple[RemainingPartition, ...] = wire(
        array(RemainingPartition)
    )
    """Partitions that could not be moved; empty: it may stop."""
