"""LeaderAndIsr (API 4): the controller tells a broker what it leads and follows.

Only clusters on ZooKeeper use it; 4.0 dropped it.

v0   0.8.0   the first form
v1   1.0     marks new replicas, for brokers with several disks (KIP-112)
v2   2.2     broker epoch; partitions grouped by topic (KIP-380)
v3   2.4     replicas being added and removed (KIP-455)
v4   2.4     flexible
v5   2.8     topic ids; full or incremental (KIP-516)
v6   3.2     leader recovery state (KIP-704)
v7   3.4     marks a KRaft controller during migration (KIP-866)
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
class LeaderAndIsrPartitionState:
    """The new state of one partition."""

    topic_name: str = wire(STRING, "0-1", default="", ignorable=True)
    """Name of the topic; from v2 on it stands once for all its partitions."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    controller_epoch: int = wire(INT32)
    """Epoch of the controller that chose the leader."""
    leader: int = wire(INT32)
    """Broker that leads; -1 none, -2 the partition is being deleted."""
    leader_epoch: int = wire(INT32)
    """The leader's epoch; an older one than the broker knows is ignored."""
    isr: tuple[int, ...] = wire(array(INT32))
    """Brokers in sync, the leader among them."""
    partition_epoch: int = wire(INT32)
    """Version of this state: an ISR change has to name it."""
    replicas: tuple[int, ...] = wire(array(INT32))
    """Brokers that hold a replica, the preferred leader first."""
    adding_replicas: tuple[int, ...] = wire(
        array(INT32), "3+", default=(), ignorable=True
    )
    """Of those, the ones a reassignment adds."""
    removing_replicas: tuple[int, ...] = wire(
        array(INT32), "3+", default=(), ignorable=True
    )
    """Of those, the ones a reassignment will remove."""
    is_new: bool = wire(BOOL, "1+", default=False, ignorable=True)
    """Whether the partition was just created: the broker may then start an empty log.
    """
    leader_recovery_state: int = wire(INT8, "6+", default=0)
    """0 recovered; 1 recovering: the leader was elected uncleanly."""


@struct
class LeaderAndIsrTopicState:
    """Partitions of one topic."""

    topic_name: str = wire(STRING)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID, "5+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_states: tuple[LeaderAndIsrPartitionState, ...] = wire(
        array(LeaderAndIsrPartitionState)
    )
    """Their new states."""


@struct
class LeaderAndIsrLiveLeader:
    """Address of a broker that leads."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    host_name: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(INT32)
    """TCP port to connect to."""


@request(api=4, versions="0-7", flexible="4+")
class LeaderAndIsrRequest:
    """Become leader or follower of these partitions."""

    controller_id: int = wire(INT32)
    """Broker id of the controller."""
    is_kraft_controller: bool = wire(
        BOOL, "7+", default=False, name="isKRaftController"
    )
    """Whether the controller is a KRaft one, during a migration (KIP-866)."""
    controller_epoch: int = wire(INT32)
    """Number of the controller's term; requests of an older one are refused."""
    broker_epoch: int = wire(INT64, "2+", default=-1, ignorable=True)
    """Registration of the broker this is meant for; another refuses it. -1: do not
    compare.
    """
    type: int = wire(INT8, "5+", default=0)
    """What is listed: 0 unknown, 1 only changes, 2 all partitions of the broker."""
    ungrouped_partition_states: tuple[LeaderAndIsrPartitionState, ...] = wire(
        array(LeaderAndIsrPartitionState), "0-1", default=()
    )
    """The partitions, each with its topic's name."""
    topic_states: tuple[LeaderAndIsrTopicState, ...] = wire(
        array(LeaderAndIsrTopicState), "2+", default=()
    )
    """The partitions, by topic."""
    live_leaders: tuple[LeaderAndIsrLiveLeader, ...] = wire(
        array(LeaderAndIsrLiveLeader)
    )
    """Addresses of the brokers that lead them."""


@struct
class LeaderAndIsrPartitionError:
    """Result for one partition."""

    topic_name: str = wire(STRING, "0-4", default="", ignorable=True)
    """Name of the topic; from v5 on its id stands once for all its partitions."""
    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class LeaderAndIsrTopicError:
    """Results for partitions of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_errors: tuple[LeaderAndIsrPartitionError, ...] = wire(
        array(LeaderAndIsrPartitionError)
    )
    """Their results."""


@response(api=4, versions="0-7", flexible="4+")
class LeaderAndIsrResponse:
    """Which partitions the broker took over."""

    error_code: int = wire(INT16)
    """Error of the whole request, such as STALE_CONTROLLER_EPOCH; 0 if none."""
    partition_errors: tuple[LeaderAndIsrPartitionError, ...] = wire(
        array(LeaderAndIsrPartitionError), "0-4", default=()
    )
    """Results, each with its topic's name."""
    topics: tuple[LeaderAndIsrTopicError, ...] = wire(
        array(LeaderAndIsrTopicError), "5+", default=()
    )
    """Results, by topic id."""
