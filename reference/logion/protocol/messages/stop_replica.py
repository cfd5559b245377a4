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
class StopReplicaPartitionV0:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""


@struct
class StopReplicaTopicV1:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class StopReplicaPartitionState:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_epoch: int = wire(INT32, default=-1)
    """Number of the leader's term; it grows with every election."""
    delete_partition: bool = wire(BOOL)
    """TODO."""


@struct
class StopReplicaTopicState:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partition_states: tuple[StopReplicaPartitionState, ...] = wire(
        array(StopReplicaPartitionState)
    )
    """TODO."""


@request(api=5, versions="0-4", flexible="2+")
class StopReplicaRequest:
    """TODO."""

    controller_id: int = wire(INT32)
    """TODO."""
    is_kraft_controller: bool = wire(
        BOOL, "4+", default=False, name="isKRaftController"
    )
    """TODO."""
    controller_epoch: int = wire(INT32)
    """Number of the controller's term; requests of an older one are refused."""
    broker_epoch: int = wire(INT64, "1+", default=-1, ignorable=True)
    """Number the broker got when it registered, new with every start; -1 if unknown."""
    delete_partitions: bool = wire(BOOL, "0-2", default=False)
    """TODO."""
    ungrouped_partitions: tuple[StopReplicaPartitionV0, ...] = wire(
        array(StopReplicaPartitionV0), "0", default=()
    )
    """TODO."""
    topics: tuple[StopReplicaTopicV1, ...] = wire(
        array(StopReplicaTopicV1), "1-2", default=()
    )
    """TODO."""
    topic_states: tuple[StopReplicaTopicState, ...] = wire(
        array(StopReplicaTopicState), "3+", default=()
    )
    """TODO."""


@struct
class StopReplicaPartitionError:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@response(api=5, versions="0-4", flexible="2+")
class StopReplicaResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    partition_errors: tuple[StopReplicaPartitionError, ...] = wire(
        array(StopReplicaPartitionError)
    )
    """TODO."""
