"""StopReplica (API 5): the controller tells a broker to stop, or delete, replicas.

Only clusters on ZooKeeper use it; 4.0 dropped it.

v0   0.8.0   the first form
v1   2.2     broker epoch; partitions grouped by topic (KIP-380)
v2   2.4     flexible
v3   2.6     leader epoch, and deletion decided per partition (KIP-570)
v4   3.4     marks a KRaft controller during migration (KIP-866)
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
class StopReplicaPartitionV0:
    """A replica to stop, in v0."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@struct
class StopReplicaTopicV1:
    """Replicas of one topic to stop, in v1 and v2."""

    name: str = wire(STRING)
    """Name of the topic."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """Indexes of their partitions."""


@struct
class StopReplicaPartitionState:
    """A replica to stop."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_epoch: int = wire(INT32, default=-1)
    """Epoch this order belongs to; -1: any, -2: the topic is being deleted."""
    delete_partition: bool = wire(BOOL)
    """Whether to delete the log as well."""


@struct
class StopReplicaTopicState:
    """Replicas of one topic to stop."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partition_states: tuple[StopReplicaPartitionState, ...] = wire(
        array(StopReplicaPartitionState)
    )
    """Their partitions."""


@request(api=5, versions="0-4", flexible="2+")
class StopReplicaRequest:
    """Stop these replicas."""

    controller_id: int = wire(INT32)
    """Broker id of the controller."""
    is_kraft_controller: bool = wire(
        BOOL, "4+", default=False, name="isKRaftController"
    )
    """Whether the controller is a KRaft one, during a migration (KIP-866)."""
    controller_epoch: int = wire(INT32)
    """Number of the controller's term; requests of an older one are refused."""
    broker_epoch: int = wire(INT64, "1+", default=-1, ignorable=True)
    """Registration of the broker this is meant for; another refuses it. -1: do not
    compare.
    """
    delete_partitions: bool = wire(BOOL, "0-2", default=False)
    """Whether to delete the logs as well."""
    ungrouped_partitions: tuple[StopReplicaPartitionV0, ...] = wire(
        array(StopReplicaPartitionV0), "0", default=()
    )
    """The replicas to stop, in v0."""
    topics: tuple[StopReplicaTopicV1, ...] = wire(
        array(StopReplicaTopicV1), "1-2", default=()
    )
    """The replicas to stop, by topic, in v1 and v2."""
    topic_states: tuple[StopReplicaTopicState, ...] = wire(
        array(StopReplicaTopicState), "3+", default=()
    )
    """The replicas to stop, by topic, from v3 on."""


@struct
class StopReplicaPartitionError:
    """Result for one partition."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@response(api=5, versions="0-4", flexible="2+")
class StopReplicaResponse:
    """Which replicas were stopped."""

    error_code: int = wire(INT16)
    """Error of the whole request, such as STALE_CONTROLLER_EPOCH; 0 if none."""
    partition_errors: tuple[StopReplicaPartitionError, ...] = wire(
        array(StopReplicaPartitionError)
    )
    """Result of each partition."""
