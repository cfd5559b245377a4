"""ShareAcknowledge (API 79): say what became of acquired records (KIP-932).

v0   -       the first form
v1   4.1     the first stable form; v0 was an early access one
v2   4.2     locks may be renewed (KIP-1222)
"""

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
    """What became of a run of records."""

    first_offset: int = wire(INT64)
    """First offset of the run."""
    last_offset: int = wire(INT64)
    """Its last offset; this one belongs to it."""
    acknowledge_types: tuple[int, ...] = wire(array(INT8))
    """One for all, or one per record: 0 gap (no record there), 1 accept, 2 release, 3
    reject, 4 renew the lock (v2).
    """


@struct
class AcknowledgePartition:
    """Acknowledgements in one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    acknowledgement_batches: tuple[AcknowledgementBatch, ...] = wire(
        array(AcknowledgementBatch)
    )
    """What became of records acquired earlier."""


@struct
class AcknowledgeTopic:
    """Acknowledgements in one topic."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[AcknowledgePartition, ...] = wire(array(AcknowledgePartition))
    """Those of each partition."""


@request(api=79, versions="0-2", flexible="0+")
class ShareAcknowledgeRequest:
    """What became of these records."""

    group_id: str | None = wire(STRING, nullable="0+", default=None)
    """Name of the group; null is refused."""
    member_id: str | None = wire(STRING, nullable="0+")
    """Id of the member; null is refused."""
    share_session_epoch: int = wire(INT32)
    """Number of this request in the share session; -1 closes it."""
    is_renew_ack: bool = wire(BOOL, "2+", default=False)
    """Whether acknowledgements of type 4 are among these."""
    topics: tuple[AcknowledgeTopic, ...] = wire(array(AcknowledgeTopic))
    """The acknowledgements, by topic."""


@struct
class LeaderIdAndEpoch:
    """The leader a client should turn to."""

    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if unknown."""
    leader_epoch: int = wire(INT32)
    """Its leader epoch; -1 if unknown."""


@struct
class PartitionData:
    """Result for one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    current_leader: LeaderIdAndEpoch = wire(LeaderIdAndEpoch)
    """Who leads the partition, if this broker does not."""


@struct
class ShareAcknowledgeTopicResponse:
    """Results for one topic."""

    topic_id: Uuid = wire(UUID, ignorable=True)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[PartitionData, ...] = wire(array(PartitionData))
    """The result of each partition."""


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


@response(api=79, versions="0-2", flexible="0+")
class ShareAcknowledgeResponse:
    """Which acknowledgements were taken."""

    throttle_time_ms: int = wire(INT32, ignorable=True)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16, ignorable=True)
    """Error of the whole request, such as SHARE_SESSION_NOT_FOUND; 0 if none."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    acquisition_lock_timeout_ms: int = wire(INT32, "2+", default=0)
    """How long renewed records are the member's own, in ms."""
    responses: tuple[ShareAcknowledgeTopicResponse, ...] = wire(
        array(ShareAcknowledgeTopicResponse)
    )
    """The results, by topic."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(array(NodeEndpoint))
    """Where to reach the leaders named in `current_leader`."""
