"""TODO."""

from __future__ import annotations

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    BOOL,
    INT8,
    INT16,
    INT32,
    INT64,
    STRING,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class LeaderAndIsrPartitionState:
    """TODO."""

    topic_name: str = wire(STRING, "0-1", default="", ignorable=True)
    """Name of the topic."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    controller_epoch: int = wire(INT32)
    """Number of the controller's term; requests of an older one are refused."""
    leader: int = wire(INT32)
    """TODO."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""
    isr: tuple[int, ...] = wire(array(INT32))
    """TODO."""
    partition_epoch: int = wire(INT32)
    """TODO."""
    replicas: tuple[int, ...] = wire(array(INT32))
    """TODO."""
    adding_replicas: tuple[int, ...] = wire(
        array(INT32), "3+", default=(), ignorable=True
    )
    """TODO."""
    removing_replicas: tuple[int, ...] = wire(
        array(INT32), "3+", default=(), ignorable=True
    )
    """TODO."""
    is_new: bool = wire(BOOL, "1+", default=False, ignorable=True)
    """TODO."""
    leader_recovery_state: int = wire(INT8, "6+", default=0)
    """TODO."""


@struct
class LeaderAndIsrTopicState:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID, "5+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_states: tuple[LeaderAndIsrPartitionState, ...] = wire(
        array(LeaderAndIsrPartitionState)
    )
    """TODO."""


@struct
class LeaderAndIsrLiveLeader:
    """TODO."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    host_name: str = wire(STRING)
    """TODO."""
    port: int = wire(INT32)
    """TCP port to connect to."""


@request(api=4, versions="0-7", flexible="4+")
class LeaderAndIsrRequest:
    """TODO."""

    controller_id: int = wire(INT32)
    """TODO."""
    is_kraft_controller: bool = wire(
        BOOL, "7+", default=False, name="isKRaftController"
    )
    """TODO."""
    controller_epoch: int = wire(INT32)
    """Number of the controller's term; requests of an older one are refused."""
    broker_epoch: int = wire(INT64, "2+", default=-1, ignorable=True)
    """Number the broker got when it registered, new with every start; -1 if unknown."""
    type: int = wire(INT8, "5+", default=0)
    """TODO."""
    ungrouped_partition_states: tuple[LeaderAndIsrPartitionState, ...] = wire(
        array(LeaderAndIsrPartitionState), "0-1", default=()
    )
    """TODO."""
    topic_states: tuple[LeaderAndIsrTopicState, ...] = wire(
        array(LeaderAndIsrTopicState), "2+", default=()
    )
    """TODO."""
    live_leaders: tuple[LeaderAndIsrLiveLeader, ...] = wire(
        array(LeaderAndIsrLiveLeader)
    )
    """TODO."""


@struct
class LeaderAndIsrPartitionError:
    """TODO."""

    topic_name: str = wire(STRING, "0-4", default="", ignorable=True)
    """Name of the topic."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class LeaderAndIsrTopicError:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_errors: tuple[LeaderAndIsrPartitionError, ...] = wire(
        array(LeaderAndIsrPartitionError)
    )
    """TODO."""


@response(api=4, versions="0-7", flexible="4+")
class LeaderAndIsrResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    partition_errors: tuple[LeaderAndIsrPartitionError, ...] = wire(
        array(LeaderAndIsrPartitionError), "0-4", default=()
    )
    """TODO."""
    topics: tuple[LeaderAndIsrTopicError, ...] = wire(
        array(LeaderAndIsrTopicError), "5+", default=()
    )
    """TODO."""
