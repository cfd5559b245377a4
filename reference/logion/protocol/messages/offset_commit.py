"""TODO."""

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
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    committed_offset: int = wire(INT64)
    """TODO."""
    commit_timestamp: int = wire(INT64, "1", default=-1)
    """TODO."""
    committed_leader_epoch: int = wire(INT32, "6+", default=-1, ignorable=True)
    """TODO."""
    committed_metadata: str | None = wire(STRING, nullable="0+")
    """TODO."""


@struct
class OffsetCommitRequestTopic:
    """TODO."""

    name: str = wire(STRING, "0-9", default="")
    """TODO."""
    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[OffsetCommitRequestPartition, ...] = wire(
        array(OffsetCommitRequestPartition)
    )
    """TODO."""


@request(api=8, versions="0-10", flexible="8+")
class OffsetCommitRequest:
    """TODO."""

    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    generation_id_or_member_epoch: int = wire(INT32, "1+", default=-1, ignorable=True)
    """TODO."""
    member_id: str = wire(STRING, "1+", default="", ignorable=True)
    """Id of the member."""
    retention_time_ms: int = wire(INT64, "2-4", default=-1, ignorable=True)
    """TODO."""
    group_instance_id: str | None = wire(STRING, "7+", nullable="7+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    topics: tuple[OffsetCommitRequestTopic, ...] = wire(array(OffsetCommitRequestTopic))
    """TODO."""


@struct
class OffsetCommitResponsePartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class OffsetCommitResponseTopic:
    """TODO."""

    name: str = wire(STRING, "0-9", default="")
    """TODO."""
    topic_id: Uuid = wire(UUID, "10+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[OffsetCommitResponsePartition, ...] = wire(
        array(OffsetCommitResponsePartition)
    )
    """TODO."""


@response(api=8, versions="0-10", flexible="8+")
class OffsetCommitResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, "3+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[OffsetCommitResponseTopic, ...] = wire(
        array(OffsetCommitResponseTopic)
    )
    """TODO."""
