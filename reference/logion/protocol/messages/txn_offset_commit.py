"""TxnOffsetCommit (API 28): offsets that count if a transaction commits (KIP-98).

v0   0.11.0  the first form
v1   2.0     quotas: the answer first, the pause after it (KIP-219)
v2   2.1     leader epoch of the last record read (KIP-320)
v3   2.5     flexible; member and generation, so that zombies are fenced (KIP-447)
v4   3.8     TRANSACTION_ABORTABLE may be answered (KIP-890)
v5   4.0     adds the group to the transaction by itself (KIP-890)
"""

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
    """Offset of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    committed_offset: int = wire(INT64)
    """Offset of the next record to read."""
    committed_leader_epoch: int = wire(INT32, "2+", default=-1, ignorable=True)
    """Leader epoch of the last record read; -1 if unknown."""
    committed_metadata: str | None = wire(STRING, nullable="0+")
    """Any text to keep with the offset; null is stored as empty."""


@struct
class TxnOffsetCommitRequestTopic:
    """Offsets of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[TxnOffsetCommitRequestPartition, ...] = wire(
        array(TxnOffsetCommitRequestPartition)
    )
    """The offset of each partition."""


@request(api=28, versions="0-5", flexible="3+")
class TxnOffsetCommitRequest:
    """Store these offsets with the transaction."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    group_id: str = wire(STRING)
    """Name of the group whose offsets these are."""
    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    generation_id: int = wire(INT32, "3+", default=-1)
    """Generation of the member; -1: do not compare."""
    member_id: str = wire(STRING, "3+", default="")
    """Id of the member; empty if none commits."""
    group_instance_id: str | None = wire(STRING, "3+", nullable="3+", default=None)
    """The member's `group.instance.id` if it is static (KIP-345), else null."""
    topics: tuple[TxnOffsetCommitRequestTopic, ...] = wire(
        array(TxnOffsetCommitRequestTopic)
    )
    """The offsets, by topic."""


@struct
class TxnOffsetCommitResponsePartition:
    """Result for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""


@struct
class TxnOffsetCommitResponseTopic:
    """Results for one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[TxnOffsetCommitResponsePartition, ...] = wire(
        array(TxnOffsetCommitResponsePartition)
    )
    """The result of each partition."""


@response(api=28, versions="0-5", flexible="3+")
class TxnOffsetCommitResponse:
    """Which offsets were taken."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    topics: tuple[TxnOffsetCommitResponseTopic, ...] = wire(
        array(TxnOffsetCommitResponseTopic)
    )
    """The results, by topic."""
