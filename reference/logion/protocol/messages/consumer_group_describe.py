"""ConsumerGroupDescribe (API 69): state and members of consumer groups (KIP-848).

v0   3.8     the first form
v1   4.0     which protocol each member speaks (KIP-1099)
"""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    BOOL,
    INT8,
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


@request(api=69, versions="0-1", flexible="0+")
class ConsumerGroupDescribeRequest:
    """Describe these groups."""

    group_ids: tuple[str, ...] = wire(array(STRING))
    """Names of the groups."""
    include_authorized_operations: bool = wire(BOOL)
    """Whether to say what the caller may do with each group."""


@struct
class TopicPartitions:
    """Partitions of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@struct
class Assignment:
    """Partitions of a member."""

    topic_partitions: tuple[TopicPartitions, ...] = wire(array(TopicPartitions))
    """The partitions, by topic."""


@struct
class Member:
    """A member of a group."""

    member_id: str = wire(STRING)
    """Id of the member."""
    instance_id: str | None = wire(STRING, nullable="0+", default=None)
    """The member's `group.instance.id` if it is static, else null."""
    rack_id: str | None = wire(STRING, nullable="0+", default=None)
    """The consumer's `client.rack`; null if it has none."""
    member_epoch: int = wire(INT32)
    """Epoch the member has reached."""
    client_id: str = wire(STRING)
    """The member's `client.id`, as its requests name it."""
    client_host: str = wire(STRING)
    """Address the member connects from."""
    subscribed_topic_names: tuple[str, ...] = wire(array(STRING))
    """Topics it wants."""
    subscribed_topic_regex: str | None = wire(STRING, nullable="0+", default=None)
    """Pattern (RE2) of topics it wants; null if it gave none."""
    assignment: Assignment = wire(Assignment)
    """Partitions it has now."""
    target_assignment: Assignment = wire(Assignment)
    """Partitions it shall have in the end."""
    member_type: int = wire(INT8, "1+", default=-1)
    """Protocol it speaks: 0 classic, 1 consumer; -1 unknown."""


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
    """Empty, Assigning, Reconciling, Stable or Dead; empty with an error."""
    group_epoch: int = wire(INT32)
    """Version of the group's members and subscriptions."""
    assignment_epoch: int = wire(INT32)
    """Group epoch the target assignment was made for."""
    assignor_name: str = wire(STRING)
    """Assignor that made it."""
    members: tuple[Member, ...] = wire(array(Member))
    """Its members."""
    authorized_operations: int = wire(INT32, default=-0x8000_0000)
    """Bit field of what the caller may do: bit n for operation code n as in
    DescribeAcls; the smallest int32 if not asked for.
    """


@response(api=69, versions="0-1", flexible="0+")
class ConsumerGroupDescribeResponse:
    """The groups."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    groups: tuple[DescribedGroup, ...] = wire(array(DescribedGroup))
    """One description per group asked for."""
