"""Fetch (API 1): read records from partitions.

Consumers, followers and KRaft voters all fetch. A fetch waits until `min_bytes` are
there or `max_wait_ms` has passed; a follower's fetch also tells how far it has come,
which moves the high watermark.

v0   0.8.0   the first form
v1   0.9.0   throttle time (KIP-13)
v2   0.10.0  records of magic 1
v3   0.10.1  limit on the whole answer; one batch always fits (KIP-74)
v4   0.11.0  isolation level, aborted transactions, records of magic 2 (KIP-98)
v5   0.11.0  log start offset (KIP-107)
v6   1.0     KAFKA_STORAGE_ERROR may be answered (KIP-112)
v7   1.1     incremental fetch sessions (KIP-227)
v8   2.0     quotas: the answer first, the pause after it (KIP-219)
v9   2.1     the client names the leader epoch it believes in (KIP-320)
v10  2.1     zstd (KIP-110)
v11  2.3     racks: the leader may name a nearer replica to read (KIP-392)
v12  2.7     flexible; epoch of the last record fetched, so truncation is detected
             (KIP-595)
v13  3.1     topics by id (KIP-516)
v14  3.5     OFFSET_MOVED_TO_TIERED_STORAGE may be answered (KIP-405)
v15  3.5     the follower's broker epoch goes with its id (KIP-903)
v16  3.7     addresses of the leaders named (KIP-951)
v17  3.9     the follower's log directory (KIP-853)
v18  4.1     the follower's high watermark (KIP-1166)
"""

from __future__ import annotations

from typing import Any

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    INT8,
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
class ReplicaState:
    """The follower that fetches (KIP-903)."""

    replica_id: int = wire(INT32, default=-1)
    """Its broker id; -1 for a consumer."""
    replica_epoch: int = wire(INT64, default=-1)
    """Its broker epoch; -1 for a consumer."""


@struct
class FetchPartition:
    """One partition to read."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    current_leader_epoch: int = wire(INT32, "9+", default=-1, ignorable=True)
    """Leader epoch the client believes current; -1 if it does not check (KIP-320)."""
    fetch_offset: int = wire(INT64)
    """Offset to read from. For a follower: its log end offset."""
    last_fetched_epoch: int = wire(INT32, "12+", default=-1)
    """Leader epoch of the last record the follower has; -1 if unknown (KIP-595)."""
    log_start_offset: int = wire(INT64, "5+", default=-1, ignorable=True)
    """First offset of the follower's log; -1 for a consumer."""
    partition_max_bytes: int = wire(INT32)
    """Most bytes of records from this partition; a first batch that is larger comes all
    the same, from v3 on.
    """
    replica_directory_id: Uuid = wire(
        UUID, "17+", tag=0, default=ZERO_UUID, ignorable=True
    )
    """Log directory of the follower (KIP-853)."""
    high_watermark: int = wire(
        INT64, "18+", tag=1, default=0x7FFF_FFFF_FFFF_FFFF, ignorable=True
    )
    """High watermark the follower knows; the largest int64 if it sends none (KIP-1166).
    """


@struct
class FetchTopic:
    """Partitions of one topic to read."""

    topic: str = wire(STRING, "0-12", default="", ignorable=True)
    """Name of the topic; from v13 on its id stands instead."""
    topic_id: Uuid = wire(UUID, "13+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[FetchPartition, ...] = wire(array(FetchPartition))
    """What to read of each partition."""


@struct
class ForgottenTopic:
    """Partitions that leave the fetch session."""

    topic: str = wire(STRING, "7-12", default="", ignorable=True)
    """Name of the topic; from v13 on its id stands instead."""
    topic_id: Uuid = wire(UUID, "13+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@request(api=1, versions="0-18", flexible="12+")
class FetchRequest:
    """Read from these partitions."""

    cluster_id: str | None = wire(
        STRING, "12+", nullable="12+", tag=0, default=None, ignorable=True
    )
    """Cluster the KRaft voter belongs to; null: do not compare."""
    replica_id: int = wire(INT32, "0-14", default=-1)
    """Broker id of the follower that fetches; -1 a consumer, -2 a debugging consumer.
    """
    replica_state: ReplicaState = wire(
        ReplicaState, "15+", tag=1, default=ReplicaState()
    )
    """Who fetches, in the form of v15 and later."""
    max_wait_ms: int = wire(INT32)
    """Longest time to wait for `min_bytes`, in ms."""
    min_bytes: int = wire(INT32)
    """Bytes of records to wait for; 0 and 1 answer at once if there is anything."""
    max_bytes: int = wire(INT32, "3+", default=0x7FFF_FFFF, ignorable=True)
    """Most bytes of records in the answer; a first batch that is larger comes all the
    same.
    """
    isolation_level: int = wire(INT8, "4+", default=0, ignorable=True)
    """0 read uncommitted: up to the high watermark; 1 read committed: up to the last
    stable offset.
    """
    session_id: int = wire(INT32, "7+", default=0, ignorable=True)
    """Fetch session to continue; 0 for none yet."""
    session_epoch: int = wire(INT32, "7+", default=-1, ignorable=True)
    """Number of this fetch in its session: 0 asks for a new session, -1 is a full fetch
    without one.
    """
    topics: tuple[FetchTopic, ...] = wire(array(FetchTopic))
    """Partitions to read; in a session, those that are new or changed."""
    forgotten_topics_data: tuple[ForgottenTopic, ...] = wire(
        array(ForgottenTopic), "7+", default=()
    )
    """Partitions that leave the session."""
    rack_id: str = wire(STRING, "11+", default="", ignorable=True)
    """The consumer's `client.rack`; empty if it has none (KIP-392)."""


@struct
class EpochEndOffset:
    """The last epoch both logs share, and where it ends."""

    epoch: int = wire(INT32, default=-1)
    """Largest epoch not above the one the follower named; -1 if unset."""
    end_offset: int = wire(INT64, default=-1)
    """One past the last offset of that epoch; -1 if unset."""


@struct
class LeaderIdAndEpoch:
    """The leader a client should turn to."""

    leader_id: int = wire(INT32, default=-1)
    """Broker that leads the partition; -1 if unknown."""
    leader_epoch: int = wire(INT32, default=-1)
    """Its leader epoch; -1 if unknown."""


@struct
class SnapshotId:
    """A snapshot of the KRaft log, named by where it ends."""

    end_offset: int = wire(INT64, default=-1)
    """One past the last offset it covers; -1 if unset."""
    epoch: int = wire(INT32, default=-1)
    """Epoch of that last offset; -1 if unset."""


@struct
class AbortedTransaction:
    """A transaction whose records a read-committed consumer skips."""

    producer_id: int = wire(INT64)
    """The producer of the transaction."""
    first_offset: int = wire(INT64)
    """Its first offset in this partition."""


@struct
class PartitionData:
    """What was read of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    high_watermark: int = wire(INT64)
    """Offset below which every record is committed; -1 with an error."""
    last_stable_offset: int = wire(INT64, "4+", default=-1, ignorable=True)
    """Offset below which no transaction is open; -1 if unknown."""
    log_start_offset: int = wire(INT64, "5+", default=-1, ignorable=True)
    """First offset the leader still has; -1 if unknown."""
    diverging_epoch: EpochEndOffset = wire(
        EpochEndOffset, "12+", tag=0, default=EpochEndOffset()
    )
    """Where the follower's log parts from the leader's, if it does: truncate there."""
    current_leader: LeaderIdAndEpoch = wire(
        LeaderIdAndEpoch, "12+", tag=1, default=LeaderIdAndEpoch()
    )
    """Who leads the partition, if the epoch in the request is old."""
    snapshot_id: SnapshotId = wire(SnapshotId, "12+", tag=2, default=SnapshotId())
    """Snapshot to fetch instead, if the offset is below the KRaft log's start."""
    aborted_transactions: tuple[AbortedTransaction, ...] | None = wire(
        array(AbortedTransaction), "4+", nullable="4+", default=(), ignorable=True
    )
    """Transactions aborted within these records, by first offset; null unless read
    committed.
    """
    preferred_read_replica: int = wire(INT32, "11+", default=-1)
    """Broker to read from instead; -1: stay here (KIP-392)."""
    records: Any = wire(RECORDS, nullable="0+")
    """Record batches as stored; null or empty if there are none. They may begin below
    the offset asked for, and the last one may be cut off.
    """


@struct
class FetchableTopicResponse:
    """What was read of one topic."""

    topic: str = wire(STRING, "0-12", default="", ignorable=True)
    """Name of the topic; from v13 on its id stands instead."""
    topic_id: Uuid = wire(UUID, "13+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """What was read of each partition."""


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


@response(api=1, versions="0-18", flexible="12+")
class FetchResponse:
    """The records read."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, "7+", default=0, ignorable=True)
    """Error of the whole fetch, such as FETCH_SESSION_ID_NOT_FOUND; 0 if none."""
    session_id: int = wire(INT32, "7+", default=0)
    """Fetch session this belongs to; 0 if there is none."""
    responses: tuple[FetchableTopicResponse, ...] = wire(array(FetchableTopicResponse))
    """The records, by topic; in a session only partitions with something new."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "16+", tag=0, default=()
    )
    """Where to reach the leaders that this response names (KIP-951)."""
