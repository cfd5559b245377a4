"""Produce (API 0): append records to partitions.

The answer comes when as many replicas hold the records as `acks` asks for; with
acks=0 there is none.

v0   0.8.0   the first form
v1   0.9.0   throttle time (KIP-13)
v2   0.10.0  records of magic 1, with timestamps; the log append time (KIP-32)
v3   0.11.0  records of magic 2, transactions (KIP-98)
v4   1.0     KAFKA_STORAGE_ERROR may be answered (KIP-112)
v5   1.0     log start offset (KIP-192)
v6   2.0     quotas: the answer first, the pause after it (KIP-219)
v7   2.1     zstd (KIP-110)
v8   2.4     errors of single records, and a message (KIP-467)
v9   2.8     flexible
v10  3.7     the present leader, when this broker is not it (KIP-951)
v11  3.8     TRANSACTION_ABORTABLE may be answered (KIP-890)
v12  4.0     a transactional produce adds its partition to the transaction (KIP-890)
v13  4.1     topics by id (KIP-516)
"""

from __future__ import annotations

from typing import Any

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    RECORDS,
    STRING,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class PartitionProduceData:
    """Records for one partition."""

    index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    records: Any = wire(RECORDS, nullable="0+")
    """Record batches, or a message set of magic 0 or 1 up to v2; from v3 on exactly one
    batch. Null is refused.
    """


@struct
class TopicProduceData:
    """Records for partitions of one topic."""

    name: str = wire(STRING, "0-12", default="", ignorable=True)
    """Name of the topic; from v13 on its id stands instead."""
    topic_id: Uuid = wire(UUID, "13+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_data: tuple[PartitionProduceData, ...] = wire(array(PartitionProduceData))
    """The records, by partition."""


@request(api=0, versions="0-13", flexible="9+")
class ProduceRequest:
    """Append these records."""

    transactional_id: str | None = wire(STRING, "3+", nullable="3+", default=None)
    """Name of the transactional producer; null if the records are in no transaction
    (KIP-98).
    """
    acks: int = wire(INT16)
    """Copies to wait for: 0 none, not even an answer; 1 the leader's; -1 the whole
    ISR's.
    """
    timeout_ms: int = wire(INT32)
    """How long to wait for those copies, in ms; then REQUEST_TIMED_OUT, though the
    records stay appended.
    """
    topic_data: tuple[TopicProduceData, ...] = wire(array(TopicProduceData))
    """The records, by topic."""


@struct
class BatchIndexAndErrorMessage:
    """A record that caused the refusal of its batch."""

    batch_index: int = wire(INT32)
    """Position of the record in its batch, from 0."""
    batch_index_error_message: str | None = wire(STRING, nullable="0+", default=None)
    """What is wrong with the record; null if nothing more is said."""


@struct
class LeaderIdAndEpoch:
    """The leader a client should turn to."""

    leader_id: int = wire(INT32, default=-1)
    """Broker that leads the partition; -1 if unknown."""
    leader_epoch: int = wire(INT32, default=-1)
    """Its leader epoch; -1 if unknown."""


@struct
class PartitionProduceResponse:
    """Result for one partition."""

    index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if the records were appended, or had been
    before (a duplicate).
    """
    base_offset: int = wire(INT64)
    """Offset of the first record; -1 if nothing was appended."""
    log_append_time_ms: int = wire(INT64, "2+", default=-1, ignorable=True)
    """When the broker appended them, in ms since 1970, if the topic has LogAppendTime;
    -1 if the producer's timestamps stay.
    """
    log_start_offset: int = wire(INT64, "5+", default=-1, ignorable=True)
    """First offset the partition still has; -1 if unknown."""
    record_errors: tuple[BatchIndexAndErrorMessage, ...] = wire(
        array(BatchIndexAndErrorMessage), "8+", default=(), ignorable=True
    )
    """Records that made the broker refuse the whole batch."""
    error_message: str | None = wire(
        STRING, "8+", nullable="8+", default=None, ignorable=True
    )
    """Summary of why the batch was refused; null if it was not."""
    current_leader: LeaderIdAndEpoch = wire(
        LeaderIdAndEpoch, "10+", tag=0, default=LeaderIdAndEpoch()
    )
    """Who leads the partition, if this broker does not."""


@struct
class TopicProduceResponse:
    """Results for partitions of one topic."""

    name: str = wire(STRING, "0-12", default="", ignorable=True)
    """Name of the topic; from v13 on its id stands instead."""
    topic_id: Uuid = wire(UUID, "13+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partition_responses: tuple[PartitionProduceResponse, ...] = wire(
        array(PartitionProduceResponse)
    )
    """The results, by partition."""


@struct
class NodeEndpoint:
    """Address of a broker."""

    node_id: int = wire(INT32)
    """Number of the node, `broker.id` or `node.id`."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(INT32)
    """TCP port to connect to."""
    rack: str | None = wire(STRING, nullable="0+", default=None)
    """The broker's `broker.rack`; null if it has none."""


@response(api=0, versions="0-13", flexible="9+")
class ProduceResponse:
    """What became of each partition's records."""

    responses: tuple[TopicProduceResponse, ...] = wire(array(TopicProduceResponse))
    """The results, by topic."""
    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "10+", tag=0, default=()
    )
    """Where to reach the leaders named in `current_leader`; empty unless a partition
    has another leader.
    """
