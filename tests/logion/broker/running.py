"""What the tests of the broker share: a broker in this process, and a client of it.

The broker is the real one, on a disk in memory and a real loopback socket, so a test
sees what a client sees. It is ready in a few milliseconds.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from logion.broker.broker import Broker, open_broker
from logion.broker.state import BrokerState
from logion.client.connection import Address, Connection, Options, connect
from logion.clock import Clock
from logion.config import NEWEST_RELEASE, BrokerConfig
from logion.config_shipped import shipped_settings
from logion.disk import Disk
from logion.names import ZERO_UUID, TopicPartition, Uuid
from logion.protocol.apis import response_class
from logion.protocol.messages.create_topics import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from logion.protocol.messages.fetch import FetchPartition, FetchRequest, FetchTopic
from logion.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from logion.protocol.releases import release as release_named
from logion.records.batch import scan_batches
from logion.records.record import BatchOptions, Record, read_records, write_batch
from logion.replica.partition import Partition
from logion.testing.clock import NEW_YEAR_2024_MS, FakeClock
from logion.testing.disk import MemoryDisk

T = TypeVar("T")

FOLDER = "data"

NARROW = {"offsets.topic.num.partitions": "3"}
"""Fewer than 50: a hundred tests ask for a group, and each makes the topic anew."""

RECORDS_SIZE_MAX = 2**24
NEWEST_PRODUCE_BY_NAME = 12
NEWEST_FETCH_BY_NAME = 12


@dataclass(slots=True)
class Running:
    """A broker that serves, a client connected to it, and the world they live in."""

    broker: Broker
    client: Connection
    disk: Disk
    clock: Clock

    @property
    def state(self) -> BrokerState:
        """Return the parts of the broker."""
        return self.broker.state

    @property
    def address(self) -> Address:
        """Return where the broker listens."""
        return Address(*self.broker.addresses[0])

    def partition(self, topic: str, index: int = 0) -> Partition:
        """Return a partition that must be there."""
        found = self.state.partitions.get(TopicPartition(topic, index))
        assert found is not None, f"the broker does not lead {topic}-{index}"
        return found

    def topic_id(self, topic: str) -> Uuid:
        """Return the id of a topic that must be there."""
        return self.state.cluster.image.topics[topic].id

    async def ask(self, request: Any, version: int | None = None) -> Any:
        """Return the answer to `request`, whatever API it is of."""
        return await ask(self.client, request, version)

    async def produce(self, topic: str, *records: bytes, acks: int = 1) -> list[Any]:
        """Append a buffer to each of partitions 0, 1, ...; return their answers."""
        newest = self.client.versions.newest(0)
        request = produce_request(topic, *records, acks=acks)
        answer = await self.ask(request, min(newest, NEWEST_PRODUCE_BY_NAME))
        return list(answer.responses[0].partition_responses)

    async def fetch(
        self, topic: str, *offsets: int, version: int | None = None, **fields: Any
    ) -> list[Any]:
        """Read partitions 0, 1, ... from these offsets on; return their answers."""
        newest = min(self.client.versions.newest(1), NEWEST_FETCH_BY_NAME)
        chosen = newest if version is None else version
        answer = await self.ask(fetch_request(topic, *offsets, **fields), chosen)
        return [it for topic in answer.responses for it in topic.partitions]

    async def create(
        self, topic: str, partitions: int = 1, configs: Mapping[str, str] | None = None
    ) -> None:
        """Make a topic, straight in the cluster: old releases have no API for it."""
        from logion.cluster.topics import NewTopic

        new = NewTopic(topic, partitions, 1, configs=dict(configs or {}))
        (made,) = await self.state.cluster.create_topics([new])
        assert not isinstance(made, Exception), made


@dataclass(frozen=True, slots=True)
class World:
    """What a broker stands on, so that another one can stand on it afterwards."""

    disk: Disk = field(default_factory=MemoryDisk)
    clock: Clock = field(default_factory=FakeClock)
    seed: int = 1


@asynccontextmanager
async def running(
    settings: Mapping[str, str] | None = None,
    *,
    release: str = NEWEST_RELEASE,
    world: World | None = None,
) -> AsyncIterator[Running]:
    """Give a broker of `release` with a client that has asked for its versions."""
    world = world or World()
    merged = {
        **shipped_settings(release),
        "log.dirs": FOLDER,
        "broker.id": "1",
        "listeners": "PLAINTEXT://127.0.0.1:0",
        **NARROW,
        **(settings or {}),
    }
    merged.pop("node.id", None)
    config = BrokerConfig.of(merged, release=release)
    chance = random.Random(world.seed)
    async with open_broker(config, world.clock, world.disk, chance) as broker:
        played = release_named(release)
        options = Options(
            timeout_s=10, negotiation_timeout_s=0.1, fallback=played, is_exact=True
        )
        address = Address(*broker.addresses[0])
        async with await connect(address, options) as client:
            yield Running(broker, client, world.disk, world.clock)


async def ask(client: Connection, request: Any, version: int | None = None) -> Any:
    """Return the answer to `request`, whatever API it is of."""
    from logion.client.versions import api_key_of

    answer = response_class(api_key_of(request))
    return await client.call(request, answer, version=version)


def create_request(
    *names: str,
    partitions: int = 1,
    replicas: int = 1,
    configs: Mapping[str, str | None] | None = None,
    validate_only: bool = False,
) -> CreateTopicsRequest:
    """Return a request for topics that are all alike."""
    rows = tuple(
        CreatableTopicConfig(name=key, value=value)
        for key, value in (configs or {}).items()
    )
    return CreateTopicsRequest(
        topics=tuple(
            CreatableTopic(
                name=name,
                num_partitions=partitions,
                replication_factor=replicas,
                assignments=(),
                configs=rows,
            )
            for name in names
        ),
        validate_only=validate_only,
    )


def fetch_request(
    topic: str | None,
    *offsets: int,
    topic_id: Uuid = ZERO_UUID,
    session: tuple[int, int] = (0, -1),
    partition: Mapping[str, int] | None = None,
    **fields: Any,
) -> FetchRequest:
    """Return a request for partitions 0, 1, ... of a topic from these offsets on.

    Without offsets it is partition 0 from its start; `session` is id and epoch, and
    `partition` holds fields of every partition. It does not wait unless told.
    """
    chosen_partition: dict[str, Any] = {"partition_max_bytes": 2**20}
    chosen_partition |= partition or {}
    wanted = tuple(
        FetchPartition(
            partition=index,
            fetch_offset=offset,
            **chosen_partition,
        )
        for index, offset in enumerate(offsets or (0,))
    )
    topics = (
        ()
        if topic is None
        else (FetchTopic(topic=topic, topic_id=topic_id, partitions=wanted),)
    )
    chosen = {"max_wait_ms": 0, "min_bytes": 1, **fields}
    return FetchRequest(
        session_id=session[0], session_epoch=session[1], topics=topics, **chosen
    )


def produce_request(
    topic: str,
    *records: bytes | None,
    acks: int = 1,
    topic_id: Uuid = ZERO_UUID,
    timeout_ms: int = 1000,
) -> ProduceRequest:
    """Return a request that appends one buffer to each of partitions 0, 1, ..."""
    rows = tuple(
        PartitionProduceData(index=index, records=data)
        for index, data in enumerate(records)
    )
    data = TopicProduceData(name=topic, topic_id=topic_id, partition_data=rows)
    return ProduceRequest(acks=acks, timeout_ms=timeout_ms, topic_data=(data,))


def batch(
    *values: bytes,
    timestamp: int = NEW_YEAR_2024_MS,
    options: BatchOptions | None = None,
) -> bytes:
    """Return a batch with a record for each value."""
    records = [
        Record(offset, timestamp, b"k", value) for offset, value in enumerate(values)
    ]
    return write_batch(records, options or BatchOptions())


def idempotent(
    sequence: int, *values: bytes, producer_id: int = 7, epoch: int = 0
) -> bytes:
    """Return a batch of an idempotent producer that begins with `sequence`."""
    options = BatchOptions(
        producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence
    )
    return batch(*(values or (b"v",)), options=options)


def values_of(records: Any) -> list[bytes | None]:
    """Return the values of the whole records in a fetched buffer."""
    stored = bytes(records)
    end = scan_batches(stored).end
    found = read_records(stored[:end], size_max=RECORDS_SIZE_MAX)
    return [record.value for record in found]
