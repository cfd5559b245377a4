"""TODO."""

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
    """TODO."""

    key: str = wire(STRING)
    """TODO."""
    value: str = wire(STRING)
    """TODO."""


@struct
class TopicInfo:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: int = wire(INT32)
    """TODO."""
    replication_factor: int = wire(INT16)
    """TODO."""
    topic_configs: tuple[KeyValue, ...] = wire(array(KeyValue))
    """TODO."""


@struct
class CopartitionGroup:
    """TODO."""

    source_topics: tuple[int, ...] = wire(array(INT16))
    """TODO."""
    source_topic_regex: tuple[int, ...] = wire(array(INT16))
    """TODO."""
    repartition_source_topics: tuple[int, ...] = wire(array(INT16))
    """TODO."""


@struct
class Subtopology:
    """TODO."""

    subtopology_id: str = wire(STRING)
    """TODO."""
    source_topics: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    source_topic_regex: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    state_changelog_topics: tuple[TopicInfo, ...] = wire(array(TopicInfo))
    """TODO."""
    repartition_sink_topics: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    repartition_source_topics: tuple[TopicInfo, ...] = wire(array(TopicInfo))
    """TODO."""
    copartition_groups: tuple[CopartitionGroup, ...] = wire(array(CopartitionGroup))
    """TODO."""


@struct
class Topology:
    """TODO."""

    epoch: int = wire(INT32)
    """TODO."""
    subtopologies: tuple[Subtopology, ...] = wire(array(Subtopology))
    """TODO."""


@struct
class TaskIds:
    """TODO."""

    subtopology_id: str = wire(STRING)
    """TODO."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class Endpoint:
    """TODO."""

    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@struct
class TaskOffset:
    """TODO."""

    subtopology_id: str = wire(STRING)
    """TODO."""
    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    offset: int = wire(INT64)
    """TODO."""


@request(api=88, versions="0", flexible="0+")
class StreamsGroupHeartbeatRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING)
    """Id of the member."""
    member_epoch: int = wire(INT32)
    """TODO."""
    endpoint_information_epoch: int = wire(INT32)
    """TODO."""
    instance_id: str | None = wire(STRING, nullable="0+", default=None)
    """The member's `group.instance.id` if it is static, else null."""
    rack_id: str | None = wire(STRING, nullable="0+", default=None)
    """TODO."""
    rebalance_timeout_ms: int = wire(INT32)
    """TODO."""
    topology: Topology | None = wire(Topology, nullable="0+", default=None)
    """TODO."""
    active_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """TODO."""
    standby_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """TODO."""
    warmup_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """TODO."""
    process_id: str | None = wire(STRING, nullable="0+", default=None)
    """TODO."""
    user_endpoint: Endpoint | None = wire(Endpoint, nullable="0+", default=None)
    """TODO."""
    client_tags: tuple[KeyValue, ...] | None = wire(array(KeyValue), nullable="0+")
    """TODO."""
    task_offsets: tuple[TaskOffset, ...] | None = wire(array(TaskOffset), nullable="0+")
    """TODO."""
    task_end_offsets: tuple[TaskOffset, ...] | None = wire(
        array(TaskOffset), nullable="0+"
    )
    """TODO."""
    shutdown_application: bool = wire(BOOL)
    """TODO."""


@struct
class Status:
    """TODO."""

    status_code: int = wire(INT8)
    """TODO."""
    status_detail: str = wire(STRING)
    """TODO."""


@struct
class TopicPartition:
    """TODO."""

    topic: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class EndpointToPartitions:
    """TODO."""

    user_endpoint: Endpoint = wire(Endpoint)
    """TODO."""
    active_partitions: tuple[TopicPartition, ...] = wire(array(TopicPartition))
    """TODO."""
    standby_partitions: tuple[TopicPartition, ...] = wire(array(TopicPartition))
    """TODO."""


@response(api=88, versions="0", flexible="0+")
class StreamsGroupHeartbeatResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    member_id: str = wire(STRING)
    """Id of the member."""
    member_epoch: int = wire(INT32)
    """TODO."""
    heartbeat_interval_ms: int = wire(INT32)
    """TODO."""
    acceptable_recovery_lag: int = wire(INT32)
    """TODO."""
    task_offset_interval_ms: int = wire(INT32)
    """TODO."""
    status: tuple[Status, ...] | None = wire(array(Status), nullable="0+")
    """TODO."""
    active_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """TODO."""
    standby_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """TODO."""
    warmup_tasks: tuple[TaskIds, ...] | None = wire(array(TaskIds), nullable="0+")
    """TODO."""
    endpoint_information_epoch: int = wire(INT32)
    """TODO."""
    partitions_by_user_endpoint: tuple[EndpointToPartitions, ...] | None = wire(
        array(EndpointToPartitions), nullable="0+"
    )
    """TODO."""
