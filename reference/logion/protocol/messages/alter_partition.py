"""TODO."""

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
    """TODO."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    broker_epoch: int = wire(INT64, default=-1)
    """Number the broker got when it registered, new with every start; -1 if unknown."""


@struct
class AlterPartitionRequestPartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""
    new_isr: tuple[int, ...] = wire(array(INT32), "0-2", default=())
    """TODO."""
    new_isr_with_epochs: tuple[BrokerState, ...] = wire(
        array(BrokerState), "3+", default=()
    )
    """TODO."""
    leader_recovery_state: int = wire(INT8, "1+", default=0)
    """TODO."""
    partition_epoch: int = wire(INT32)
    """TODO."""


@struct
class AlterPartitionRequestTopicData:
    """TODO."""

    topic_name: str = wire(STRING, "0-1", default="", ignorable=True)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID, "2+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AlterPartitionRequestPartitionData, ...] = wire(
        array(AlterPartitionRequestPartitionData)
    )
    """TODO."""


@request(api=56, versions="0-3", flexible="0+")
class AlterPartitionRequest:
    """TODO."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    broker_epoch: int = wire(INT64, default=-1)
    """Number the broker got when it registered, new with every start; -1 if unknown."""
    topics: tuple[AlterPartitionRequestTopicData, ...] = wire(
        array(AlterPartitionRequestTopicData)
    )
    """TODO."""


@struct
class AlterPartitionResponsePartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""
    isr: tuple[int, ...] = wire(array(INT32))
    """TODO."""
    leader_recovery_state: int = wire(INT8, "1+", default=0, ignorable=True)
    """TODO."""
    partition_epoch: int = wire(INT32)
    """TODO."""


@struct
class AlterPartitionResponseTopicData:
    """TODO."""

    topic_name: str = wire(STRING, "0-1", default="", ignorable=True)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID, "2+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AlterPartitionResponsePartitionData, ...] = wire(
        array(AlterPartitionResponsePartitionData)
    )
    """TODO."""


@response(api=56, versions="0-3", flexible="0+")
class AlterPartitionResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    topics: tuple[AlterPartitionResponseTopicData, ...] = wire(
        array(AlterPartitionResponseTopicData)
    )
    """TODO."""
