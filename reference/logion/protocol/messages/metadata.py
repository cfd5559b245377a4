"""Metadata (API 3): which brokers there are, and who leads which partition.

v0   0.8.0   the first form
v1   0.10.0  null asks for all topics; controller, racks, internal topics (KIP-4,
             KIP-36)
v2   0.10.1  cluster id (KIP-78)
v3   0.11.0  throttle time (KIP-124)
v4   0.11.0  the client says whether topics may be created by asking (KAFKA-5291)
v5   1.0     replicas on failed disks or brokers (KIP-112)
v6   2.0     quotas: the answer first, the pause after it (KIP-219)
v7   2.1     leader epochs (KIP-320)
v8   2.3     authorized operations (KIP-430)
v9   2.4     flexible
v10  2.8     topic ids in answers (KIP-516)
v11  2.8     no more cluster operations: DescribeCluster has them (KIP-700)
v12  3.1     topics may be asked for by id (KIP-516)
v13  4.0     a top-level error: REBOOTSTRAP_REQUIRED (KIP-1102)
"""

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
    """A topic to describe, by name or by id."""

    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; zero if it is named. Brokers look at it from v12 on."""
    name: str | None = wire(STRING, nullable="10+")
    """Name of the topic; null if the id is given."""


@request(api=3, versions="0-13", flexible="9+")
class MetadataRequest:
    """Describe these topics, and the cluster."""

    topics: tuple[MetadataRequestTopic, ...] | None = wire(
        array(MetadataRequestTopic), nullable="1+"
    )
    """Topics to describe. Null: all of them; empty: none, but in v0, which has no null,
    all of them.
    """
    allow_auto_topic_creation: bool = wire(BOOL, "4+", default=True)
    """Whether a missing topic may be created, if `auto.create.topics.enable` is on too.
    """
    include_cluster_authorized_operations: bool = wire(BOOL, "8-10", default=False)
    """Whether to say what the caller may do with the cluster."""
    include_topic_authorized_operations: bool = wire(BOOL, "8+", default=False)
    """Whether to say what the caller may do with each topic."""


@struct
class MetadataResponseBroker:
    """A broker and its address, on the listener the client came by."""

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
    """A partition: its leader and its replicas."""

    error_code: int = wire(INT16)
    """LEADER_NOT_AVAILABLE, LISTENER_NOT_FOUND or, in v0, REPLICA_NOT_AVAILABLE; 0 if
    all is well.
    """
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32, "7+", default=-1, ignorable=True)
    """The leader's epoch; -1 if unknown."""
    replica_nodes: tuple[int, ...] = wire(array(INT32))
    """Brokers that hold a replica, the preferred leader first."""
    isr_nodes: tuple[int, ...] = wire(array(INT32))
    """Brokers of the ISR."""
    offline_replicas: tuple[int, ...] = wire(
        array(INT32), "5+", default=(), ignorable=True
    )
    """Brokers whose replica is down: broker dead, or its disk failed."""


@struct
class MetadataResponseTopic:
    """A topic and its partitions."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    name: str | None = wire(STRING, nullable="12+")
    """Name of the topic; null if it was asked for by an id that is not known."""
    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    is_internal: bool = wire(BOOL, "1+", default=False, ignorable=True)
    """Whether the topic is Kafka's own, such as `__consumer_offsets`."""
    partitions: tuple[MetadataResponsePartition, ...] = wire(
        array(MetadataResponsePartition)
    )
    """All its partitions; empty with an error."""
    topic_authorized_operations: int = wire(INT32, "8+", default=-0x8000_0000)
    """Bit field of what the caller may do with the topic: bit n for operation code n as
    in DescribeAcls; the smallest int32 if not asked for.
    """


@response(api=3, versions="0-13", flexible="9+")
class MetadataResponse:
    """The cluster and the topics asked for."""

    throttle_time_ms: int = wire(INT32, "3+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    brokers: tuple[MetadataResponseBroker, ...] = wire(array(MetadataResponseBroker))
    """Every broker that is alive."""
    cluster_id: str | None = wire(
        STRING, "2+", nullable="2+", default=None, ignorable=True
    )
    """Id of the cluster; null if it has none yet."""
    controller_id: int = wire(INT32, "1+", default=-1, ignorable=True)
    """Broker that is the controller; -1 if unknown."""
    topics: tuple[MetadataResponseTopic, ...] = wire(array(MetadataResponseTopic))
    """The topics asked for, errors included."""
    cluster_authorized_operations: int = wire(INT32, "8-10", default=-0x8000_0000)
    """Bit field of what the caller may do with the cluster: bit n for operation code n
    as in DescribeAcls; the smallest int32 if not asked for.
    """
    error_code: int = wire(INT16, "13+", default=0, ignorable=True)
    """Error of the whole request: REBOOTSTRAP_REQUIRED or 0."""
