"""ShareGroupDescribe (API 77): state and members of share groups (KIP-932).

v0   -       the first form
v1   4.1     the first stable form; v0 was an early access one
"""

from __future__ import annotations

from logion.names import Uuid
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


@request(api=77, versions="0-1", flexible="0+")
class ShareGroupDescribeRequest:
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
    """Partitions of a member; others may have the same."""

    topic_partitions: tuple[TopicPartitions, ...] = wire(array(TopicPartitions))
    """The partitions, by topic."""


@struct
class Member:
    """A member of a group."""

    member_id: str = wire(STRING)
    """Id of the member."""
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
    assignment: Assignment = wire(Assignment)
    """Partitions it fetches from."""


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
    """Empty, Stable or Dead; empty with an error."""
    group_epoch: int = wire(INT32)
    """Version of the group's members and subscriptions."""
    assignment_epoch: int = wire(INT32)
    """Group epoch the assignment was made for."""
    assignor_name: str = wire(STRING)
    """Assignor that made it."""
    members: tuple[Member, ...] = wire(array(Member))
    """Its members."""
    authorized_operations: int = wire(INT32, default=-0x8000_0000)
    """Bit field of what the caller may do: bit n for operation code n as in
    DescribeAcls; the smallest int32 if not asked for.
    """


@response(api=77, versions="0-1", flexible="0+")
class ShareGroupDescribeResponse:
    """The groups."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    groups: tuple[DescribedGroup, ...] = wire(array(DescribedGroup))
    """One description per group asked for."""
