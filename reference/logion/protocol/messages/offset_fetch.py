"""TODO."""

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
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class OffsetFetchRequestTopics:
    """TODO."""

    name: str = wire(STRING, "8-9", default="")
    """TODO."""
    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_indexes: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@struct
class OffsetFetchRequestGroup:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    member_id: str | None = wire(
        STRING, "9+", nullable="9+", default=None, ignorable=True
    )
    """Id of the member."""
    member_epoch: int = wire(INT32, "9+", default=-1, ignorable=True)
    """TODO."""
    topics: tuple[OffsetFetchRequestTopics, ...] | None = wire(
        array(OffsetFetchRequestTopics), nullable="0+"
    )
    """TODO."""


@request(api=9, versions="0-10", flexible="6+")
class OffsetFetchRequest:
    """TODO."""

    group_id: str = wire(STRING, "0-7", default="")
    """Name of the group, `group.id`."""
    topics: tuple[OffsetFetchRequestTopic, ...] | None = wire(
        array(OffsetFetchRequestTopic), "0-7", nullable="2-7", default=()
    )
    """TODO."""
    groups: tuple[OffsetFetchRequestGroup, ...] = wire(
        array(OffsetFetchRequestGroup), "8+", default=()
    )
    """TODO."""
    require_stable: bool = wire(BOOL, "7+", default=False)
    """TODO."""


@struct
class OffsetFetchResponsePartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    committed_offset: int = wire(INT64)
    """TODO."""
    committed_leader_epoch: int = wire(INT32, "5-7", default=-1, ignorable=True)
    """TODO."""
    metadata: str | None = wire(STRING, nullable="0+")
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class OffsetFetchResponseTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[OffsetFetchResponsePartition, ...] = wire(
        array(OffsetFetchResponsePartition)
    )
    """TODO."""


@struct
class OffsetFetchResponsePartitions:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    committed_offset: int = wire(INT64)
    """TODO."""
    committed_leader_epoch: int = wire(INT32, default=-1, ignorable=True)
    """TODO."""
    metadata: str | None = wire(STRING, nullable="0+")
    """TODO."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class OffsetFetchResponseTopics:
    """TODO."""

    name: str = wire(STRING, "8-9", default="")
    """TODO."""
    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[OffsetFetchResponsePartitions, ...] = wire(
        array(OffsetFetchResponsePartitions)
    )
    """TODO."""


@struct
class OffsetFetchResponseGroup:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    topics: tuple[OffsetFetchResponseTopics, ...] = wire(
        array(OffsetFetchResponseTopics)
    )
    """TODO."""
    error_code: int = wire(INT16, default=0)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@response(api=9, versions="0-10", flexible="6+")
class OffsetFetchResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "3+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[OffsetFetchResponseTopic, ...] = wire(
        array(OffsetFetchResponseTopic), "0-7", default=()
    )
    """TODO."""
    error_code: int = wire(INT16, "2-7", default=0, ignorable=True)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    groups: tuple[OffsetFetchResponseGroup, ...] = wire(
        array(OffsetFetchResponseGroup), "8+", default=()
    )
    """TODO."""
