"""StreamsGroupHeartbeat (API 88): membership of a Kafka Streams application (KIP-1071).

Like ConsumerGroupHeartbeat, with tasks in place of partitions: a task is one
subtopology at one partition. Null says "as before".

v0   4.2     the only form so far
"""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
    INT8,
    INT16,
    INT32,
    INT64,
    STRING,
    UINT16,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class KeyValue:
    """A named value."""

    key: str = wire(STRING)
    """Its name."""
    value: str = wire(STRING)
    """Its value."""


@struct
class TopicInfo:
    """An internal topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: int = wire(INT32)
    """Number of partitions; 0: to be derived from the source topics."""
    replication_factor: int = wire(INT16)
    """Number of replicas; 0: the broker's default."""
    topic_configs: tuple[KeyValue, ...] = wire(array(KeyValue))
    """Its settings."""


@struct
class CopartitionGroup:
    """Topics that must have the same number of partitions."""

    source_topics: tuple[int, ...] = wire(array(INT16))
    """Positions in the list of source topics."""
    source_topic_regex: tuple[int, ...] = wire(array(INT16))
    """Positions in the list of patterns."""
    repartition_source_topics: tuple[int, ...] = wire(array(INT16))
    """Positions in the list of repartition source topics."""


@struct
class Subtopology:
    """A part of the topology: its tasks work on the same partitions."""

    subtopology_id: str = wire(STRING)
    """Id of the part, unique in its topology."""
    source_topics: tuple[str, ...] = wire(array(STRING))
    """Topics it reads."""
    source_topic_regex: tuple[str, ...] = wire(array(STRING))
    """Patterns of topics it reads."""
    state_changelog_topics: tuple[TopicInfo, ...] = wire(array(TopicInfo))
    """Internal topics that hold its state."""
    repartition_sink_topics: tuple[str, ...] = wire(array(STRING))
    """Internal topics it writes, for other parts to read."""
    repartition_source_topics: tuple[TopicInfo, ...] = wire(array(TopicInfo))
    """Internal topics it reads, which other parts write."""
    copartition_groups: tuple[CopartitionGroup, ...] = wire(array(CopartitionGroup))
    """Topics it reads that must have the same number of partitions."""


@struct
class Topology:
    """What the application computes."""

    epoch: int = wire(INT32)
    """Version of the topology; another than the group's is refused."""
    subtopologies: tuple[Subtopology, ...] = wire(array(Subtopology))
    """Its independent parts."""


@struct
class TaskIds:
    """Tasks of one subtopology."""

    subtopology_id: str = wire(STRING)
    """Id of the subtopology."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Partitions of the tasks."""


@struct
class Endpoint:
    """Where a member's state can be queried."""

    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@struct
class TaskOffset:
    """A position in the changelog of one task."""

    subtopology_id: str = wire(STRING)
    """Id of the subtopology."""
    partition: int = wire(INT32)
    """Partition of the task."""
    offset: int = wire(INT64)
    """The position: offsets of all its stores, added up."""


@request(api=88, versions="0", flexible="0+")
class StreamsGroupHeartbeatRequest:
    """This member is alive."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING)
    """Id of the member: a UUID the client made up."""
    member_epoch: int = wire(INT32)
    """Epoch the member has reached; 0 joins, -1 leaves, -2 leaves for a while."""
    endpoint_information_epoch: int = wire(INT32)
    """Version of the other members' endpoints it has."""
    instance_id: str | None = wire(STRING, nullable="0+", default=None)
    """The member's `group.instance.id` if it is static, else null."""
    rack_id: str | None = wire(STRING, nullable="0+", default=None)
    """The client's `client.rack`; null if it has none or it has not changed."""
    rebalance_timeout_ms: int = wire(INT32)
    """How long the member may take to give up tasks, in ms; -1: as before."""
    topology: Topology | None = wire(Topology, nullable="0+", default=None)
    """What the application computes; null: as before."""
    active_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """Tasks it works on; null: as before."""
    standby_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """Tasks it keeps a copy of the state of; null: as before."""
    warmup_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """Tasks it builds up the state of, so as to take them over; null: as before."""
    process_id: str | None = wire(STRING, nullable="0+", default=None)
    """Which process it belongs to: members of one share a disk; null: as before."""
    user_endpoint: Endpoint | None = wire(Endpoint, nullable="0+", default=None)
    """Where its state can be queried (`application.server`); null: nowhere, or as
    before.
    """
    client_tags: tuple[KeyValue, ...] | None = wire(array(KeyValue), nullable="0+")
    """What rack-aware assignment goes by (`client.tag.*`); null: as before."""
    task_offsets: tuple[TaskOffset, ...] | None = wire(array(TaskOffset), nullable="0+")
    """How far it has restored the state of tasks; null: as before."""
    task_end_offsets: tuple[TaskOffset, ...] | None = wire(
        array(TaskOffset), nullable="0+"
    )
    """Where the changelogs of those tasks end; null: as before."""
    shutdown_application: bool = wire(BOOL)
    """Whether all members shall stop."""


@struct
class Status:
    """Something the member should know."""

    status_code: int = wire(INT8)
    """0 stale topology, 1 source topics missing, 2 wrong numbers of partitions, 3
    internal topics missing, 4 shut down the application.
    """
    status_detail: str = wire(STRING)
    """The same in words."""


@struct
class TopicPartition:
    """Partitions of one topic."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@struct
class EndpointToPartitions:
    """The partitions whose state one member has."""

    user_endpoint: Endpoint = wire(Endpoint)
    """Where it can be queried."""
    active_partitions: tuple[TopicPartition, ...] = wire(array(TopicPartition))
    """Partitions of its active tasks."""
    standby_partitions: tuple[TopicPartition, ...] = wire(array(TopicPartition))
    """Partitions of its standby tasks."""


@response(api=88, versions="0", flexible="0+")
class StreamsGroupHeartbeatResponse:
    """What the member should do."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    member_id: str = wire(STRING)
    """Id of the member."""
    member_epoch: int = wire(INT32)
    """Epoch of the member from now on."""
    heartbeat_interval_ms: int = wire(INT32)
    """When to send the next heartbeat, in ms."""
    acceptable_recovery_lag: int = wire(INT32)
    """How far behind a copy may be and yet take over its task, in records."""
    task_offset_interval_ms: int = wire(INT32)
    """How often to report task offsets, in ms."""
    status: tuple[Status, ...] | None = wire(array(Status), nullable="0+")
    """What keeps the application from running well; null: as before."""
    active_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """Tasks to work on; null: as before."""
    standby_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """Tasks to keep a copy of the state of; null: as before."""
    warmup_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """Tasks to build up the state of; null: as before."""
    endpoint_information_epoch: int = wire(INT32)
    """Version of the endpoints below."""
    partitions_by_user_endpoint: tuple[EndpointToPartitions, ...] | None = wire(
        array(EndpointToPartitions), nullable="0+"
    )
    """Which member has the state of which partitions; null: as before."""
