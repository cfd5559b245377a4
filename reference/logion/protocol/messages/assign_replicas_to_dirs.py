"""AssignReplicasToDirs (API 73): which disk each replica is on (KIP-858).

v0   3.7     the only form so far
"""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class AssignReplicasToDirsRequestPartitionData:
    """A replica."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@struct
class AssignReplicasToDirsRequestTopicData:
    """Replicas of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AssignReplicasToDirsRequestPartitionData, ...] = wire(
        array(AssignReplicasToDirsRequestPartitionData)
    )
    """Their partitions."""


@struct
class AssignReplicasToDirsRequestDirectoryData:
    """Replicas in one log directory."""

    id: Uuid = wire(UUID)
    """Id of the log directory."""
    topics: tuple[AssignReplicasToDirsRequestTopicData, ...] = wire(
        array(AssignReplicasToDirsRequestTopicData)
    )
    """The replicas, by topic."""


@request(api=73, versions="0", flexible="0+")
class AssignReplicasToDirsRequest:
    """My replicas are in these directories."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    broker_epoch: int = wire(INT64, default=-1)
    """Number the broker got when it registered, new with every start; -1 if unknown."""
    directories: tuple[AssignReplicasToDirsRequestDirectoryData, ...] = wire(
        array(AssignReplicasToDirsRequestDirectoryData)
    )
    """The replicas, by log directory."""


@struct
class AssignReplicasToDirsResponsePartitionData:
    """Result for one replica."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class AssignReplicasToDirsResponseTopicData:
    """Replicas of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AssignReplicasToDirsResponsePartitionData, ...] = wire(
        array(AssignReplicasToDirsResponsePartitionData)
    )
    """Their partitions."""


@struct
class AssignReplicasToDirsResponseDirectoryData:
    """Replicas in one log directory."""

    id: Uuid = wire(UUID)
    """Id of the log directory."""
    topics: tuple[AssignReplicasToDirsResponseTopicData, ...] = wire(
        array(AssignReplicasToDirsResponseTopicData)
    )
    """The replicas, by topic."""


@response(api=73, versions="0", flexible="0+")
class AssignReplicasToDirsResponse:
    """Which reports were taken."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """Error of the whole request; 0 if none."""
    directories: tuple[AssignReplicasToDirsResponseDirectoryData, ...] = wire(
        array(AssignReplicasToDirsResponseDirectoryData)
    )
    """The results, by log directory."""
