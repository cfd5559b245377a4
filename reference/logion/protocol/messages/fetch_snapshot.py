"""FetchSnapshot (API 59): read a snapshot of the KRaft log, piece by piece (KIP-630).

v0   2.8     the first form
v1   3.9     log directories, addresses of leaders (KIP-853)
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
    """A snapshot, named by where it ends."""

    end_offset: int = wire(INT64)
    """One past the last offset it covers."""
    epoch: int = wire(INT32)
    """Epoch of that last offset."""


@struct
class FetchSnapshotRequestPartitionSnapshot:
    """What to read of one partition's snapshot."""

    partition: int = wire(INT32)
    """Index of the partition, counted from 0."""
    current_leader_epoch: int = wire(INT32)
    """Leader epoch the node believes current."""
    snapshot_id: SnapshotId = wire(SnapshotId)
    """Which snapshot."""
    position: int = wire(INT64)
    """Byte to read from."""
    replica_directory_id: Uuid = wire(
        UUID, "1+", tag=0, default=ZERO_UUID, ignorable=True
    )
    """Log directory of the node that fetches."""


@struct
class FetchSnapshotRequestTopicSnapshot:
    """Snapshots of one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[FetchSnapshotRequestPartitionSnapshot, ...] = wire(
        array(FetchSnapshotRequestPartitionSnapshot)
    )
    """What to read of each partition."""


@request(api=59, versions="0-1", flexible="0+")
class FetchSnapshotRequest:
    """Read from these snapshots."""

    cluster_id: str | None = wire(STRING, nullable="0+", tag=0, default=None)
    """Id of the cluster the sender believes in; null: do not compare."""
    replica_id: int = wire(INT32, default=-1)
    """Node that fetches; -1 if it is none."""
    max_bytes: int = wire(INT32, default=0x7FFF_FFFF)
    """Most bytes of snapshots in the answer."""
    topics: tuple[FetchSnapshotRequestTopicSnapshot, ...] = wire(
        array(FetchSnapshotRequestTopicSnapshot)
    )
    """The snapshots, by topic: only `__cluster_metadata`."""


@struct
class LeaderIdAndEpoch:
    """The leader a node should turn to."""

    leader_id: int = wire(INT32)
    """Node that leads; -1 if unknown."""
    leader_epoch: int = wire(INT32)
    """Latest epoch known."""


@struct
class FetchSnapshotResponsePartitionSnapshot:
    """A piece of one partition's snapshot."""

    index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    snapshot_id: SnapshotId = wire(SnapshotId)
    """Which snapshot."""
    current_leader: LeaderIdAndEpoch = wire(
        LeaderIdAndEpoch, tag=0, default=LeaderIdAndEpoch(leader_id=0, leader_epoch=0)
    )
    """Who leads the partition, if the epoch in the request is old."""
    size: int = wire(INT64)
    """Size of the whole snapshot, in bytes."""
    position: int = wire(INT64)
    """Byte this piece begins at."""
    unaligned_records: Any = wire(RECORDS)
    """The bytes; they may begin and end in the middle of a batch."""


@struct
class FetchSnapshotResponseTopicSnapshot:
    """Pieces within one topic."""

    name: str = wire(STRING)
    """Name of the topic."""
    partitions: tuple[FetchSnapshotResponsePartitionSnapshot, ...] = wire(
        array(FetchSnapshotResponsePartitionSnapshot)
    )
    """The piece of each partition."""


@struct
class NodeEndpoint:
    """Address of a node."""

    node_id: int = wire(INT32)
    """Number of the node, `broker.id` or `node.id`."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@response(api=59, versions="0-1", flexible="0+")
class FetchSnapshotResponse:
    """Pieces of snapshots."""

    throttle_time_ms: int = wire(INT32, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """Error of the whole request; 0 if none."""
    topics: tuple[FetchSnapshotResponseTopicSnapshot, ...] = wire(
        array(FetchSnapshotResponseTopicSnapshot)
    )
    """The pieces, by topic."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(
        array(NodeEndpoint), "1+", tag=0, default=()
    )
    """Where to reach the leaders that this response names."""
