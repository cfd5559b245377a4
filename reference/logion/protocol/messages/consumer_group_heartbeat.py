"""ConsumerGroupHeartbeat (API 68): membership of a consumer group (KIP-848).

One request does it all: join (member epoch 0), stay, report what is owned, leave
(member epoch -1, or -2 for a static member that will be back). A field that has not
changed since the last heartbeat may be null.

v0   3.7     the first form
v1   4.0     subscription by pattern; the client makes up its member id (KIP-1082)
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


@struct
class TopicPartitions:
    """Partitions of one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@request(api=68, versions="0-1", flexible="0+")
class ConsumerGroupHeartbeatRequest:
    """This member is alive."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str = wire(STRING)
    """Id of the member: from v1 on a UUID the client made up; in v0 empty at its first
    heartbeat.
    """
    member_epoch: int = wire(INT32)
    """Epoch the member has reached; 0 joins, -1 leaves, -2 leaves for a while."""
    instance_id: str | None = wire(STRING, nullable="0+", default=None)
    """The member's `group.instance.id` if it is static, else null."""
    rack_id: str | None = wire(STRING, nullable="0+", default=None)
    """The consumer's `client.rack`; null if it has none or it has not changed."""
    rebalance_timeout_ms: int = wire(INT32, default=-1)
    """How long the member may take to give up partitions, in ms; -1: as before."""
    subscribed_topic_names: tuple[str, ...] | None = wire(
        array(STRING), nullable="0+", default=None
    )
    """Topics it wants; null: as before."""
    subscribed_topic_regex: str | None = wire(STRING, "1+", nullable="1+", default=None)
    """Pattern (RE2) of topics it wants; null: as before."""
    server_assignor: str | None = wire(STRING, nullable="0+", default=None)
    """Assignor of the broker it would like, such as `uniform`; null: no preference, or
    as before.
    """
    topic_partitions: tuple[TopicPartitions, ...] | None = wire(
        array(TopicPartitions), nullable="0+", default=None
    )
    """Partitions it owns, by topic; null: as before."""


@struct
class Assignment:
    """Partitions of a member."""

    topic_partitions: tuple[TopicPartitions, ...] = wire(array(TopicPartitions))
    """The partitions, by topic."""


@response(api=68, versions="0-1", flexible="0+")
class ConsumerGroupHeartbeatResponse:
    """What the member should do."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    member_id: str | None = wire(STRING, nullable="0+", default=None)
    """Id the coordinator gave the member; null if it has one."""
    member_epoch: int = wire(INT32)
    """Epoch of the member from now on."""
    heartbeat_interval_ms: int = wire(INT32)
    """When to send the next heartbeat, in ms."""
    assignment: Assignment | None = wire(Assignment, nullable="0+", default=None)
    """Partitions it may own; null: as before."""
