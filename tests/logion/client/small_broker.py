"""A broker of a few hundred lines, in memory: right, or wrong in one known way.

The client's tests talk to it, and the conformance suite has to catch its faults. It has
one node, keeps batches of magic 2, and speaks the versions in SPOKEN.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import trio
from logion.client.cluster import Cluster, open_cluster
from logion.client.connection import Address, Options
from logion.protocol.apis import api_named, request_class
from logion.protocol.codec import decode
from logion.protocol.errors import ApiError, Error, ProtocolError
from logion.protocol.framing import FrameBuffer
from logion.protocol.headers import (
    RequestHeader,
    encode_response,
    read_request_header,
)
from logion.protocol.messages.api_versions import ApiVersion, ApiVersionsResponse
from logion.protocol.messages.create_topics import (
    CreatableTopicResult,
    CreateTopicsResponse,
)
from logion.protocol.messages.delete_topics import (
    DeletableTopicResult,
    DeleteTopicsResponse,
)
from logion.protocol.messages.describe_configs import (
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
)
from logion.protocol.messages.fetch import (
    FetchableTopicResponse,
    FetchResponse,
    PartitionData,
)
from logion.protocol.messages.init_producer_id import InitProducerIdResponse
from logion.protocol.messages.list_offsets import (
    ListOffsetsPartitionResponse,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
)
from logion.protocol.messages.metadata import (
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from logion.protocol.messages.produce import (
    PartitionProduceResponse,
    ProduceResponse,
    TopicProduceResponse,
)
from logion.records.batch import check_crc, parse_batches, stamp

SPOKEN = {
    "Produce": (3, 9),
    "Fetch": (4, 11),
    "ListOffsets": (1, 6),
    "Metadata": (0, 9),
    "ApiVersions": (0, 3),
    "CreateTopics": (2, 5),
    "DeleteTopics": (1, 5),
    "InitProducerId": (0, 1),
    "DescribeConfigs": (0, 4),
}

Store = list[bytearray]


@dataclass
class SmallBroker:
    """What it knows, and how it is wrong."""

    fault: str = ""
    port: int = 0
    topics: dict[str, list[Store]] = field(default_factory=dict)
    sequences: dict[tuple[str, int, int], dict[int, int]] = field(default_factory=dict)
    """Base offset by base sequence, by topic, partition and producer."""
    failures: list[Error] = field(default_factory=list)
    """Errors that the next produces are answered with."""
    asked: list[tuple[str, int]] = field(default_factory=list)
    """API and version of every request."""
    unaware: int = 0
    """How many requests it must have got before it knows that it is there."""
    spoken: dict[str, tuple[int, int]] = field(default_factory=lambda: dict(SPOKEN))
    news: trio.Event = field(default_factory=trio.Event)
    producers: int = 0
    held: list[bytes] = field(default_factory=list)
    """Answers of "answers-out-of-order" that come after the next one."""

    @property
    def address(self) -> Address:
        """Where it listens."""
        return Address("127.0.0.1", self.port)

    # --- connections ---------------------------------------------------------------

    async def serve(self, stream: trio.SocketStream) -> None:
        """Answer the requests of one connection until it ends, or breaks the rules."""
        frames = FrameBuffer(1 << 20)
        try:
            while data := await stream.receive_some(65_536):
                space = frames.space()
                while len(space) < len(data):
                    space[:] = data[: len(space)]
                    data = data[len(space) :]
                    frames.received(len(space))
                    space = frames.space()
                space[: len(data)] = data
                frames.received(len(data))
                await self.answer_all(stream, frames)
        except (ProtocolError, ApiError, trio.BrokenResourceError):
            pass
        finally:
            await trio.aclose_forcefully(stream)

    async def answer_all(self, stream: trio.SocketStream, frames: FrameBuffer) -> None:
        """Answer every whole request received."""
        while (frame := frames.next_frame()) is not None:
            answer = await self.answer(bytes(frame))
            is_late = self.asked[-1:] and self.asked[-1][0] == "Produce"
            if answer is None:
                continue
            if self.fault == "answers-out-of-order" and is_late:
                self.held.append(answer)
                continue
            await stream.send_all(b"".join([answer, *self.held]))
            self.held.clear()

    async def answer(self, frame: bytes) -> bytes | None:
        """Return the answer to a request as a frame; None if there is none."""
        header, offset = read_request_header(frame)
        if self.fault == "ignores-unknown-apis" and header.api_key > 1_000:
            return None
        name, version = self.known(header)
        self.asked.append((name, version))
        if name == "ApiVersions" and version > self.spoken[name][1]:
            code = 0 if self.fault == "no-error-35" else 35
            rows = self.rows("ApiVersions")
            refusal = ApiVersionsResponse(error_code=code, api_keys=rows)
            return self.written(refusal, 0, header)
        request = decode(request_class(header.api_key), version, frame, offset=offset)
        answer = await self.handlers()[name](request)
        is_quiet = name == "Produce" and request.acks == 0
        if is_quiet and self.fault != "answers-acks-zero":
            return None
        return self.written(answer, version, header)

    def handlers(self) -> dict[str, Callable[[Any], Awaitable[Any]]]:
        """Return what answers the requests of each API."""
        return {
            "Produce": self.produce,
            "Fetch": self.fetch,
            "ListOffsets": self.list_offsets,
            "Metadata": self.metadata,
            "ApiVersions": self.api_versions,
            "CreateTopics": self.create_topics,
            "DeleteTopics": self.delete_topics,
            "InitProducerId": self.init_producer_id,
            "DescribeConfigs": self.describe_configs,
        }

    def known(self, header: RequestHeader) -> tuple[str, int]:
        """Return API and version; ProtocolError if we do not speak it."""
        for name, (first, last) in self.spoken.items():
            is_spoken = first <= header.api_version <= last or name == "ApiVersions"
            if api_named(name).key == header.api_key and is_spoken:
                return name, header.api_version
        raise ProtocolError(f"API {header.api_key} version {header.api_version}")

    def written(self, answer: Any, version: int, header: RequestHeader) -> bytes:
        """Return an answer as a frame."""
        frame = b"".join(encode_response(answer, version, header.correlation_id))
        if self.fault == "trailing-bytes" and isinstance(answer, MetadataResponse):
            frame = (len(frame) - 3).to_bytes(4) + frame[4:] + b"!"
        return frame

    # --- records --------------------------------------------------------------------

    async def produce(self, request: Any) -> ProduceResponse:
        """Append."""
        responses = tuple(
            TopicProduceResponse(
                name=topic.name,
                partition_responses=tuple(
                    self.append(topic.name, data, request.acks)
                    for data in topic.partition_data
                ),
            )
            for topic in request.topic_data
        )
        return ProduceResponse(responses=responses)

    def append(self, topic: str, data: Any, acks: int) -> PartitionProduceResponse:
        """Append the records of one partition, or say why not."""
        try:
            offset = self.append_checked(topic, data, acks)
        except ApiError as failure:
            error, offset = failure.error, -1
        else:
            error = Error.NONE
        return PartitionProduceResponse(
            index=data.index, error_code=error, base_offset=offset, log_start_offset=0
        )

    def append_checked(self, topic: str, data: Any, acks: int) -> int:
        """Return the base offset given; ApiError if the records are refused."""
        if self.failures and (error := self.failures.pop(0)):
            raise ApiError(error)
        if acks not in (-1, 0, 1) and self.fault != "accepts-any-acks":
            raise ApiError(Error.INVALID_REQUIRED_ACKS)
        store = self.store(topic, data.index)
        records = bytearray(data.records)
        batch, *more = parse_batches(records)
        if more:
            raise ApiError(Error.INVALID_RECORD)
        if self.fault != "ignores-crc":
            check_crc(records, batch)
        offset = self.end_of(store) + (self.fault == "skips-offsets")
        if batch.has_producer_id:
            known = self.duplicate(topic, data.index, batch, offset)
            if known is not None:
                return known
        stamp(records, batch, base_offset=offset, leader_epoch=0)
        if self.fault == "puts-new-records-first":
            store.insert(0, records)
        else:
            store.append(records)
        self.news.set()
        self.news = trio.Event()
        return offset

    def duplicate(self, topic: str, index: int, batch: Any, offset: int) -> int | None:
        """Return where the batch already is, if it is; ApiError for a gap."""
        known = self.sequences.setdefault((topic, index, batch.producer_id), {})
        if batch.base_sequence in known and self.fault != "appends-duplicates":
            return known[batch.base_sequence]
        if self.fault not in ("accepts-gaps", "appends-duplicates") and (
            known and batch.base_sequence - 1 not in known
        ):
            raise ApiError(Error.OUT_OF_ORDER_SEQUENCE_NUMBER)
        for number in range(batch.count):
            known[batch.base_sequence + number] = offset + number
        return None

    def store(self, topic: str, index: int) -> Store:
        """Return the batches of a partition; ApiError if there is no such."""
        stores = self.topics.get(topic, [])
        if not 0 <= index < len(stores):
            raise ApiError(Error.UNKNOWN_TOPIC_OR_PARTITION)
        return stores[index]

    def end_of(self, store: Store) -> int:
        """Return the log end offset."""
        ends = [parse_batches(each)[-1].last_offset + 1 for each in store]
        return max(ends, default=0)

    async def fetch(self, request: Any) -> FetchResponse:
        """Read, waiting for news if there are none."""
        answer = self.fetch_now(request)
        found = [len(p.records) for t in answer.responses for p in t.partitions]
        errors = [p.error_code for t in answer.responses for p in t.partitions]
        is_done = sum(found) >= request.min_bytes or any(errors)
        if is_done or self.fault == "never-waits":
            return answer
        with trio.move_on_after(request.max_wait_ms / 1000):
            if self.fault == "sleeps-through-news":
                await trio.sleep_forever()
            while sum(found) < request.min_bytes:
                await self.news.wait()
                answer = self.fetch_now(request)
                found = [len(p.records) for t in answer.responses for p in t.partitions]
        return answer

    def fetch_now(self, request: Any) -> FetchResponse:
        """Read what is there."""
        responses = tuple(
            FetchableTopicResponse(
                topic=topic.topic,
                partitions=tuple(
                    self.read(topic.topic, wanted) for wanted in topic.partitions
                ),
            )
            for topic in request.topics
        )
        return FetchResponse(responses=responses)

    def read(self, topic: str, wanted: Any) -> PartitionData:
        """Read one partition."""
        try:
            store = self.store(topic, wanted.partition)
            records = self.read_checked(store, wanted)
        except ApiError as failure:
            return PartitionData(
                partition_index=wanted.partition,
                error_code=failure.error,
                high_watermark=-1,
                records=b"",
            )
        end = self.end_of(store)
        return PartitionData(
            partition_index=wanted.partition,
            error_code=0,
            high_watermark=end,
            last_stable_offset=end,
            log_start_offset=0,
            records=records,
        )

    def read_checked(self, store: Store, wanted: Any) -> bytes:
        """Return the bytes of a partition from an offset on."""
        outside = not 0 <= wanted.fetch_offset <= self.end_of(store)
        if outside and self.fault != "knows-no-range":
            raise ApiError(Error.OFFSET_OUT_OF_RANGE)
        records = b""
        for each in store:
            if parse_batches(each)[-1].last_offset < wanted.fetch_offset:
                continue
            too_much = len(records) + len(each) > wanted.partition_max_bytes
            is_stuck = self.fault == "sends-no-large-batch"
            if too_much and (records or is_stuck) and self.fault != "sends-too-much":
                break
            records += each
            if self.fault == "changes-its-mind":
                each[-1] ^= 1
        return records

    async def list_offsets(self, request: Any) -> ListOffsetsResponse:
        """Say where a log begins and ends."""
        topics = tuple(
            ListOffsetsTopicResponse(
                name=topic.name,
                partitions=tuple(
                    self.offset_of(topic.name, wanted) for wanted in topic.partitions
                ),
            )
            for topic in request.topics
        )
        return ListOffsetsResponse(topics=topics)

    def offset_of(self, topic: str, wanted: Any) -> ListOffsetsPartitionResponse:
        """Return the earliest or the latest offset of a partition."""
        index = wanted.partition_index
        try:
            end = self.end_of(self.store(topic, index))
        except ApiError as failure:
            return ListOffsetsPartitionResponse(
                partition_index=index, error_code=failure.error
            )
        early = 1 if self.fault == "starts-at-one" else 0
        offset = early if wanted.timestamp == -2 else end
        return ListOffsetsPartitionResponse(
            partition_index=index, error_code=0, offset=offset
        )

    # --- topics and the rest ----------------------------------------------------------

    async def metadata(self, request: Any) -> MetadataResponse:
        """Describe topics."""
        names = [topic.name for topic in request.topics or ()]
        if request.topics is None:
            names = list(self.topics)
        node = MetadataResponseBroker(node_id=0, host="127.0.0.1", port=self.port)
        return MetadataResponse(
            brokers=() if len(self.asked) <= self.unaware else (node,),
            controller_id=0,
            topics=tuple(self.described(name) for name in names),
        )

    def described(self, name: str) -> MetadataResponseTopic:
        """Describe one topic."""
        partitions = tuple(
            MetadataResponsePartition(
                error_code=0,
                partition_index=index,
                leader_id=0,
                replica_nodes=(0,),
                isr_nodes=(0,),
            )
            for index, _ in enumerate(self.topics.get(name, []))
        )
        error = Error.NONE if partitions else Error.UNKNOWN_TOPIC_OR_PARTITION
        return MetadataResponseTopic(error_code=error, name=name, partitions=partitions)

    async def api_versions(self, request: Any) -> ApiVersionsResponse:
        """Say what it speaks."""
        return ApiVersionsResponse(error_code=0, api_keys=self.rows(*self.spoken))

    def rows(self, *names: str) -> tuple[ApiVersion, ...]:
        """Return the rows of ApiVersions for some APIs."""
        return tuple(
            ApiVersion(
                api_key=api_named(name).key,
                min_version=self.spoken[name][0],
                max_version=self.spoken[name][1],
            )
            for name in names
        )

    async def create_topics(self, request: Any) -> CreateTopicsResponse:
        """Make topics."""
        results = []
        for topic in request.topics:
            error = Error.NONE
            if topic.name in self.topics and self.fault != "makes-topics-twice":
                error = Error.TOPIC_ALREADY_EXISTS
            else:
                self.topics[topic.name] = [[] for _ in range(topic.num_partitions)]
            results.append(CreatableTopicResult(name=topic.name, error_code=error))
        return CreateTopicsResponse(topics=tuple(results))

    async def delete_topics(self, request: Any) -> DeleteTopicsResponse:
        """Forget topics."""
        results = []
        for name in request.topic_names:
            gone = self.topics.pop(name, None)
            error = Error.NONE if gone else Error.UNKNOWN_TOPIC_OR_PARTITION
            results.append(DeletableTopicResult(name=name, error_code=error))
        return DeleteTopicsResponse(responses=tuple(results))

    async def init_producer_id(self, request: Any) -> InitProducerIdResponse:
        """Give an id."""
        self.producers += 1
        return InitProducerIdResponse(
            throttle_time_ms=0,
            error_code=0,
            producer_id=self.producers,
            producer_epoch=0,
        )

    async def describe_configs(self, request: Any) -> DescribeConfigsResponse:
        """Say one setting of each resource."""
        row = DescribeConfigsResourceResult(
            name="retention.ms", value="7", read_only=False, is_sensitive=False
        )
        results = tuple(
            DescribeConfigsResult(
                error_code=0,
                error_message=None,
                resource_type=wanted.resource_type,
                resource_name=wanted.resource_name,
                configs=(row,),
            )
            for wanted in request.resources
        )
        return DescribeConfigsResponse(throttle_time_ms=0, results=results)


@asynccontextmanager
async def running(fault: str = "", **fields: Any) -> AsyncIterator[SmallBroker]:
    """Yield a broker that listens on a free port of 127.0.0.1 until the end."""
    async with serving(SmallBroker(fault, **fields)) as broker:
        yield broker


@asynccontextmanager
async def serving(broker: SmallBroker) -> AsyncIterator[SmallBroker]:
    """Let a broker listen on a free port of 127.0.0.1 until the end."""
    async with trio.open_nursery() as nursery:
        serve = partial(trio.serve_tcp, broker.serve, 0, host="127.0.0.1")
        listeners = await nursery.start(serve)
        broker.port = listeners[0].socket.getsockname()[1]
        yield broker
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def met(
    options: Options | None = None, **fields: Any
) -> AsyncIterator[tuple[SmallBroker, Cluster]]:
    """Yield a running broker and a client's cluster of it."""
    async with (
        running(**fields) as broker,
        open_cluster([broker.address], options) as cluster,
    ):
        yield broker, cluster
