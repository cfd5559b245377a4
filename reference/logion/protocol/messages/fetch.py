"""TODO."""

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
    """TODO."""

    replica_id: int = wire(INT32, default=-1)
    """TODO."""
    replica_epoch: int = wire(INT64, default=-1)
    """TODO."""


@struct
class FetchPartition:
    """TODO."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    current_leader_epoch: int = wire(INT32, "9+", default=-1, ignorable=True)
    """Leader epoch the client believes current; -1 if it does not check."""
    fetch_offset: int = wire(INT64)
    """TODO."""
    last_fetched_epoch: int = wire(INT32, "12+", default=-1)
    """TODO."""
    log_start_offset: int = wire(INT64, "5+", default=-1, ignorable=True)
    """TODO."""
    partition_max_bytes: int = wire(INT32)
    """TODO."""
    replica_directory_id: Uuid = wire(
        UUID, "17+", tag=0, default=ZERO_UUID, ignorable=True
    )
    """TODO."""
    high_watermark: int = wire(
        INT64, "18+", tag=1, default=0x7FFF_FFFF_FFFF_FFFF, ignorable=True
    )
    """TODO."""


@struct
class FetchTopic:
    """TODO."""

    topic: str = wire(STRING, "0-12", default="", ignorable=True)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID, "13+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[FetchPartition, ...] = wire(array(FetchPartition))
    """TODO."""


@struct
class ForgottenTopic:
    """TODO."""

    topic: str = wire(STRING, "7-12", default="", ignorable=True)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID, "13+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@request(api=1, versions="0-18", flexible="12+")
class FetchRequest:
    """TODO."""

    cluster_id: str | None = wire(
        STRING, "12+", nullable="12+", tag=0, default=None, ignorable=True
    )
    """Id of the cluster the sender believes in; null: do not compare."""
    replica_id: int = wire(INT32, "0-14", default=-1)
    """TODO."""
    replica_state: ReplicaState = wire(
        ReplicaState, "15+", tag=1, default=ReplicaState()
    )
    """TODO."""
    max_wait_ms: int = wire(INT32)
    """TODO."""
    min_bytes: int = wire(INT32)
    """TODO."""
    max_bytes: int = wire(INT32, "3+", default=0x7FFF_FFFF, ignorable=True)
    """TODO."""
    isolation_level: int = wire(INT8, "4+", default=0, ignorable=True)
    """TODO."""
    session_id: int = wire(INT32, "7+", default=0, ignorable=True)
    """TODO."""
    session_epoch: int = wire(INT32, "7+", default=-1, ignorable=True)
    """TODO."""
    topics: tuple[FetchTopic, ...] = wire(array(FetchTopic))
    """TODO."""
    forgotten_topics_data: tuple[ForgottenTopic, ...] = wire(
        array(ForgottenTopic), "7+", default=()
    )
    """TODO."""
    rack_id: str = wire(STRING, "11+", default="", ignorable=True)
    """TODO."""


@struct
class EpochEndOffset:
    """TODO."""

    epoch: int = wire(INT32, default=-1)
    """TODO."""
    end_offset: int = wire(INT64, default=-1)
    """TODO."""


@struct
class LeaderIdAndEpoch:
    """TODO."""

    leader_id: int = wire(INT32, default=-1)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32, default=-1)
    """Number of the leader's term; it grows with every election."""


@struct
class SnapshotId:
    """TODO."""

    end_offset: int = wire(INT64, default=-1)
    """TODO."""
    epoch: int = wire(INT32, default=-1)
    """TODO."""


@struct
class AbortedTransaction:
    """TODO."""

    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    first_offset: int = wire(INT64)
    """TODO."""


@struct
class PartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    high_watermark: int = wire(INT64)
    """TODO."""
    last_stable_offset: int = wire(INT64, "4+", default=-1, ignorable=True)
    """TODO."""
    log_start_offset: int = wire(INT64, "5+", default=-1, ignorable=True)
    """TODO."""
    diverging_epoch: EpochEndOffset = wire(
        EpochEndOffset, "12+", tag=0, default=EpochEndOffset()
    )
    """TODO."""
    current_leader: LeaderIdAndEpoch = wire(
        LeaderIdAndEpoch, "12+", tag=1, default=LeaderIdAndEpoch()
    )
    """TODO."""
    snapshot_id: SnapshotId = wire(SnapshotId, "12+", tag=2, default=SnapshotId())
    """TODO."""
    aborted_transactions: tuple[AbortedTransaction, ...] | None = wire(
        array(AbortedTransaction), "4+", nullable="4+", default=(), ignorable=True
    )
    """TODO."""
    preferred_read_replica: int = wire(INT32, "11+", default=-1)
    """TODO."""
    records: Any = wire(RECORDS, nullable="0+")
    """TODO."""


@struct
class FetchableTopicResponse:
    """TODO."""

    topic: str = wire(STRING, "0-12", default="", ignorable=True)
    """Name of the topic."""
    topic_id: Uuid = wire(UUID, "13+", default=ZERO_UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """TODO."""


@struct
class NodeEndpoint:
    """TODO."""

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
    """TODO."""

    throttle_time_ms: int = wire(INT32, "1+", default=0, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, "7+", default=0, ignorable=True)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    session_id: int = wire(INT32, "7+", default=0)
    """TODO."""
    responses: tuple[FetchableTopicResponse, ...] = wire(array(FetchableTopicResponse))
    """TODO."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "16+", tag=0, default=()
    )
    """Where to reach the leaders that this response names (KIP-951)."""
