"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
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
class DescribableLogDirTopic:
    """TODO."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@request(api=35, versions="0-5", flexible="2+")
class DescribeLogDirsRequest:
    """TODO."""

    topics: tuple[DescribableLogDirTopic, ...] | None = wire(
        array(DescribableLogDirTopic), nullable="0+"
    )
    """TODO."""


@struct
class DescribeLogDirsPartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    partition_size: int = wire(INT64)
    """TODO."""
    offset_lag: int = wire(INT64)
    """TODO."""
    is_future_key: bool = wire(BOOL)
    """TODO."""


@struct
class DescribeLogDirsTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[DescribeLogDirsPartition, ...] = wire(
        array(DescribeLogDirsPartition)
    )
    """TODO."""


@struct
class DescribeLogDirsResult:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    log_dir: str = wire(STRING)
    """TODO."""
    topics: tuple[DescribeLogDirsTopic, ...] = wire(array(DescribeLogDirsTopic))
    """TODO."""
    total_bytes: int = wire(INT64, "4+", default=-1, ignorable=True)
    """TODO."""
    usable_bytes: int = wire(INT64, "4+", default=-1, ignorable=True)
    """TODO."""
    is_cordoned: bool = wire(BOOL, "5+", default=False, ignorable=True)
    """TODO."""


@response(api=35, versions="0-5", flexible="2+")
class DescribeLogDirsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, "3+", default=0, ignorable=True)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    results: tuple[DescribeLogDirsResult, ...] = wire(array(DescribeLogDirsResult))
    """TODO."""
