"""OffsetCommit (API 8): store how far a group has read.

v0   0.8.1   stores in ZooKeeper
v1   0.8.2   stores in the group's coordinator; member and generation; a timestamp per
             partition
v2   0.9.0   one retention time for all, in place of timestamps
v3   0.11.0  throttle time (KIP-124)
v4   2.0     quotas: the answer first, the pause after it (KIP-219)
v5   2.1     no retention time: offsets live as long as their group (KIP-211)
v6   2.1     leader epoch of the last record read (KIP-320)
v7   2.3     static members (KIP-345)
v8   2.4     flexible
v9   3.7     member epochs of the consumer protocol (KIP-848)
v10  4.2     topics by id (KIP-848)
"""

from __future__ import annotations

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    STRING,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class OffsetCommitRequestPartition:
    """Offset of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    committed_offset: int = wire(INT64)
    """Offset of the next record to read."""
    commit_timestamp: int = wire(INT64, "1", default=-1)
    """When the commit counts as made, in ms; -1: on receipt."""
    committed_leader_epoch: int = wire(INT32, "6+", default=-1, ignorable=True)
    """Leader epoch of the last record read; -1 if unknown."""
    committed_metadata: str | None = wire(STRING, nullable="0+")
    """Any text to keep with the offset, up to `offset.metadata.max.bytes`; null is
    stored as empty.
    """


@struct
class OffsetCommitRequestTopic:
    """Offsets of one topic."""

    name: str = wire(STRING, "0-9", default="")
    """Name of the topic; from v10 on its id stands instead."""
    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[OffsetCommitRequestPartition, ...] = wire(
        array(OffsetCommitRequestPartition)
    )
    """The offset of each partition."""


@request(api=8, versions="0-10", flexible="8+")
class OffsetCommitRequest:
    """Store these offsets."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    generation_id_or_member_epoch: int = wire(INT32, "1+", default=-1, ignorable=True)
    """Generation of a classic group, or epoch of a consumer member; -1 if no member
    commits.
    """
    member_id: str = wire(STRING, "1+", default="", ignorable=True)
    """Id of the member; empty if a client outside the group commits."""
    retention_time_ms: int = wire(INT64, "2-4", default=-1, ignorable=True)
    """How long to keep the offsets, in ms; -1: as the broker is configured."""
    group_instance_id: str | None = wire(STRING, "7+", nullable="7+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    topics: tuple[OffsetCommitRequestTopic, ...] = wire(array(OffsetCommitRequestTopic))
    """The offsets, by topic."""


@struct
class OffsetCommitResponsePartition:
    """Result for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class OffsetCommitResponseTopic:
    """Results for one topic."""

    name: str = wire(STRING, "0-9", default="")
    """Name of the topic; from v10 on its id stands instead."""
    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[OffsetCommitResponsePartition, ...] = wire(
        array(OffsetCommitResponsePartition)
    )
    """The result of each partition."""


@response(api=8, versions="0-10", flexible="8+")
class OffsetCommitResponse:
    """Which offsets were stored."""

    throttle_time_ms: int = wire(INT32, "3+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[OffsetCommitResponseTopic, ...] = wire(
        array(OffsetCommitResponseTopic)
    )
    """The results, by topic."""
