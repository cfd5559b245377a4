"""TODO."""

from __future__ import annotations

from typing import Any

from logion.names import Uuid
from logion.protocol.schema import (
    BOOL,
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
class AcknowledgementBatch:
    """TODO."""

    first_offset: int = wire(INT64)
    """TODO."""
    last_offset: int = wire(INT64)
    """TODO."""
    acknowledge_types: tuple[int, ...] = wire(array(INT8))
    """TODO."""


@struct
class FetchPartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    partition_max_bytes: int = wire(INT32, "0", default=0)
    """TODO."""
    acknowledgement_batches: tuple[AcknowledgementBatch, ...] = wire(
        array(AcknowledgementBatch)
    )
    """TODO."""


@struct
class FetchTopic:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[FetchPartition, ...] = wire(array(FetchPartition))
    """TODO."""


@struct
class ForgottenTopic:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """TODO."""


@request(api=78, versions="0-2", flexible="0+")
class ShareFetchRequest:
    """TODO."""

    group_id: str | None = wire(STRING, nullable="0+", default=None)
    """Name of the group, `group.id`."""
    member_id: str | None = wire(STRING, nullable="0+")
    """Id of the member."""
    share_session_epoch: int = wire(INT32)
    """TODO."""
    max_wait_ms: int = wire(INT32)
    """TODO."""
    min_bytes: int = wire(INT32)
    """TODO."""
    max_bytes: int = wire(INT32, default=0x7FFF_FFFF)
    """TODO."""
    max_records: int = wire(INT32, "1+", default=0)
    """TODO."""
    batch_size: int = wire(INT32, "1+", default=0)
    """TODO."""
    share_acquire_mode: int = wire(INT8, "2+", default=0)
    """TODO."""
    is_renew_ack: bool = wire(BOOL, "2+", default=False)
    """TODO."""
    topics: tuple[FetchTopic, ...] = wire(array(FetchTopic))
    """TODO."""
    forgotten_topics_data: tuple[ForgottenTopic, ...] = wire(array(ForgottenTopic))
    """TODO."""


@struct
class LeaderIdAndEpoch:
    """TODO."""

    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""


@struct
class AcquiredRecords:
    """TODO."""

    first_offset: int = wire(INT64)
    """TODO."""
    last_offset: int = wire(INT64)
    """TODO."""
    delivery_count: int = wire(INT16)
    """TODO."""


@struct
class PartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    acknowledge_error_code: int = wire(INT16)
    """TODO."""
    acknowledge_error_message: str | None = wire(STRING, nullable="0+", default=None)
    """TODO."""
    current_leader: LeaderIdAndEpoch = wire(LeaderIdAndEpoch)
    """TODO."""
    records: Any = wire(RECORDS, nullable="0")
    """TODO."""
    acquired_records: tuple[AcquiredRecords, ...] = wire(array(AcquiredRecords))
    """TODO."""


@struct
class ShareFetchableTopicResponse:
    """TODO."""

    topic_id: Uuid = wire(UUID)
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


@response(api=78, versions="0-2", flexible="0+")
class ShareFetchResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    acquisition_lock_timeout_ms: int = wire(INT32, "1+", default=0)
    """TODO."""
    responses: tuple[ShareFetchableTopicResponse, ...] = wire(
        array(ShareFetchableTopicResponse)
    )
    """TODO."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(array(NodeEndpoint))
    """Where to reach the leaders that this response names (KIP-951)."""
