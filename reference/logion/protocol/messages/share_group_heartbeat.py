"""ShareGroupHeartbeat (API 76): membership of a share group (KIP-932).

v0   -       the first form
v1   4.1     the first stable form; v0 was an early access one
"""

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
    """This member is alive."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING)
    """Id of the member: a UUID the client made up."""
    member_epoch: int = wire(INT32)
    """Epoch the member has reached; 0 joins, -1 leaves."""
    rack_id: str | None = wire(STRING, nullable="0+", default=None)
    """The consumer's `client.rack`; null if it has none or it has not changed."""
    subscribed_topic_names: tuple[str, ...] | None = wire(
        array(STRING), nullable="0+", default=None
    )
    """Topics it wants; null: as before."""


@struct
class TopicPartitions:
    """Partitions of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@struct
class Assignment:
    """Partitions of a member; others may have the same."""

    topic_partitions: tuple[TopicPartitions, ...] = wire(array(TopicPartitions))
    """The partitions, by topic."""


@response(api=76, versions="0-1", flexible="0+")
class ShareGroupHeartbeatResponse:
    """What the member should do."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    member_id: str | None = wire(STRING, nullable="0+", default=None)
    """Id of the member; null if it is as the request says."""
    member_epoch: int = wire(INT32)
    """Epoch of the member from now on."""
    heartbeat_interval_ms: int = wire(INT32)
    """When to send the next heartbeat, in ms."""
    assignment: Assignment | None = wire(Assignment, nullable="0+", default=None)
    """Partitions to fetch from; null: as before."""
