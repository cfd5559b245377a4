"""TODO."""

from __future__ import annotations

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    BOOL,
    INT16,
    INT32,
    STRING,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class MetadataRequestTopic:
    """TODO."""

    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    name: str | None = wire(STRING, nullable="10+")
    """TODO."""


@request(api=3, versions="0-13", flexible="9+")
class MetadataRequest:
    """TODO."""

    topics: tuple[MetadataRequestTopic, ...] | None = wire(
        array(MetadataRequestTopic), nullable="1+"
    )
    """TODO."""
    allow_auto_topic_creation: bool = wire(BOOL, "4+", default=True)
    """TODO."""
    include_cluster_authorized_operations: bool = wire(BOOL, "8-10", default=False)
    """TODO."""
    include_topic_authorized_operations: bool = wire(BOOL, "8+", default=False)
    """TODO."""


@struct
class MetadataResponseBroker:
    """TODO."""

    node_id: int = wire(INT32)
    """Number of the node, `broker.id` or `node.id`."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(INT32)
    """TCP port to connect to."""
    rack: str | None = wire(STRING, "1+", nullable="1+", default=None, ignorable=True)
    """The broker's `broker.rack`; null if it has none."""


@struct
class MetadataResponsePartition:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32, "7+", default=-1, ignorable=True)
    """Number of the leader's term; it grows with every election."""
    replica_nodes: tuple[int, ...] = wire(array(INT32))
    """TODO."""
    isr_nodes: tuple[int, ...] = wire(array(INT32))
    """TODO."""
    offline_replicas: tuple[int, ...] = wire(
        array(INT32), "5+", default=(), ignorable=True
    )
    """TODO."""


@struct
class MetadataResponseTopic:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    name: str | None = wire(STRING, nullable="12+")
    """TODO."""
    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    is_internal: bool = wire(BOOL, "1+", default=False, ignorable=True)
    """TODO."""
    partitions: tuple[MetadataResponsePartition, ...] = wire(
        array(MetadataResponsePartition)
    )
    """TODO."""
    topic_authorized_operations: int = wire(INT32, "8+", default=-0x8000_0000)
    """TODO."""


@response(api=3, versions="0-13", flexible="9+")
class MetadataResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "3+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    brokers: tuple[MetadataResponseBroker, ...] = wire(array(MetadataResponseBroker))
    """TODO."""
    cluster_id: str | None = wire(
        STRING, "2+", nullable="2+", default=None, ignorable=True
    )
    """Id of the cluster the sender believes in; null: do not compare."""
    controller_id: int = wire(INT32, "1+", default=-1, ignorable=True)
    """TODO."""
    topics: tuple[MetadataResponseTopic, ...] = wire(array(MetadataResponseTopic))
    """TODO."""
    cluster_authorized_operations: int = wire(INT32, "8-10", default=-0x8000_0000)
    """TODO."""
    error_code: int = wire(INT16, "13+", default=0, ignorable=True)
    """What went wrong, as an `Error` code; 0 if nothing did."""
