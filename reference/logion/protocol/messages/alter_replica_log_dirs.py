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
class AlterReplicaLogDirTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class AlterReplicaLogDir:
    """TODO."""

    path: str = wire(STRING)
    """TODO."""
    topics: tuple[AlterReplicaLogDirTopic, ...] = wire(array(AlterReplicaLogDirTopic))
    """TODO."""


@request(api=34, versions="0-2", flexible="2+")
class AlterReplicaLogDirsRequest:
    """TODO."""

    dirs: tuple[AlterReplicaLogDir, ...] = wire(array(AlterReplicaLogDir))
    """TODO."""


@struct
class AlterReplicaLogDirPartitionResult:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class AlterReplicaLogDirTopicResult:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[AlterReplicaLogDirPartitionResult, ...] = wire(
        array(AlterReplicaLogDirPartitionResult)
    )
    """TODO."""


@response(api=34, versions="0-2", flexible="2+")
class AlterReplicaLogDirsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    results: tuple[AlterReplicaLogDirTopicResult, ...] = wire(
        array(AlterReplicaLogDirTopicResult)
    )
    """TODO."""
