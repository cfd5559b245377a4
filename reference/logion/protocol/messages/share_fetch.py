"""ShareFetch (API 78): acquire records, and acknowledge earlier ones (KIP-932).

v0   -       the first form
v1   4.1     limits in records; v0 was an early access form
v2   4.2     how records are acquired (KIP-1206); locks may be renewed (KIP-1222)
"""

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
class FetchPartition:
    """One partition to read."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    partition_max_bytes: int = wire(INT32, "0", default=0)
    """Most bytes of records from this partition."""
    acknowledgement_batches: tuple[AcknowledgementBatch, ...] = wire(
        array(AcknowledgementBatch)
    )
    """What became of records acquired earlier."""


@struct
class FetchTopic:
    """Partitions of one topic to read."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[FetchPartition, ...] = wire(array(FetchPartition))
    """What to read of each partition."""


@struct
class ForgottenTopic:
    """Partitions that leave the share session."""

    topic_id: Uuid = wire(UUID)
    """Id of the topic; it tells a topic from an earlier one of the same name."""
    partitions: tuple[int, ...] = wire(array(INT32))
    """Their indexes."""


@request(api=78, versions="0-2", flexible="0+")
class ShareFetchRequest:
    """Give me records."""

    group_id: str | None = wire(STRING, nullable="0+", default=None)
    """Name of the group; null is refused."""
    member_id: str | None = wire(STRING, nullable="0+")
    """Id of the member; null is refused."""
    share_session_epoch: int = wire(INT32)
    """Number of this request in the share session: 0 opens one, -1 closes it."""
    max_wait_ms: int = wire(INT32)
    """Longest time to wait for `min_bytes`, in ms."""
    min_bytes: int = wire(INT32)
    """Bytes of records to wait for."""
    max_bytes: int = wire(INT32, default=0x7FFF_FFFF)
    """Most bytes of records in the answer; a first batch that is larger comes all the
    same.
    """
    max_records: int = wire(INT32, "1+", default=0)
    """Most records to acquire; whole batches may make it more."""
    batch_size: int = wire(INT32, "1+", default=0)
    """Most records per acquired batch, as far as batches allow."""
    share_acquire_mode: int = wire(INT8, "2+", default=0)
    """0 whole batches, so a little more than `max_records`; 1 exactly so many at most.
    """
    is_renew_ack: bool = wire(BOOL, "2+", default=False)
    """Whether acknowledgements of type 4 are among these: nothing is fetched then."""
    topics: tuple[FetchTopic, ...] = wire(array(FetchTopic))
    """Partitions to read, by topic; in a session, those that are new or have
    acknowledgements.
    """
    forgotten_topics_data: tuple[ForgottenTopic, ...] = wire(array(ForgottenTopic))
    """Partitions that leave the session."""


@struct
class LeaderIdAndEpoch:
    """The leader a client should turn to."""

    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if unknown."""
    leader_epoch: int = wire(INT32)
    """Its leader epoch; -1 if unknown."""


@struct
class AcquiredRecords:
    """A run of acquired records."""

    first_offset: int = wire(INT64)
    """First offset of the run."""
    last_offset: int = wire(INT64)
    """Its last offset; this one belongs to it."""
    delivery_count: int = wire(INT16)
    """How often they have been delivered, this time included."""


@struct
class PartitionData:
    """What was read of one partition."""

    partition_index: int = wire(INT32)
    """Index of the partition, counted from 0."""
    error_code: int = wire(INT16)
    """Why nothing could be read, as an `Error` code; 0 if nothing went wrong."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """That error in words; null if there is none."""
    acknowledge_error_code: int = wire(INT16)
    """Why the acknowledgements failed, as an `Error` code; 0 if they did not."""
    acknowledge_error_message: str | None = wire(STRING, nullable="0+", default=None)
    """That error in words; null if there is none."""
    current_leader: LeaderIdAndEpoch = wire(LeaderIdAndEpoch)
    """Who leads the partition, if this broker does not."""
    records: Any = wire(RECORDS, nullable="0")
    """Record batches as stored; null in v0 if there are none. Only those in
    `acquired_records` are the member's.
    """
    acquired_records: tuple[AcquiredRecords, ...] = wire(array(AcquiredRecords))
    """Runs of records the member has acquired."""


@struct
class ShareFetchableTopicResponse:
    """What was read of one topic."""

    topic_id: Uuid = wire(UUID)
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


@response(api=78, versions="0-2", flexible="0+")
class ShareFetchResponse:
    """The records acquired."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """Error of the whole request, such as SHARE_SESSION_NOT_FOUND; 0 if none."""
    error_message: str | None = wire(STRING, nullable="0+", default=None)
    """The error in words; null if there is none."""
    acquisition_lock_timeout_ms: int = wire(INT32, "1+", default=0)
    """How long the member has the records to itself, in ms."""
    responses: tuple[ShareFetchableTopicResponse, ...] = wire(
        array(ShareFetchableTopicResponse)
    )
    """The records, by topic."""
    node_endpoints: tuple[NodeEndpoint, ...] = wire(array(NodeEndpoint))
    """Where to reach the leaders named in `current_leader`."""
