"""What cases send: batches of records, and requests about one partition.

Nothing here asks a broker. Offsets in batches count from 0, as producers send them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from logion.client.committed import READ_UNCOMMITTED, records_of
from logion.clock import SystemClock
from logion.names import ZERO_UUID, Uuid
from logion.protocol.messages.fetch import (
    FetchPartition,
    FetchRequest,
    FetchTopic,
    PartitionData,
)
from logion.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from logion.protocol.messages.offset_for_leader_epoch import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)
from logion.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from logion.records.record import DEFAULTS, BatchOptions, Record, write_batch

LATEST = -1
EARLIEST = -2
MAX_TIMESTAMP = -3
"""Timestamps with a meaning of their own in ListOffsets."""

TIMESTAMP = SystemClock().time_ms() - 3_600_000
"""Creation time of records whose time does not matter, in ms: an hour ago. What is
older than `retention.ms`, a week, may go any moment."""

TIMEOUT_MS = 10_000
"""How long a broker may take for what it has to do before it answers."""


def batch(*values: bytes, options: BatchOptions = DEFAULTS) -> bytes:
    """Return one batch (or message set) with a record for each value."""
    return batch_of([Record(0, TIMESTAMP, None, value) for value in values], options)


def batch_of(records: Sequence[Record], options: BatchOptions = DEFAULTS) -> bytes:
    """Return one batch of records, whose offsets are counted from 0 here."""
    numbered = [record._replace(offset=at) for at, record in enumerate(records)]
    return write_batch(numbered, options)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the case, by name and, where the broker says, by id."""

    name: str
    topic_id: Uuid = ZERO_UUID


def produce_request(
    topic: Topic, records: bytes, *, acks: int = -1, partition: int = 0
) -> ProduceRequest:
    """Return the request that appends `records` to one partition."""
    data = PartitionProduceData(index=partition, records=records)
    part = TopicProduceData(
        name=topic.name, topic_id=topic.topic_id, partition_data=(data,)
    )
    return ProduceRequest(acks=acks, timeout_ms=TIMEOUT_MS, topic_data=(part,))


@dataclass(frozen=True, slots=True)
class Reading:
    """How much a fetch asks for and how long it waits, and its session."""

    max_wait_ms: int = 500
    min_bytes: int = 1
    max_bytes: int = 1 << 24
    partition_max_bytes: int = 1 << 20
    isolation_level: int = READ_UNCOMMITTED
    session_id: int = 0
    session_epoch: int = -1


AT_ONCE = Reading(max_wait_ms=0)
"""Fetch what is there now."""


def fetch_partition(
    offset: int,
    *,
    partition: int = 0,
    reading: Reading = AT_ONCE,
    leader_epoch: int = -1,
) -> FetchPartition:
    """Return the part of a fetch that asks for one partition."""
    return FetchPartition(
        partition=partition,
        fetch_offset=offset,
        partition_max_bytes=reading.partition_max_bytes,
        current_leader_epoch=leader_epoch,
    )


def fetch_request(
    topic: Topic, *partitions: FetchPartition, reading: Reading = AT_ONCE
) -> FetchRequest:
    """Return the fetch of some partitions of a topic; of no topic if there are none."""
    part = FetchTopic(topic=topic.name, topic_id=topic.topic_id, partitions=partitions)
    return FetchRequest(
        max_wait_ms=reading.max_wait_ms,
        min_bytes=reading.min_bytes,
        max_bytes=reading.max_bytes,
        isolation_level=reading.isolation_level,
        session_id=reading.session_id,
        session_epoch=reading.session_epoch,
        topics=(part,) if partitions else (),
    )


def epoch_request(
    topic: Topic, epoch: int, *, current: int, partition: int
) -> OffsetForLeaderEpochRequest:
    """Return the question where an epoch ends, of a client that is in `current`."""
    part = OffsetForLeaderPartition(
        partition=partition, current_leader_epoch=current, leader_epoch=epoch
    )
    return OffsetForLeaderEpochRequest(
        topics=(OffsetForLeaderTopic(topic=topic.name, partitions=(part,)),)
    )


def offsets_request(
    topic: Topic, timestamp: int, *, partition: int = 0, **more: Any
) -> ListOffsetsRequest:
    """Return the request for the offset of one time in one partition.

    `more` are further fields of the partition.
    """
    part = ListOffsetsPartition(partition_index=partition, timestamp=timestamp, **more)
    return ListOffsetsRequest(
        replica_id=-1, topics=(ListOffsetsTopic(name=topic.name, partitions=(part,)),)
    )


def records_in(data: PartitionData, offset: int = 0) -> list[Record]:
    """Return the records of an answer from `offset` on."""
    return records_of(data, offset, READ_UNCOMMITTED)[0]


def values_in(data: PartitionData, offset: int = 0) -> list[bytes | None]:
    """Return the values of an answer's records from `offset` on."""
    return [record.value for record in records_in(data, offset)]
