"""TODO."""

from __future__ import annotations

from typing import Any

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    RECORDS,
    STRING,
    UINT16,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class SnapshotId:
    """TODO."""

    end_offset: int = wire(INT64)
    """TODO."""
    epoch: int = wire(INT32)
    """TODO."""


@struct
class FetchSnapshotRequestPartitionSnapshot:
    """TODO."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    current_leader_epoch: int = wire(INT32)
    """Leader epoch the client believes current; -1 if it does not check."""
    snapshot_id: SnapshotId = wire(SnapshotId)
    """TODO."""
    position: int = wire(INT64)
    """TODO."""
    replica_directory_id: Uuid = wire(
        UUID, "1+", tag=0, default=ZERO_UUID, ignorable=True
    )
    """TODO."""


@struct
class FetchSnapshotRequestTopicSnapshot:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[FetchSnapshotRequestPartitionSnapshot, ...] = wire(
        array(FetchSnapshotRequestPartitionSnapshot)
    )
    """TODO."""


@request(api=59, versions="0-1", flexible="0+")
class FetchSnapshotRequest:
    """TODO."""

    cluster_id: str | None = wire(STRING, nullable="0+", tag=0, default=None)
    """Id of the cluster the sender believes in; null: do not compare."""
    replica_id: int = wire(INT32, default=-1)
    """TODO."""
    max_bytes: int = wire(INT32, default=0x7FFF_FFFF)
    """TODO."""
    topics: tuple[FetchSnapshotRequestTopicSnapshot, ...] = wire(
        array(FetchSnapshotRequestTopicSnapshot)
    )
    """TODO."""


@struct
class LeaderIdAndEpoch:
    """TODO."""

    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""


@struct
class FetchSnapshotResponsePartitionSnapshot:
    """TODO."""

    index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    snapshot_id: SnapshotId = wire(SnapshotId)
    """TODO."""
    current_leader: LeaderIdAndEpoch = wire(
        LeaderIdAndEpoch, tag=0, default=LeaderIdAndEpoch(leader_id=0, leader_epoch=0)
    )
    """TODO."""
    size: int = wire(INT64)
    """TODO."""
    position: int = wire(INT64)
    """TODO."""
    unaligned_records: Any = wire(RECORDS)
    """TODO."""


@struct
class FetchSnapshotResponseTopicSnapshot:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    partitions: tuple[FetchSnapshotResponsePartitionSnapshot, ...] = wire(
        array(FetchSnapshotResponsePartitionSnapshot)
    )
    """TODO."""


@struct
class NodeEndpoint:
    """TODO."""

    node_id: int = wire(INT32)
    """Number of the node, `broker.id` or `node.id`."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@response(api=59, versions="0-1", flexible="0+")
class FetchSnapshotResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    topics: tuple[FetchSnapshotResponseTopicSnapshot, ...] = wire(
        array(FetchSnapshotResponseTopicSnapshot)
    )
    """TODO."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "1+", tag=0, default=()
    )
    """Where to reach the leaders that this response names (KIP-951)."""
