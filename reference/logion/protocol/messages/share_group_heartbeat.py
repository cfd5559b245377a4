"""TODO."""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
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


@request(api=76, versions="0-1", flexible="0+")
class ShareGroupHeartbeatRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING)
    """Id of the member."""
    member_epoch: int = wire(INT32)
    """TODO."""
    rack_id: str | None = wire(STRING, nullable="0+", default=None)
    """TODO."""
    subscribed_topic_names: tuple[str, ...] | None = wire(
        array(STRING), nullable="0+", default=None
    )
    """TODO."""


@struct
class TopicPartitions:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class Assignment:
    """TODO."""

    topic_partitions: tuple[TopicPartitions, ...] = wire(array(TopicPartitions))
    """TODO."""


@response(api=76, versions="0-1", flexible="0+")
class ShareGroupHeartbeatResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    member_id: str | None = wire(STRING, nullable="0+", default=None)
    """Id of the member."""
    member_epoch: int = wire(INT32)
    """TODO."""
    heartbeat_interval_ms: int = wire(INT32)
    """TODO."""
    assignment: Assignment | None = wire(Assignment, nullable="0+", default=None)
    """TODO."""
