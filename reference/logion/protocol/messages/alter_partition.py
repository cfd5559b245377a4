"""AlterPartition (API 56): a leader asks the controller to change the ISR (KIP-497).

v0   2.7     the first form
v1   3.2     leader recovery state (KIP-704)
v2   3.3     topics by id (KIP-841)
v3   3.5     brokers of the ISR with their epochs (KIP-903)
"""

from __future__ import annotations

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
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
class BrokerState:
    """A broker that shall be in the ISR."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    broker_epoch: int = wire(INT64, default=-1)
    """Its registration; -1 if unknown."""


@struct
class AlterPartitionRequestPartitionData:
    """The change of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_epoch: int = wire(INT32)
    """Epoch of the leader that asks."""
    new_isr: tuple[int, ...] = wire(array(INT32), "0-2", default=())
    """Brokers that shall form the ISR."""
    new_isr_with_epochs: tuple[BrokerState, ...] = wire(
        array(BrokerState), "3+", default=()
    )
    """The same, each with its broker epoch."""
    leader_recovery_state: int = wire(INT8, "1+", default=0)
    """0 recovered; 1 recovering: the leader was elected uncleanly."""
    partition_epoch: int = wire(INT32)
    """Version of the state that is to be changed; another is refused."""


@struct
class AlterPartitionRequestTopicData:
    """Changes within one topic."""

    topic_name: str = wire(STRING, "0-1", default="", ignorable=True)
    """Name of the topic; from v2 on its id stands instead."""
    topic_id: Uuid = wire(UUID, "2+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AlterPartitionRequestPartitionData, ...] = wire(
        array(AlterPartitionRequestPartitionData)
    )
    """The changes."""


@request(api=56, versions="0-3", flexible="0+")
class AlterPartitionRequest:
    """Change these partitions."""

    broker_id: int = wire(INT32)
    """Number of the leader that asks."""
    broker_epoch: int = wire(INT64, default=-1)
    """Number the broker got when it registered, new with every start; -1 if unknown."""
    topics: tuple[AlterPartitionRequestTopicData, ...] = wire(
        array(AlterPartitionRequestTopicData)
    )
    """The changes, by topic."""


@struct
class AlterPartitionResponsePartitionData:
    """The state of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """INVALID_UPDATE_VERSION if the partition epoch was old, INELIGIBLE_REPLICA, or
    another `Error` code; 0 if it was changed.
    """
    leader_id: int = wire(INT32)
    """Broker that leads."""
    leader_epoch: int = wire(INT32)
    """Its epoch."""
    isr: tuple[int, ...] = wire(array(INT32))
    """Brokers of the ISR."""
    leader_recovery_state: int = wire(INT8, "1+", default=0, ignorable=True)
    """0 recovered; 1 recovering: the leader was elected uncleanly."""
    partition_epoch: int = wire(INT32)
    """Version of this state: the next change has to name it."""


@struct
class AlterPartitionResponseTopicData:
    """States within one topic."""

    topic_name: str = wire(STRING, "0-1", default="", ignorable=True)
    """Name of the topic; from v2 on its id stands instead."""
    topic_id: Uuid = wire(UUID, "2+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AlterPartitionResponsePartitionData, ...] = wire(
        array(AlterPartitionResponsePartitionData)
    )
    """The states."""


@response(api=56, versions="0-3", flexible="0+")
class AlterPartitionResponse:
    """The states after the change."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """Error of the whole request; 0 if none."""
    topics: tuple[AlterPartitionResponseTopicData, ...] = wire(
        array(AlterPartitionResponseTopicData)
    )
    """The states, by topic."""
