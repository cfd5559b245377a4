"""TODO."""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    BOOL,
    INT8,
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
class AcknowledgementBatch:
    """TODO."""

    first_offset: int = wire(INT64)
    """TODO."""
    last_offset: int = wire(INT64)
    """TODO."""
    acknowledge_types: tuple[int, ...] = wire(array(INT8))
    """TODO."""


@struct
class AcknowledgePartition:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    acknowledgement_batches: tuple[AcknowledgementBatch, ...] = wire(
        array(AcknowledgementBatch)
    )
    """TODO."""


@struct
class AcknowledgeTopic:
    """TODO."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AcknowledgePartition, ...] = wire(array(AcknowledgePartition))
    """TODO."""


@request(api=79, versions="0-2", flexible="0+")
class ShareAcknowledgeRequest:
    """TODO."""

    group_id: str | None = wire(STRING, nullable="0+", default=None)
    """Name of the group, `group.id`."""
    member_id: str | None = wire(STRING, nullable="0+")
    """Id of the member."""
    share_session_epoch: int = wire(INT32)
    """TODO."""
    is_renew_ack: bool = wire(BOOL, "2+", default=False)
    """TODO."""
    topics: tuple[AcknowledgeTopic, ...] = wire(array(AcknowledgeTopic))
    """TODO."""


@struct
class LeaderIdAndEpoch:
    """TODO."""

    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32)
    """Number of the leader's term; it grows with every election."""


@struct
class PartitionData:
    """TODO."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    current_leader: LeaderIdAndEpoch = wire(LeaderIdAndEpoch)
    """TODO."""


@struct
class ShareAcknowledgeTopicResponse:
    """TODO."""

    topic_id: Uuid = wire(UUID, ignorable=True)
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


@response(api=79, versions="0-2", flexible="0+")
class ShareAcknowledgeResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, ignorable=True)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    acquisition_lock_timeout_ms: int = wire(INT32, "2+", default=0)
    """TODO."""
    responses: tuple[ShareAcknowledgeTopicResponse, ...] = wire(
        array(ShareAcknowledgeTopicResponse)
    )
    """TODO."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(array(NodeEndpoint))
    """Where to reach the leaders that this response names (KIP-951)."""
