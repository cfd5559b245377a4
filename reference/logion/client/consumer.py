"""A consumer of assigned partitions: it reads on from an offset, in order.

consumer = Consumer(cluster, ConsumerOptions(isolation_level=READ_COMMITTED))
consumer.assign({TopicPartition("log", 0): await consumer.earliest(partition)})
for received in await consumer.poll():
    print(received.partition, received.record.offset, received.record.value)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from logion.client.cluster import Cluster, raise_for
from logion.client.committed import READ_UNCOMMITTED, records_of
from logion.client.connection import Connection
from logion.names import ZERO_UUID, TopicPartition
from logion.protocol.messages.fetch import (
    FetchPartition,
    FetchRequest,
    FetchResponse,
    FetchTopic,
    PartitionData,
)
from logion.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopic,
)
from logion.records.record import Record

LATEST = -1
"""The timestamp that asks ListOffsets for the end of what may be read."""
EARLIEST = -2
"""The timestamp that asks ListOffsets for the log start offset."""


class Received(NamedTuple):
    """A record, and where it was read."""

    partition: TopicPartition
    record: Record


@dataclass(frozen=True, slots=True)
class ConsumerOptions:
    """How a consumer reads."""

    isolation_level: int = READ_UNCOMMITTED
    """1 for records of committed transactions only (KIP-98)."""
    max_wait_ms: int = 500
    """How long a broker may wait for `min_bytes`."""
    min_bytes: int = 1
    max_bytes: int = 50 * 1024 * 1024
    """Most bytes of an answer; a larger first batch comes all the same."""
    partition_max_bytes: int = 1024 * 1024
    """Most bytes of a partition; a larger first batch comes all the same."""


class Consumer:
    """Reads partitions the caller assigns, each from its own position."""

    def __init__(
        self, cluster: Cluster, options: ConsumerOptions | None = None
    ) -> None:
        """Read from `cluster`; nothing is assigned yet."""
        self.options = options or ConsumerOptions()
        self.positions: dict[TopicPartition, int] = {}
        """Offset of the next record of each assigned partition."""
        self._cluster = cluster

    def assign(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read exactly these partitions from now on, each from its offset."""
        self.positions = dict(positions)

    async def earliest(self, partition: TopicPartition) -> int:
        """Return the log start offset."""
        return await self.offset_at(partition, EARLIEST)

    async def latest(self, partition: TopicPartition) -> int:
        """Return the offset after the last record that may be read now."""
        return await self.offset_at(partition, LATEST)

    async def offset_at(self, partition: TopicPartition, timestamp_ms: int) -> int:
        """Return the first offset whose record is not older than a time.

        -1 if there is none; EARLIEST and LATEST are times too.
        """

        async def ask() -> int:
            request = offsets_request(
                partition, timestamp_ms, self.options.isolation_level
            )
            answer = await self._cluster.ask_leader(
                partition, request, ListOffsetsResponse
            )
            return offset_in(answer.topics[0].partitions[0])

        return await self._cluster.retry(ask, (partition.topic,))

    async def poll(self) -> list[Received]:
        """Return records that follow the positions, and move the positions past them.

        Asks each leader once and waits for at most `max_wait_ms` each; may return none.
        Errors that may pass are retried; OFFSET_OUT_OF_RANGE and others are raised, and
        no position moves.
        """
        topics = {partition.topic for partition in self.positions}
        return await self._cluster.retry(self._poll, topics)

    async def _poll(self) -> list[Received]:
        received: list[Received] = []
        positions: dict[TopicPartition, int] = {}
        for connection, share in (await self._by_leader()).items():
            answer = await connection.call(
                self._request(share),
                FetchResponse,
                timeout_s=self._cluster.options.timeout_s
                + self.options.max_wait_ms / 1000,
            )
            raise_for(answer.error_code)
            for partition, data in self._partitions(answer):
                raise_for(data.error_code, str(partition))
                records, positions[partition] = records_of(
                    data, self.positions[partition], self.options.isolation_level
                )
                received += (Received(partition, record) for record in records)
        self.positions.update(positions)  # now that nothing of it can be lost
        return received

    async def _by_leader(self) -> dict[Connection, list[TopicPartition]]:
        shares: dict[Connection, list[TopicPartition]] = {}
        for partition in self.positions:
            leader = await self._cluster.leader_connection(partition)
            shares.setdefault(leader, []).append(partition)
        return shares

    def _request(self, partitions: Sequence[TopicPartition]) -> FetchRequest:
        topics: dict[str, list[FetchPartition]] = {}
        for partition in partitions:
            wanted = FetchPartition(
                partition=partition.partition,
                fetch_offset=self.positions[partition],
                partition_max_bytes=self.options.partition_max_bytes,
            )
            topics.setdefault(partition.topic, []).append(wanted)
        ids = self._cluster.picture.topic_ids
        return FetchRequest(
            max_wait_ms=self.options.max_wait_ms,
            min_bytes=self.options.min_bytes,
            max_bytes=self.options.max_bytes,
            isolation_level=self.options.isolation_level,
            topics=tuple(
                FetchTopic(
                    topic=name,
                    topic_id=ids.get(name, ZERO_UUID),
                    partitions=tuple(wanted),
                )
                for name, wanted in topics.items()
            ),
        )

    def _partitions(
        self, answer: FetchResponse
    ) -> Iterator[tuple[TopicPartition, PartitionData]]:
        names = {uuid: name for name, uuid in self._cluster.picture.topic_ids.items()}
        for topic in answer.responses:
            for data in topic.partitions:
                name = topic.topic or names[topic.topic_id]
                yield TopicPartition(name, data.partition_index), data


def offsets_request(
    partition: TopicPartition, timestamp_ms: int, isolation_level: int
) -> ListOffsetsRequest:
    """Return the request for one offset of one partition."""
    wanted = ListOffsetsPartition(
        partition_index=partition.partition, timestamp=timestamp_ms
    )
    topic = ListOffsetsTopic(name=partition.topic, partitions=(wanted,))
    return ListOffsetsRequest(
        replica_id=-1, isolation_level=isolation_level, topics=(topic,)
    )


def offset_in(answer: ListOffsetsPartitionResponse) -> int:
    """Return the offset of an answer of any version; ApiError if it is an error."""
    raise_for(answer.error_code)
    if answer.old_style_offsets:  # version 0 lists them, newest first
        return answer.old_style_offsets[0]
    return answer.offset
