"""DescribeLogDirs (API 35): what lies in a broker's log directories (KIP-113).

v0   1.0     the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.6     flexible
v3   3.2     a top-level error (KIP-784)
v4   3.3     size and free space of the volumes (KIP-827)
v5   4.3     cordoned directories (KIP-1066)
"""

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
    """Partitions of one topic to list."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@request(api=35, versions="0-5", flexible="2+")
class DescribeLogDirsRequest:
    """Describe the log directories."""

    topics: tuple[DescribableLogDirTopic, ...] | None = wire(
        array(DescribableLogDirTopic), nullable="0+"
    )
    """Partitions to list; null: all of them."""


@struct
class DescribeLogDirsPartition:
    """One log."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    partition_size: int = wire(INT64)
    """Size of its segments, in bytes."""
    offset_lag: int = wire(INT64)
    """How far its end is behind: a future log behind the current one, another behind
    the high watermark (never below 0).
    """
    is_future_key: bool = wire(BOOL)
    """Whether it is the copy that a move between disks is making."""


@struct
class DescribeLogDirsTopic:
    """Logs of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[DescribeLogDirsPartition, ...] = wire(
        array(DescribeLogDirsPartition)
    )
    """The logs."""


@struct
class DescribeLogDirsResult:
    """One log directory."""

    error_code: int = wire(INT16)
    """KAFKA_STORAGE_ERROR if it is offline; else 0."""
    log_dir: str = wire(STRING)
    """Its absolute path."""
    topics: tuple[DescribeLogDirsTopic, ...] = wire(array(DescribeLogDirsTopic))
    """The logs in it, by topic."""
    total_bytes: int = wire(INT64, "4+", default=-1, ignorable=True)
    """Size of the volume it is on, in bytes; -1 if unknown."""
    usable_bytes: int = wire(INT64, "4+", default=-1, ignorable=True)
    """Free space of that volume, in bytes; -1 if unknown."""
    is_cordoned: bool = wire(BOOL, "5+", default=False, ignorable=True)
    """Whether no new replica may be placed in it."""


@response(api=35, versions="0-5", flexible="2+")
class DescribeLogDirsResponse:
    """The log directories."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, "3+", default=0, ignorable=True)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    results: tuple[DescribeLogDirsResult, ...] = wire(array(DescribeLogDirsResult))
    """The directories."""
