"""The broker as a case meets it: its versions limited to the case's, a few usual acts.

Everything said is kept for the story of a failure; every wait is bounded; topics have
names of their own and are deleted at the end.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any, TypeAlias, TypeVar

import pytest
import trio
from logion.client.admin import BROKER, create_topic, delete_topics, describe_configs
from logion.client.cluster import Cluster, open_cluster, raise_for
from logion.client.connection import (
    Address,
    Connection,
    Exchange,
    Options,
    connect,
    open_stream,
)
from logion.client.producer import magic_of
from logion.names import ZERO_UUID, TopicPartition
from logion.protocol.apis import api_named
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.fetch import FetchResponse, PartitionData
from logion.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from logion.protocol.messages.list_offsets import (
    ListOffsetsPartitionResponse,
    ListOffsetsResponse,
)
from logion.protocol.messages.offset_for_leader_epoch import (
    EpochEndOffset,
    OffsetForLeaderEpochResponse,
)
from logion.protocol.messages.produce import (
    PartitionProduceResponse,
    ProduceResponse,
)
from logion.records.record import BatchOptions, Record

from logion_conformance import material
from logion_conformance.case import untestable
from logion_conformance.expect import Broken, expect_success
from logion_conformance.material import AT_ONCE, Reading, Topic
from logion_conformance.relying import to_be_set
from logion_conformance.securing import IN_CLEAR, Security
from logion_conformance.tape import Tape
from logion_conformance.targets import Target

Answer = TypeVar("Answer")


INT_MAX = 2**31 - 1
"""The largest number of four bytes."""

REPLICAS = "default.replication.factor"
"""A broker's setting: how many replicas a topic has that is made without a number."""

NAMES = count()
"""Numbers for names: no two topics of a run share one."""


def unheard_of(prefix: str) -> str:
    """Return a name that nothing else in the run has.

    Clients have one each too: what a quota holds one case to, others feel nothing of.
    """
    return f"{prefix}-{os.getpid()}-{next(NAMES)}"


def named(configs: Mapping[str, str]) -> dict[str, str]:
    """Return settings by their names, of keywords: `max_message_bytes`."""
    return {key.replace("_", "."): value for key, value in configs.items()}


Place: TypeAlias = tuple[int, tuple[int, int]]
"""How much was said by then: exchanges, and where the tape was."""


@dataclass(frozen=True, slots=True)
class Story:
    """What a case has said and heard."""

    exchanges: list[Exchange]
    tape: Tape

    @property
    def place(self) -> Place:
        """Where it is now."""
        return len(self.exchanges), self.tape.place

    def cut(self, place: Place) -> None:
        """Leave out what came after a place."""
        said, taped = place
        del self.exchanges[said:]
        self.tape.cut(taped)


class Subject:
    """The broker under test, for one case."""

    def __init__(
        self, target: Target, cluster: Cluster, stack: AsyncExitStack, prefix: str
    ) -> None:
        """Speak to `target` through `cluster`; further connections end with `stack`."""
        self.target = target
        self.cluster = cluster
        self.security = IN_CLEAR
        """How it is reached."""
        self.story = Story([], Tape())
        """What was said to it."""
        self._versions = target.versions.within(cluster.options.limits)
        self._stack = stack
        self._prefix = prefix
        self._topics: list[str] = []
        self._afterwards: list[Callable[[], Awaitable[None]]] = []

    # --- what it speaks -----------------------------------------------------------

    @property
    def address(self) -> Address:
        """Where it was first met."""
        return self.target.bootstrap[0]

    def version(self, name: str) -> int:
        """Return the version of an API that the case speaks."""
        return self._versions.newest(api_named(name).key)

    def advertises(self, name: str, version: int = 0) -> bool:
        """Whether the broker speaks this version of an API or a newer one."""
        spoken = self.target.versions.spoken.get(api_named(name).key)
        return spoken is not None and spoken.last >= version

    def need(self, name: str, version: int = 0) -> None:
        """Go on only with a broker that speaks an API; UNSUPPORTED if not."""
        if not self.advertises(name, version):
            pytest.skip(f"the broker does not advertise {name} v{version}")

    async def need_deletion(self) -> None:
        """Go on only where topics can be deleted, which was off before 1.0."""
        self.need("DescribeConfigs")
        node_id = next(iter(self.cluster.picture.nodes))
        settings = await describe_configs(self.cluster, BROKER, str(node_id))
        if settings.get("delete.topic.enable") == "false":
            pytest.skip("the broker's delete.topic.enable is false")

    def setting(self, key: str) -> str | None:
        """Return what the broker says that a setting of its own is; None: nothing."""
        return self.target.settings.get(key)

    def number(self, key: str, default: int) -> int:
        """Return a setting of the broker that is a number, or `default`."""
        told = self.setting(key) or ""
        return int(told) if told.isdecimal() else default

    def need_number(self, key: str, least: int) -> None:
        """Go on unless the broker says that a setting is less; UNSUPPORTED if it is."""
        told = self.number(key, least)
        if told < least:
            pytest.skip(f"the broker's {key} is {told}, the case needs {least}")

    def need_bound(self, key: str) -> None:
        """Go on unless a setting is as large as numbers are; UNSUPPORTED if it is."""
        if self.number(key, 0) >= INT_MAX:
            pytest.skip(f"the broker's {key} is {INT_MAX}, which nothing is above")

    def need_default_replicas(self) -> None:
        """Go on only where there are brokers for the replicas that a topic gets."""
        brokers = len(self.cluster.picture.nodes)
        told = self.number(REPLICAS, brokers)
        if told > brokers:
            pytest.skip(f"the broker's {REPLICAS} is {told}, of {brokers} brokers")

    @property
    def magic(self) -> int:
        """The record format that the case's version of Produce carries."""
        return magic_of(self.version("Produce"))

    # --- connections --------------------------------------------------------------

    async def connect(self) -> Connection:
        """Return a further connection, which ends with the case."""
        return await self.connect_to(self.address)

    async def connect_to(self, address: Address) -> Connection:
        """Return a further connection, to the broker that listens there."""
        opened = await connect(address, self.cluster.options)
        self._stack.push_async_callback(opened.aclose)
        return opened

    async def connect_to_leader(self, topic: Topic) -> Connection:
        """Return a further connection, to the leader of partition 0."""
        at = TopicPartition(topic.name, 0)
        node = self.cluster.picture.nodes[(await self.cluster.leader(at)).node_id]
        return await self.connect_to(Address(node.host, node.port))

    async def connect_to_controller(self) -> Connection:
        """Return a further connection, to the controller; to any, if none is named."""
        picture = self.cluster.picture
        node = picture.nodes.get(picture.controller_id)
        return await self.connect_to(
            Address(node.host, node.port) if node else self.address
        )

    async def connect_mutely(self) -> Connection:
        """Return a further connection on which nothing has been said."""
        options = self.cluster.options
        stream = await open_stream(self.address, options)
        connection = Connection(stream, options)
        self._stack.push_async_callback(connection.aclose)
        return connection

    async def met_by(self, user: Security) -> Subject:
        """Return the broker as somebody else meets it, until the end of the case.

        What is made stays with this one: the other has no topics of its own.
        """
        return await self._met(user, replace(self.cluster.options, dial=user.dial))

    async def another(self) -> Subject:
        """Return the broker as one more client meets it, by connections of its own.

        As with `met_by`, what is made stays with this one.
        """
        return await self._met(self.security, self.cluster.options)

    async def _met(self, user: Security, options: Options) -> Subject:
        options = replace(options, client_id=unheard_of(self._prefix))
        opened = open_cluster(self.target.bootstrap, options)
        cluster = await self._stack.enter_async_context(opened)
        met = Subject(self.target, cluster, self._stack, self._prefix)
        met.security = user
        return met

    async def say(self, connection: Connection, data: bytes) -> None:
        """Send bytes that may end the connection, which `next_frame` will tell: the end
        may come before all is sent, as a reset."""
        with suppress(ApiError):
            await connection.send(data)

    async def next_frame(self, connection: Connection) -> bytes | None:
        """Return the next frame, None at the stream's end; Broken after a while."""
        limit = self.cluster.options.timeout_s
        with trio.move_on_after(limit):
            return await connection.receive()
        raise Broken(
            "the connection",
            expected="an answer, or its end",
            came=f"nothing within {limit} s",
        )

    # --- topics -------------------------------------------------------------------

    def new_name(self, *, tail: str = "", size: int = 0) -> str:
        """Return a name no topic has; a topic of it is deleted after the case.

        It ends with `tail`, and is filled up to `size` characters.
        """
        name = f"{self.name_of_its_own()}{tail}".ljust(size, "x")
        self._topics.append(name)
        return name

    def name_of_its_own(self) -> str:
        """Return a name that nothing else in the run has."""
        return unheard_of(self._prefix)

    async def topic(self, partitions: int = 1, **configs: str) -> Topic:
        """Return a new topic that is ready; UNSUPPORTED if it cannot be made.

        A keyword `max_message_bytes` is the setting `max.message.bytes`. What else is
        relied on is as by Kafka's defaults, whatever the broker's are: see `relying`.
        """
        return await self.made(self.new_name(), partitions, **configs)

    async def topic_by_default(self, **configs: str) -> Topic:
        """Return a new topic with whatever other settings the broker gives it."""
        name = self.new_name()
        await create_topic(self.cluster, name, configs=named(configs))
        return await self.ready(name)

    async def made(self, name: str, partitions: int = 1, **configs: str) -> Topic:
        """Return the topic of that name, made and ready: see `topic`."""
        settings = named(configs)
        if self.advertises("CreateTopics"):
            settings = {**to_be_set(self.target.settings), **settings}
            await create_topic(
                self.cluster, name, partitions=partitions, configs=settings
            )
        elif partitions != 1 or settings:
            await self._go_on_elsewhere(partitions, settings)
        return await self.ready(name, partitions)

    async def _go_on_elsewhere(
        self, partitions: int, settings: Mapping[str, str]
    ) -> None:
        """Let the case go on with a broker that makes topics like this by itself."""
        if self.target.elsewhere is None:
            untestable("topics like this need CreateTopics")
        start = partial(self.target.elsewhere, partitions, settings)
        self.target = await trio.to_thread.run_sync(start)
        opened = open_cluster(self.target.bootstrap, self.cluster.options)
        self.cluster = await self._stack.enter_async_context(opened)

    async def ready(self, name: str, partitions: int = 1) -> Topic:
        """Return a topic once each of its partitions answers; it is made if need be."""
        for number in range(partitions):
            at = TopicPartition(name, number)
            await self.cluster.retry(partial(self._answers, at), (name,))
        return Topic(name, self.cluster.picture.topic_ids.get(name, ZERO_UUID))

    async def again(self, *topics: Topic) -> None:
        """Wait until the broker, which was away, leads the topics of the case again."""
        for topic in topics:
            self.cluster.picture = self.cluster.picture.without([topic.name])
            await self.ready(topic.name)

    async def _answers(self, at: TopicPartition) -> None:
        if at not in self.cluster.picture.leaders:
            create = not self.advertises("CreateTopics")
            await self.cluster.refresh((at.topic,), create=create)
        request = material.offsets_request(
            Topic(at.topic), material.LATEST, partition=at.partition
        )
        answer = await self.cluster.ask_leader(at, request, ListOffsetsResponse)
        raise_for(answer.topics[0].partitions[0].error_code)

    def afterwards(self, act: Callable[[], Awaitable[None]]) -> None:
        """See that something is done at the end of the case, however it ends."""
        self._afterwards.append(act)

    async def clean_up(self) -> None:
        """Do what was to be done; delete the topics where the broker can."""
        for act in self._afterwards:
            with suppress(ApiError):
                await act()
        if self._topics and self.advertises("DeleteTopics"):
            with suppress(ApiError):  # of names that were never made, for one
                await delete_topics(self.cluster, self._topics, timeout_ms=1_000)

    # --- the usual acts -----------------------------------------------------------

    async def ask(self, request: Any, answer: type[Answer]) -> Answer:
        """Return the broker's answer, in the version of the case."""
        return await self.cluster.ask(request, answer)

    async def ask_controller(self, request: Any, answer: type[Answer]) -> Answer:
        """Return the controller's answer, in the version of the case."""
        return await self.cluster.ask_controller(request, answer)

    async def ask_leader(
        self, topic: Topic, request: Any, answer: type[Answer], *, partition: int = 0
    ) -> Answer:
        """Return the answer of a partition's leader, in the version of the case."""
        at = TopicPartition(topic.name, partition)
        return await self.cluster.ask_leader(at, request, answer)

    def batch(self, *values: bytes, **options: Any) -> bytes:
        """Return a batch in the record format of the case's version of Produce."""
        chosen = BatchOptions(**{"magic": self.magic, **options})
        return material.batch(*values, options=chosen)

    async def produce(
        self, topic: Topic, records: bytes, *, acks: int = -1, partition: int = 0
    ) -> PartitionProduceResponse:
        """Return what the leader says of a produce to one partition."""
        request = material.produce_request(
            topic, records, acks=acks, partition=partition
        )
        answer = await self.ask_leader(
            topic, request, ProduceResponse, partition=partition
        )
        return answer.responses[0].partition_responses[0]

    async def append(self, topic: Topic, *values: bytes, partition: int = 0) -> int:
        """Return the base offset of a batch that is appended; Broken if it is not."""
        came = await self.produce(topic, self.batch(*values), partition=partition)
        expect_success(came.error_code, "the error code of a plain produce")
        return came.base_offset

    async def fetch(
        self,
        topic: Topic,
        offset: int = 0,
        *,
        partition: int = 0,
        reading: Reading = AT_ONCE,
    ) -> PartitionData:
        """Return what the leader says of a fetch of one partition."""
        wanted = material.fetch_partition(offset, partition=partition, reading=reading)
        request = material.fetch_request(topic, wanted, reading=reading)
        answer = await self.ask_leader(
            topic, request, FetchResponse, partition=partition
        )
        expect_success(answer.error_code, "the error code of the whole fetch")
        return answer.responses[0].partitions[0]

    async def read(self, topic: Topic, count: int, offset: int = 0) -> list[Record]:
        """Return `count` records from an offset on, or those there are.

        One fetch may bring fewer, a batch at least: the next one goes on from there.
        """
        records: list[Record] = []
        while len(records) < count:
            more = material.records_in(await self.fetch(topic, offset), offset)
            if not more:
                break
            records += more
            offset = more[-1].offset + 1
        return records

    async def producer_id(self) -> InitProducerIdResponse:
        """Return a new producer id, for an idempotent producer."""

        async def ask() -> InitProducerIdResponse:
            request = InitProducerIdRequest(
                transactional_id=None, transaction_timeout_ms=0
            )
            came = await self.ask(request, InitProducerIdResponse)
            raise_for(came.error_code)
            return came

        return await self.cluster.retry(ask)

    async def until_gone(self, topic: Topic) -> None:
        """See that a topic vanishes from Metadata, at once or soon."""

        async def look() -> None:
            picture = await self.cluster.refresh((topic.name,))
            if topic.name not in picture.errors:
                raise ApiError(Error.REQUEST_TIMED_OUT, f"{topic.name} is still there")

        await self.cluster.retry(look)

    async def made_again(self, topic: Topic) -> Topic:
        """Make a topic by the name of one that is being deleted, once that is over."""
        self.cluster.picture = self.cluster.picture.without((topic.name,))
        settings = to_be_set(self.target.settings)

        async def make() -> None:
            try:
                await create_topic(self.cluster, topic.name, configs=settings)
            except ApiError as problem:
                if problem.error is not Error.TOPIC_ALREADY_EXISTS:
                    raise
                text = f"the old {topic.name} is still there"
                raise ApiError(Error.REQUEST_TIMED_OUT, text) from None

        await self.cluster.retry(make)
        return await self.ready(topic.name)

    async def list_offset(
        self, topic: Topic, timestamp: int, *, partition: int = 0, **more: Any
    ) -> ListOffsetsPartitionResponse:
        """Return what the leader says of the offset of one time in one partition."""
        request = material.offsets_request(
            topic, timestamp, partition=partition, **more
        )
        answer = await self.ask_leader(
            topic, request, ListOffsetsResponse, partition=partition
        )
        return answer.topics[0].partitions[0]

    async def epoch_end(
        self, topic: Topic, epoch: int, *, current: int = -1, partition: int = 0
    ) -> EpochEndOffset:
        """Return what the leader says of the end of an epoch."""
        request = material.epoch_request(
            topic, epoch, current=current, partition=partition
        )
        came = await self.ask_leader(topic, request, OffsetForLeaderEpochResponse)
        return came.topics[0].partitions[0]

    async def end_offset(self, topic: Topic) -> int:
        """Return the offset the next record of partition 0 will get."""
        came = await self.list_offset(topic, material.LATEST)
        expect_success(came.error_code, "the error code of ListOffsets")
        return came.old_style_offsets[0] if came.old_style_offsets else came.offset
