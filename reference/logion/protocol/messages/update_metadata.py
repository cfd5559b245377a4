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
class UpdateMetadataPartitionState:
    """TODO."""

    topic_name: str = wire(STRING, "0-4", default="", ignorable=True)
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
    zk_version: int = wire(INT32)
    """TODO."""
    replicas: tuple[int, ...] = wire(array(INT32))
    """TODO."""
    offline_replicas: tuple[int, ...] = wire(
        array(INT32), "4+", default=(), ignorable=True
    )
    """TODO."""


@struct
class UpdateMetadataTopicState:
    """TODO."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID, "7+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_states: tuple[UpdateMetadataPartitionState, ...] = wire(
        array(UpdateMetadataPartitionState)
    )
    """TODO."""


@struct
class UpdateMetadataEndpoint:
    """TODO."""

    port: int = wire(INT32)
    """TCP port to connect to."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    listener: str = wire(STRING, "3+", default="", ignorable=True)
    """TODO."""
    security_protocol: int = wire(INT16)
    """TODO."""


@struct
class UpdateMetadataBroker:
    """TODO."""

    id: int = wire(INT32)
    """TODO."""
    v0_host: str = wire(STRING, "0", default="", ignorable=True)
    """TODO."""
    v0_port: int = wire(INT32, "0", default=0, ignorable=True)
    """TODO."""
    endpoints: tuple[UpdateMetadataEndpoint, ...] = wire(
        array(UpdateMetadataEndpoint), "1+", default=(), ignorable=True
    )
    """TODO."""
    rack: str | None = wire(STRING, "2+", nullable="2+", default="", ignorable=True)
    """The broker's `broker.rack`; null if it has none."""


@request(api=6, versions="0-8", flexible="6+")
class UpdateMetadataRequest:
    """TODO."""

    controller_id: int = wire(INT32)
    """TODO."""
    is_kraft_controller: bool = wire(
        BOOL, "8+", default=False, name="isKRaftController"
    )
    """TODO."""
    type: int = wire(INT8, "8+", tag=0, default=0)
    """TODO."""
    controller_epoch: int = wire(INT32)
    """Number of the controller's term; requests of an older one are refused."""
    broker_epoch: int = wire(INT64, "5+", default=-1, ignorable=True)
    """Number the broker got when it registered, new with every start; -1 if unknown."""
    ungrouped_partition_states: tuple[UpdateMetadataPartitionState, ...] = wire(
        array(UpdateMetadataPartitionState), "0-4", default=()
    )
    """TODO."""
    topic_states: tuple[UpdateMetadataTopicState, ...] = wire(
        array(UpdateMetadataTopicState), "5+", default=()
    )
    """TODO."""
    live_brokers: tuple[UpdateMetadataBroker, ...] = wire(array(UpdateMetadataBroker))
    """TODO."""


@response(api=6, versions="0-8", flexible="6+")
class UpdateMetadataResponse:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
