"""StreamsGroupDescribe (API 89): state and members of Streams applications (KIP-1071).

v0   4.2     the only form so far
"""

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
    """Describe these groups."""

    group_ids: tuple[str, ...] = wire(array(STRING))
    """Names of the groups, `application.id`."""
    include_authorized_operations: bool = wire(BOOL)
    """Whether to say what the caller may do with each group."""


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
class Subtopology:
    """A part of the topology: its tasks work on the same partitions."""

    subtopology_id: str = wire(STRING)
    """Id of the part, unique in its topology."""
    source_topics: tuple[str, ...] = wire(array(STRING))
    """Topics it reads."""
    repartition_sink_topics: tuple[str, ...] = wire(array(STRING))
    """Internal topics it writes, for other parts to read."""
    state_changelog_topics: tuple[TopicInfo, ...] = wire(array(TopicInfo))
    """Internal topics that hold its state."""
    repartition_source_topics: tuple[TopicInfo, ...] = wire(array(TopicInfo))
    """Internal topics it reads, which other parts write."""


@struct
class Topology:
    """What the application computes."""

    epoch: int = wire(INT32)
    """Version of the topology."""
    subtopologies: tuple[Subtopology, ...] | None = wire(
        array(Subtopology), nullable="0+"
    )
    """Its independent parts; null until the group is configured."""


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


@struct
class TaskIds:
    """Tasks of one subtopology."""

    subtopology_id: str = wire(STRING)
    """Id of the subtopology."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Partitions of the tasks."""


@struct
class Assignment:
    """Tasks of a member."""

    active_tasks: tuple[TaskIds, ...] = wire(array(TaskIds))
    """Tasks it works on."""
    standby_tasks: tuple[TaskIds, ...] = wire(array(TaskIds))
    """Tasks it keeps a copy of the state of."""
    warmup_tasks: tuple[TaskIds, ...] = wire(array(TaskIds))
    """Tasks it builds up the state of, so as to take them over."""


@struct
class Member:
    """A member of a group."""

    member_id: str = wire(STRING)
    """Id of the member."""
    member_epoch: int = wire(INT32)
    """Epoch the member has reached."""
    instance_id: str | None = wire(STRING, nullable="0+", default=None)
    """The member's `group.instance.id` if it is static, else null."""
    rack_id: str | None = wire(STRING, nullable="0+", default=None)
    """The client's `client.rack`; null if it has none."""
    client_id: str = wire(STRING)
    """The member's `client.id`, as its requests name it."""
    client_host: str = wire(STRING)
    """Address the member connects from."""
    topology_epoch: int = wire(INT32)
    """Version of the topology the member runs."""
    process_id: str = wire(STRING)
    """Which process it belongs to: members of one share a disk."""
    user_endpoint: Endpoint | None = wire(Endpoint, nullable="0+", default=None)
    """Where its state can be queried (`application.server`); null: nowhere."""
    client_tags: tuple[KeyValue, ...] = wire(array(KeyValue))
    """What rack-aware assignment goes by (`client.tag.*`)."""
    task_offsets: tuple[TaskOffset, ...] = wire(array(TaskOffset))
    """How far it has restored the state of tasks."""
    task_end_offsets: tuple[TaskOffset, ...] = wire(array(TaskOffset))
    """Where the changelogs of those tasks end."""
    assignment: Assignment = wire(Assignment)
    """Tasks it has now."""
    target_assignment: Assignment = wire(Assignment)
    """Tasks it shall have in the end."""
    is_classic: bool = wire(BOOL)
    """Whether it speaks the classic protocol."""


@struct
class DescribedGroup:
    """A group and its members."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    group_state: str = wire(STRING)
    """Empty, NotReady, Assigning, Reconciling, Stable or Dead; empty with an error."""
    group_epoch: int = wire(INT32)
    """Version of the group's members and topology."""
    assignment_epoch: int = wire(INT32)
    """Group epoch the target assignment was made for."""
    topology: Topology | None = wire(Topology, nullable="0+", default=None)
    """What the application computes; null if not known yet."""
    members: tuple[Member, ...] = wire(array(Member))
    """Its members."""
    authorized_operations: int = wire(INT32, default=-0x8000_0000)
    """Bit field of what the caller may do: bit n for operation code n as in
    DescribeAcls; the smallest int32 if not asked for.
    """


@response(api=89, versions="0", flexible="0+")
class StreamsGroupDescribeResponse:
    """The groups."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    groups: tuple[DescribedGroup, ...] = wire(array(DescribedGroup))
    """One description per group asked for."""
