"""OffsetFetch (API 9): how far a group has read.

v0   0.8.1   reads from ZooKeeper
v1   0.8.2   reads from the group's coordinator
v2   0.10.2  null asks for all partitions; a top-level error (KIP-88)
v3   0.11.0  throttle time (KIP-124)
v4   2.0     quotas: the answer first, the pause after it (KIP-219)
v5   2.1     leader epoch of the last record read (KIP-320)
v6   2.4     flexible
v7   2.5     may refuse offsets that an open transaction may change (KIP-447)
v8   3.0     several groups in one request (KIP-709)
v9   3.7     member id and epoch of the consumer protocol (KIP-848)
v10  4.2     topics by id (KIP-848)
"""

from __future__ import annotations

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    BOOL,
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
class OffsetFetchRequestTopic:
    """Partitions of one topic to look up."""

    name: str = wire(STRING)
    """Name of the topic."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@struct
class OffsetFetchRequestTopics:
    """Partitions of one topic to look up, from v8 on."""

    name: str = wire(STRING, "8-9", default="")
    """Name of the topic; from v10 on its id stands instead."""
    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@struct
class OffsetFetchRequestGroup:
    """Offsets of one group to look up."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str | None = wire(
        STRING, "9+", nullable="9+", default=None, ignorable=True
    )
    """Id of the member that asks; null if none does."""
    member_epoch: int = wire(INT32, "9+", default=-1, ignorable=True)
    """Its epoch; -1 if it sends none."""
    topics: tuple[OffsetFetchRequestTopics, ...] | None = wire(
        array(OffsetFetchRequestTopics), nullable="0+"
    )
    """Partitions to look up, by topic; null: every partition the group has an offset
    for.
    """


@request(api=9, versions="0-10", flexible="6+")
class OffsetFetchRequest:
    """Look up these offsets."""

    group_id: str = wire(STRING, "0-7", default="")
    """Name of the group; from v8 on see `groups`."""
    topics: tuple[OffsetFetchRequestTopic, ...] | None = wire(
        array(OffsetFetchRequestTopic), "0-7", nullable="2-7", default=()
    )
    """Partitions to look up, by topic; null: every partition the group has an offset
    for.
    """
    groups: tuple[OffsetFetchRequestGroup, ...] = wire(
        array(OffsetFetchRequestGroup), "8+", default=()
    )
    """What to look up, by group."""
    require_stable: bool = wire(BOOL, "7+", default=False)
    """Whether to answer UNSTABLE_OFFSET_COMMIT where an open transaction may still
    change the offset.
    """


@struct
class OffsetFetchResponsePartition:
    """Offset of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    committed_offset: int = wire(INT64)
    """Offset of the next record to read; -1 if none is stored."""
    committed_leader_epoch: int = wire(INT32, "5-7", default=-1, ignorable=True)
    """Leader epoch of the last record read; -1 if unknown."""
    metadata: str | None = wire(STRING, nullable="0+")
    """Text stored with the offset; empty if there is none, null with some errors."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class OffsetFetchResponseTopic:
    """Offsets of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[OffsetFetchResponsePartition, ...] = wire(
        array(OffsetFetchResponsePartition)
    )
    """The offset of each partition."""


@struct
class OffsetFetchResponsePartitions:
    """Offset of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    committed_offset: int = wire(INT64)
    """Offset of the next record to read; -1 if none is stored."""
    committed_leader_epoch: int = wire(INT32, default=-1, ignorable=True)
    """Leader epoch of the last record read; -1 if unknown."""
    metadata: str | None = wire(STRING, nullable="0+")
    """Text stored with the offset; empty if there is none, null with some errors."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class OffsetFetchResponseTopics:
    """Offsets of one topic, from v8 on."""

    name: str = wire(STRING, "8-9", default="")
    """Name of the topic; from v10 on its id stands instead."""
    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[OffsetFetchResponsePartitions, ...] = wire(
        array(OffsetFetchResponsePartitions)
    )
    """The offset of each partition."""


@struct
class OffsetFetchResponseGroup:
    """Offsets of one group."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[OffsetFetchResponseTopics, ...] = wire(
        array(OffsetFetchResponseTopics)
    )
    """The offsets, by topic."""
    error_code: int = wire(INT16, default=0)
    """Error of the whole group, such as NOT_COORDINATOR; 0 if none."""


@response(api=9, versions="0-10", flexible="6+")
class OffsetFetchResponse:
    """The offsets found."""

    throttle_time_ms: int = wire(INT32, "3+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[OffsetFetchResponseTopic, ...] = wire(
        array(OffsetFetchResponseTopic), "0-7", default=()
    )
    """The offsets, by topic, up to v7."""
    error_code: int = wire(INT16, "2-7", default=0, ignorable=True)
    """Error of the whole group, such as NOT_COORDINATOR; 0 if none. Up to v1 each
    partition carries it.
    """
    groups: tuple[OffsetFetchResponseGroup, ...] = wire(
        array(OffsetFetchResponseGroup), "8+", default=()
    )
    """The offsets, by group."""
