"""UpdateMetadata (API 6): the controller tells brokers what Metadata should answer.

Only clusters on ZooKeeper use it; 4.0 dropped it.

v0   0.8.0   the first form
v1   0.9.0   several endpoints per broker, each with a security protocol
v2   0.10.0  racks (KIP-36)
v3   0.10.2  listener names (KIP-103)
v4   1.0     offline replicas (KIP-112)
v5   2.2     broker epoch; partitions grouped by topic (KIP-380)
v6   2.4     flexible
v7   2.8     topic ids (KIP-516)
v8   3.4     marks a KRaft controller during migration (KIP-866)
"""

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
    """The state of one partition."""

    topic_name: str = wire(STRING, "0-4", default="", ignorable=True)
    """Name of the topic; from v5 on it stands once for all its partitions."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    controller_epoch: int = wire(INT32)
    """Epoch of the controller that chose the leader."""
    leader: int = wire(INT32)
    """Broker that leads; -1 none, -2 the topic is being deleted."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""
    isr: tuple[int, ...] = wire(array(INT32))
    """Brokers in sync, the leader among them."""
    zk_version: int = wire(INT32)
    """Version of the partition's znode."""
    replicas: tuple[int, ...] = wire(array(INT32))
    """Brokers that hold a replica, the preferred leader first."""
    offline_replicas: tuple[int, ...] = wire(
        array(INT32), "4+", default=(), ignorable=True
    )
    """Of those, the ones whose broker or disk is down."""


@struct
class UpdateMetadataTopicState:
    """Partitions of one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID, "7+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_states: tuple[UpdateMetadataPartitionState, ...] = wire(
        array(UpdateMetadataPartitionState)
    )
    """Their states."""


@struct
class UpdateMetadataEndpoint:
    """A listener of a broker."""

    port: int = wire(INT32)
    """TCP port to connect to."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    listener: str = wire(STRING, "3+", default="", ignorable=True)
    """Name of the listener."""
    security_protocol: int = wire(INT16)
    """0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL."""


@struct
class UpdateMetadataBroker:
    """A broker that is alive."""

    id: int = wire(INT32)
    """Number of the broker."""
    v0_host: str = wire(STRING, "0", default="", ignorable=True)
    """Name or address to connect to."""
    v0_port: int = wire(INT32, "0", default=0, ignorable=True)
    """TCP port to connect to."""
    endpoints: tuple[UpdateMetadataEndpoint, ...] = wire(
        array(UpdateMetadataEndpoint), "1+", default=(), ignorable=True
    )
    """Its listeners."""
    rack: str | None = wire(STRING, "2+", nullable="2+", default="", ignorable=True)
    """The broker's `broker.rack`; null if it has none."""


@request(api=6, versions="0-8", flexible="6+")
class UpdateMetadataRequest:
    """Remember these partitions and brokers."""

    controller_id: int = wire(INT32)
    """Broker id of the controller."""
    is_kraft_controller: bool = wire(
        BOOL, "8+", default=False, name="isKRaftController"
    )
    """Whether the controller is a KRaft one, during a migration (KIP-866)."""
    type: int = wire(INT8, "8+", tag=0, default=0)
    """What is listed: 0 unknown, 1 only changes, 2 everything."""
    controller_epoch: int = wire(INT32)
    """Number of the controller's term; requests of an older one are refused."""
    broker_epoch: int = wire(INT64, "5+", default=-1, ignorable=True)
    """Registration of the broker this is meant for; another refuses it. -1: do not
    compare.
    """
    ungrouped_partition_states: tuple[UpdateMetadataPartitionState, ...] = wire(
        array(UpdateMetadataPartitionState), "0-4", default=()
    )
    """The partitions, each with its topic's name."""
    topic_states: tuple[UpdateMetadataTopicState, ...] = wire(
        array(UpdateMetadataTopicState), "5+", default=()
    )
    """The partitions, by topic."""
    live_brokers: tuple[UpdateMetadataBroker, ...] = wire(array(UpdateMetadataBroker))
    """Every broker that is alive."""


@response(api=6, versions="0-8", flexible="6+")
class UpdateMetadataResponse:
    """The broker has taken note."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
