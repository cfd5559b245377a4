"""AlterReplicaLogDirs (API 34): move replicas between the disks of a broker (KIP-113).

v0   1.0     the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.8     flexible
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
class AlterReplicaLogDirTopic:
    """Replicas of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Indexes of their partitions."""


@struct
class AlterReplicaLogDir:
    """Replicas that go to one directory."""

    path: str = wire(STRING)
    """Absolute path of the log directory."""
    topics: tuple[AlterReplicaLogDirTopic, ...] = wire(array(AlterReplicaLogDirTopic))
    """The replicas, by topic."""


@request(api=34, versions="0-2", flexible="2+")
class AlterReplicaLogDirsRequest:
    """Move these replicas."""

    dirs: tuple[AlterReplicaLogDir, ...] = wire(array(AlterReplicaLogDir))
    """The replicas, by the directory they shall go to."""


@struct
class AlterReplicaLogDirPartitionResult:
    """Result for one replica."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class AlterReplicaLogDirTopicResult:
    """Results for one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[AlterReplicaLogDirPartitionResult, ...] = wire(
        array(AlterReplicaLogDirPartitionResult)
    )
    """The result of each partition."""


@response(api=34, versions="0-2", flexible="2+")
class AlterReplicaLogDirsResponse:
    """Which moves began."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    results: tuple[AlterReplicaLogDirTopicResult, ...] = wire(
        array(AlterReplicaLogDirTopicResult)
    )
    """The results, by topic."""
