"""TODO."""

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
    """TODO."""

    group_ids: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    include_authorized_operations: bool = wire(BOOL)
    """Whether to say what the caller may do with each group."""


@struct
class TopicPartitions:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    topic_name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class Assignment:
    """TODO."""

    topic_partitions: tuple[TopicPartitions, ...] = wire(array(TopicPartitions))
    """TODO."""


@struct
class Member:
    """TODO."""

    member_id: str = wire(STRING)
    """Id of the member."""
    rack_id: str | None = wire(STRING, nullable="0+", default=None)
    """TODO."""
    member_epoch: int = wire(INT32)
    """TODO."""
    client_id: str = wire(STRING)
    """The member's `client.id`, as its requests name it."""
    client_host: str = wire(STRING)
    """Address the member connects from."""
    subscribed_topic_names: tuple[str, ...] = wire(array(STRING))
    """TODO."""
    assignment: Assignment = wire(Assignment)
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
    assignor_name: str = wire(STRING)
    """TODO."""
    members: tuple[Member, ...] = wire(array(Member))
    """TODO."""
    authorized_operations: int = wire(INT32, default=-0x8000_0000)
    """Bit field of what the caller may do: bit n for operation code n as in
    DescribeAcls; the smallest int32 if not asked for.
    """


@response(api=77, versions="0-1", flexible="0+")
class ShareGroupDescribeResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    groups: tuple[DescribedGroup, ...] = wire(array(DescribedGroup))
    """TODO."""
