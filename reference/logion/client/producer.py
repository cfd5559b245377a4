"""A producer: records gathered per partition, sent in batches to the leaders.

    async with open_producer(cluster, ProducerOptions(codec=Codec.GZIP)) as producer:
        await producer.add(TopicPartition("log", 0), b"...")
        sent = await producer.flush()

There is no linger time: a full batch is sent by the `add` that fills it, the rest by
`flush`, which the end of the context calls too. Errors that may pass are retried with
the same batch and, for an idempotent producer, the same sequence numbers, so that the
broker appends it once (KIP-98).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

import trio

from logion.client.batching import Gathering, Identity, Outgoing
from logion.client.cluster import Cluster, raise_for
from logion.client.connection import Connection
from logion.clock import Clock, SystemClock
from logion.names import ZERO_UUID, ProducerEpoch, ProducerId, TopicPartition
from logion.protocol.apis import PRODUCE
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from logion.protocol.messages.produce import (
    PartitionProduceData,
    PartitionProduceResponse,
    ProduceRequest,
    ProduceResponse,
    TopicProduceData,
)
from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record, write_batch

DUPLICATE = Error.DUPLICATE_SEQUENCE_NUMBER
"""Brokers answer so a batch they have, but no longer know the offsets of."""


class Sent(NamedTuple):
    """Where a batch ended up."""

    partition: TopicPartition
    base_offset: int
    """Offset of its first record; -1 if the broker did not say (acks=0)."""
    count: int  # type: ignore[assignment]  # hides tuple.count, on purpose
    """How many records it holds."""


@dataclass(frozen=True, slots=True)
class ProducerOptions:
    """How a producer sends."""

    acks: int = -1
    """-1: all of the ISR, 1: the leader alone, 0: no answer at all."""
    codec: Codec = Codec.NONE
    """How the batches are compressed."""
    is_idempotent: bool = False
    """Whether retries are recognised by the broker; needs acks=-1."""
    timeout_ms: int = 30_000
    """How long the leader may wait for its followers."""
    batch_size_max: int = 900_000
    """A batch ends before it holds more bytes, unless a single record does."""


@asynccontextmanager
async def open_producer(
    cluster: Cluster,
    options: ProducerOptions | None = None,
    *,
    clock: Clock | None = None,
) -> AsyncIterator[Producer]:
    """Yield a producer; what it still holds at the end is sent, unless in failure."""
    options = options or ProducerOptions()
    identity = await new_identity(cluster) if options.is_idempotent else Identity()
    producer = Producer(cluster, options, identity, clock or SystemClock())
    yield producer
    await producer.flush()


async def new_identity(cluster: Cluster) -> Identity:
    """Return a producer id that no other producer has."""

    async def ask() -> Identity:
        request = InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=0)
        answer = await cluster.ask(request, InitProducerIdResponse)
        raise_for(answer.error_code)
        return Identity(
            ProducerId(answer.producer_id), ProducerEpoch(answer.producer_epoch)
        )

    return await cluster.retry(ask)


class Producer:
    """Sends records to partitions the caller names."""

    def __init__(
        self,
        cluster: Cluster,
        options: ProducerOptions,
        identity: Identity,
        clock: Clock,
    ) -> None:
        """Gather for `cluster`; `open_producer` is the way to get one."""
        self.options = options
        self._cluster = cluster
        self._clock = clock
        self._sending = trio.Lock()
        self._gathering = Gathering(identity, batch_size_max=options.batch_size_max)

    async def add(
        self,
        partition: TopicPartition,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Iterable[tuple[str, bytes | None]] = (),
        timestamp_ms: int | None = None,
    ) -> None:
        """Gather a record, by default of now; send what is gathered once it is much."""
        if timestamp_ms is None:
            timestamp_ms = self._clock.time_ms()
        record = Record(0, timestamp_ms, key, value, tuple(headers))
        if self._gathering.add(partition, record):
            await self.flush()

    async def flush(self) -> list[Sent]:
        """Send all that is gathered; return where it ended up, partition by partition.

        Raises the ApiError that stands in the way of a batch; that batch is then lost
        to this producer, and so is an idempotent producer's numbering.
        """
        sent: list[Sent] = []
        async with self._sending:
            while batches := self._gathering.take():
                sent += await self._send_all(batches)
        return sent

    async def _send_all(self, batches: Sequence[Outgoing]) -> list[Sent]:
        waiting = {batch.partition: batch for batch in batches}
        sent: list[Sent] = []

        async def attempt() -> None:
            failure: ApiError | None = None
            for connection, share in (await self._by_leader(waiting.values())).items():
                for outcome in await self._send(connection, share):
                    if isinstance(outcome, Sent):
                        sent.append(outcome)
                        del waiting[outcome.partition]
                    else:
                        failure = worse(failure, outcome)
            if failure is not None:
                raise failure

        topics = {batch.partition.topic for batch in batches}
        await self._cluster.retry(attempt, topics)
        return sent

    async def _by_leader(
        self, batches: Iterable[Outgoing]
    ) -> dict[Connection, list[Outgoing]]:
        shares: dict[Connection, list[Outgoing]] = {}
        for batch in batches:
            leader = await self._cluster.leader_connection(batch.partition)
            shares.setdefault(leader, []).append(batch)
        return shares

    async def _send(
        self, connection: Connection, batches: Sequence[Outgoing]
    ) -> list[Sent | ApiError]:
        version = connection.versions.newest(PRODUCE)
        request = self._request(batches, version)
        by_partition = {batch.partition: batch for batch in batches}
        if self.options.acks == 0:
            await connection.tell(request, version=version)
            return [Sent(batch.partition, -1, len(batch.records)) for batch in batches]
        answer = await connection.call(request, ProduceResponse, version=version)
        names = {uuid: name for name, uuid in self._cluster.picture.topic_ids.items()}
        return [
            outcome(by_partition[TopicPartition(name, each.index)], each)
            for topic in answer.responses
            for name in (topic.name or names[topic.topic_id],)
            for each in topic.partition_responses
        ]

    def _request(self, batches: Sequence[Outgoing], version: int) -> ProduceRequest:
        by_topic: dict[str, list[PartitionProduceData]] = {}
        for batch in batches:
            records = self._encode(batch, version)
            data = PartitionProduceData(
                index=batch.partition.partition, records=records
            )
            by_topic.setdefault(batch.partition.topic, []).append(data)
        topic_ids = self._cluster.picture.topic_ids
        return ProduceRequest(
            acks=self.options.acks,
            timeout_ms=self.options.timeout_ms,
            topic_data=tuple(
                TopicProduceData(
                    name=name,
                    topic_id=topic_ids.get(name, ZERO_UUID),
                    partition_data=tuple(data),
                )
                for name, data in by_topic.items()
            ),
        )

    def _encode(self, batch: Outgoing, version: int) -> bytes:
        identity = self._gathering.identity
        options = BatchOptions(
            magic=magic_of(version),
            codec=self.options.codec,
            producer_id=identity.producer_id,
            producer_epoch=identity.producer_epoch,
            base_sequence=batch.base_sequence,
        )
        return write_batch(batch.records, options)


def magic_of(version: int) -> int:
    """Return the message format that a version of Produce carries."""
    return 2 if version >= 3 else 1 if version == 2 else 0


def outcome(batch: Outgoing, answer: PartitionProduceResponse) -> Sent | ApiError:
    """Return where a batch went, or the error it met; a known duplicate has arrived."""
    if answer.error_code in (Error.NONE, DUPLICATE):
        return Sent(batch.partition, answer.base_offset, len(batch.records))
    return ApiError(Error.of(answer.error_code), f"{batch.partition} refused a batch")


def worse(one: ApiError | None, other: ApiError) -> ApiError:
    """Return the error that decides: one that does not pass, if there is one."""
    return one if one is not None and not one.error.retriable else other
