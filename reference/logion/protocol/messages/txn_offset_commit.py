"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class TxnOffsetCommitRequestPartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    committed_offset: int = wire(INT64)
    """TODO."""
    committed_leader_epoch: int = wire(INT32, "2+", default=-1, ignorable=True)
    """TODO."""
    committed_metadata: str | None = wire(STRING, nullable="0+")
    """TODO."""


@struct
class TxnOffsetCommitRequestTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[TxnOffsetCommitRequestPartition, ...] = wire(
        array(TxnOffsetCommitRequestPartition)
    )
    """TODO."""


@request(api=28, versions="0-5", flexible="3+")
class TxnOffsetCommitRequest:
    """TODO."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""
    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    generation_id: int = wire(INT32, "3+", default=-1)
    """TODO."""
    member_id: str = wire(STRING, "3+", default="")
    """Id of the member."""
    group_instance_id: str | None = wire(STRING, "3+", nullable="3+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    topics: tuple[TxnOffsetCommitRequestTopic, ...] = wire(
        array(TxnOffsetCommitRequestTopic)
    )
    """TODO."""


@struct
class TxnOffsetCommitResponsePartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class TxnOffsetCommitResponseTopic:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[TxnOffsetCommitResponsePartition, ...] = wire(
        array(TxnOffsetCommitResponsePartition)
    )
    """TODO."""


@response(api=28, versions="0-5", flexible="3+")
class TxnOffsetCommitResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[TxnOffsetCommitResponseTopic, ...] = wire(
        array(TxnOffsetCommitResponseTopic)
    )
    """TODO."""
