"""What the tests of deviations share: a broker, a client of it, odd batches."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import crc32c
import trio
from logion.client.connection import Address, Connection, Options, connect
from logion.client.versions import api_key_of
from logion.protocol.apis import response_class
from logion.protocol.errors import Error
from logion.protocol.messages.create_topics import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from logion.protocol.messages.fetch import (
    FetchPartition,
    FetchRequest,
    FetchTopic,
    PartitionData,
)
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataResponseTopic,
)
from logion.protocol.messages.produce import (
    PartitionProduceData,
    PartitionProduceResponse,
    ProduceRequest,
    TopicProduceData,
)
from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record, write_batch
from logion.testing.broker import Broker

TIME = 1_700_000_000_000
FUTURE = 4_000_000_000_000
HEADER_SIZE = 61
COMPRESSED = BatchOptions(codec=Codec.GZIP)


class Client:
    """A client of a broker, with the few requests these tests make."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def ask(self, request: Any, version: int | None = None) -> Any:
        answer = response_class(api_key_of(request))
        return await self.connection.call(request, answer, version=version)

    async def create(
        self, name: str, configs: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        settings = (configs or {}).items()
        topic = CreatableTopic(
            name=name,
            num_partitions=1,
            replication_factor=1,
            assignments=(),
            configs=tuple(CreatableTopicConfig(name=k, value=v) for k, v in settings),
        )
        made = await self.ask(CreateTopicsRequest(topics=(topic,), **more))
        assert made.topics[0].error_code == Error.NONE

    async def produce(
        self, records: bytes, topic: str = "t", version: int = 8
    ) -> PartitionProduceResponse:
        """Append to partition 0 of a topic."""
        data = PartitionProduceData(index=0, records=records)
        part = TopicProduceData(name=topic, partition_data=(data,))
        request = ProduceRequest(acks=-1, timeout_ms=1000, topic_data=(part,))
        answer = await self.ask(request, version)
        found: PartitionProduceResponse = answer.responses[0].partition_responses[0]
        return found

    async def fetch(
        self, topic: str = "t", *, replica: int = -1, version: int = 10
    ) -> PartitionData:
        """Read partition 0 of a topic from the start."""
        asked = FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=1 << 20)
        answer = await self.ask(
            FetchRequest(
                replica_id=replica,
                max_wait_ms=0,
                min_bytes=0,
                topics=(FetchTopic(topic=topic, partitions=(asked,)),),
            ),
            version,
        )
        found: PartitionData = answer.responses[0].partitions[0]
        return found

    async def stored(self, topic: str = "t") -> bytes:
        """Return the records of partition 0 as they come."""
        return bytes((await self.fetch(topic)).records or b"")

    async def topics(self) -> tuple[MetadataResponseTopic, ...]:
        request = MetadataRequest(topics=None)
        found: tuple[MetadataResponseTopic, ...] = (await self.ask(request)).topics
        return found

    async def is_closed_after(self, *parts: bytes) -> bool:
        """Send one frame; tell whether the broker closes instead of answering."""
        frame = b"".join(parts)
        await self.connection.send(len(frame).to_bytes(4) + frame)
        with trio.fail_after(60):
            return await self.connection.receive() is None


@asynccontextmanager
async def client_of(broker: Broker) -> AsyncIterator[Client]:
    """Connect to a broker."""
    host, port = broker.bootstrap.split(":")
    async with await connect(Address(host, int(port)), Options()) as connection:
        yield Client(connection)


@asynccontextmanager
async def broker_and_client(
    release: str = "3.9", **config: str
) -> AsyncIterator[Client]:
    """Run a broker with a topic `t`, and connect to it."""
    settings = {key.replace("_", "."): value for key, value in config.items()}
    async with (
        Broker(release=release, config=settings) as broker,
        client_of(broker) as client,
    ):
        await client.create("t")
        yield client


def batch(*offsets: int, options: BatchOptions = COMPRESSED, time: int = TIME) -> bytes:
    """Return a batch with a record at each offset."""
    return write_batch([Record(it, time, b"k", b"v" * 9) for it in offsets], options)


def patched(whole: bytes, at: int, form: str, value: int) -> bytes:
    """Return a batch with a number of its header replaced, its checksum right."""
    changed = bytearray(whole)
    struct.pack_into(form, changed, at, value)
    return with_checksum(changed)


def holding(header: bytes, body: bytes) -> bytes:
    """Return the batch of `header` with other bytes in place of its records."""
    changed = bytearray(header[:HEADER_SIZE] + body)
    struct.pack_into(">i", changed, 8, len(changed) - 12)
    return with_checksum(changed)


def with_checksum(changed: bytearray) -> bytes:
    struct.pack_into(">I", changed, 17, crc32c.crc32c(bytes(changed[21:])))
    return bytes(changed)


MAGIC = 16
LAST_OFFSET_DELTA = (23, ">i")
MAX_TIMESTAMP = (35, ">q")


def unstamped(stored: bytes) -> bytes:
    """Return a batch without the leader epoch that the leader stamped into it."""
    return stored[:12] + b"\xff" * 4 + stored[16:]
