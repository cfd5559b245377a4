"""TODO."""

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
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@struct
class AssignReplicasToDirsRequestTopicData:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AssignReplicasToDirsRequestPartitionData, ...] = wire(
        array(AssignReplicasToDirsRequestPartitionData)
    )
    """TODO."""


@struct
class AssignReplicasToDirsRequestDirectoryData:
    """TODO."""

    id: Uuid = wire(UUID)
    """TODO."""
    topics: tuple[AssignReplicasToDirsRequestTopicData, ...] = wire(
        array(AssignReplicasToDirsRequestTopicData)
    )
    """TODO."""


@request(api=73, versions="0", flexible="0+")
class AssignReplicasToDirsRequest:
    """TODO."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    broker_epoch: int = wire(INT64, default=-1)
    """Number the broker got when it registered, new with every start; -1 if unknown."""
    directories: tuple[AssignReplicasToDirsRequestDirectoryData, ...] = wire(
        array(AssignReplicasToDirsRequestDirectoryData)
    )
    """TODO."""


@struct
class AssignReplicasToDirsResponsePartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class AssignReplicasToDirsResponseTopicData:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AssignReplicasToDirsResponsePartitionData, ...] = wire(
        array(AssignReplicasToDirsResponsePartitionData)
    )
    """TODO."""


@struct
class AssignReplicasToDirsResponseDirectoryData:
    """TODO."""

    id: Uuid = wire(UUID)
    """TODO."""
    topics: tuple[AssignReplicasToDirsResponseTopicData, ...] = wire(
        array(AssignReplicasToDirsResponseTopicData)
    )
    """TODO."""


@response(api=73, versions="0", flexible="0+")
class AssignReplicasToDirsResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    directories: tuple[AssignReplicasToDirsResponseDirectoryData, ...] = wire(
        array(AssignReplicasToDirsResponseDirectoryData)
    )
    """TODO."""
