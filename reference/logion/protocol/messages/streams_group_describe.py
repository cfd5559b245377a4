"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
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


@request(api=89, versions="0", flexible="0+")
class StreamsGroupDescribeRequest:
    """TODO."""

    group_ids: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    include_authorized_operations: bool = wire(BOOL)
    """Whether to say what the caller may do with each group."""


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
class Subtopology:
    """TODO."""

    subtopology_id: str = wire(STRING)
    """TODO."""
    source_topics: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    repartition_sink_topics: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    state_changelog_topics: tuple[TopicInfo, ...] = wire(array(TopicInfo))
    """TODO."""
    repartition_source_topics: tuple[TopicInfo, ...] = wire(array(TopicInfo))
    """TODO."""


@struct
class Topology:
    """TODO."""

    epoch: int = wire(INT32)
    """TODO."""
    subtopologies: tuple[Subtopology, ...] | None = wire(
        array(Subtopology), nullable="0+"
    )
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


@struct
class TaskIds:
    """TODO."""

    subtopology_id: str = wire(STRING)
    """TODO."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class Assignment:
    """TODO."""

    active_tasks: tuple[TaskIds, ...] = wire(array(TaskIds))
    """TODO."""
    standby_tasks: tuple[TaskIds, ...] = wire(array(TaskIds))
    """TODO."""
    warmup_tasks: tuple[TaskIds, ...] = wire(array(TaskIds))
    """TODO."""


@struct
class Member:
    """TODO."""

    member_id: str = wire(STRING)
    """Id of the member."""
    member_epoch: int = wire(INT32)
    """TODO."""
    instance_id: str | None = wire(STRING, nullable="0+", default=None)
    """The member's `group.instance.id` if it is static, else null."""
    rack_id: str | None = wire(STRING, nullable="0+", default=None)
    """TODO."""
    client_id: str = wire(STRING)
    """The member's `client.id`, as its requests name it."""
    client_host: str = wire(STRING)
    """Address the member connects from."""
    topology_epoch: int = wire(INT32)
    """TODO."""
    process_id: str = wire(STRING)
    """TODO."""
    user_endpoint: Endpoint | None = wire(Endpoint, nullable="0+", default=None)
    """TODO."""
    client_tags: tuple[KeyValue, ...] = wire(array(KeyValue))
    """TODO."""
    task_offsets: tuple[TaskOffset, ...] = wire(array(TaskOffset))
    """TODO."""
    task_end_offsets: tuple[TaskOffset, ...] = wire(array(TaskOffset))
    """TODO."""
    assignment: Assignment = wire(Assignment)
    """TODO."""
    target_assignment: Assignment = wire(Assignment)
    """TODO."""
    is_classic: bool = wire(BOOL)
    """TODO."""


@struct
class DescribedGroup:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    group_state: str = wire(STRING)
    """TODO."""
    group_epoch: int = wire(INT32)
    """TODO."""
    assignment_epoch: int = wire(INT32)
    """TODO."""
    topology: Topology | None = wire(Topology, nullable="0+", default=None)
    """TODO."""
    members: tuple[Member, ...] = wire(array(Member))
    """TODO."""
    authorized_operations: int = wire(INT32, default=-0x8000_0000)
    """Bit field of what the caller may do: bit n for operation code n as in
    DescribeAcls; the smallest int32 if not asked for.
    """


@response(api=89, versions="0", flexible="0+")
class StreamsGroupDescribeResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    groups: tuple[DescribedGroup, ...] = wire(array(DescribedGroup))
    """TODO."""
