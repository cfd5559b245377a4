"""What one request costs inside the broker, without sockets: microseconds.

    python tests/benchmarks/path.py [--bytecodes]

From the frame to the pieces of the answer, by one connection of a broker with one
partition; the best of many rounds, since the machine may be busy. Bytecodes are the
same in every run, however busy it is: they compare two versions of the code.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from types import FrameType
from typing import Any, cast

import trio
from logion.broker.broker import Broker, open_broker
from logion.broker.connection import Connection
from logion.broker.defaults import settings_over_defaults
from logion.broker.transport import Transport
from logion.clock import SystemClock
from logion.config import NEWEST_RELEASE, BrokerConfig
from logion.disk import SystemDisk
from logion.protocol.headers import encode_request, read_response
from logion.protocol.messages.fetch import FetchPartition, FetchRequest, FetchTopic
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest
from logion.protocol.messages.heartbeat import HeartbeatRequest
from logion.protocol.messages.join_group import (
    JoinGroupRequest,
    JoinGroupRequestProtocol,
    JoinGroupResponse,
)
from logion.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic
from logion.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from logion.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from logion.protocol.messages.sync_group import SyncGroupRequest
from logion.records.record import Record, write_batch

TOPIC, GROUP = "topic", "group"
ROUNDS = 30
CALLS = 100

NOW_MS = 1_700_000_000_000


class Nobody:
    """A transport that carries nothing."""

    peer = "nobody:0"

    def is_lost(self) -> bool:
        """Return that nobody has left."""
        return False


def produce(count: int) -> bytes:
    """Return a frame with `count` records of 100 bytes for one partition."""
    records = [Record(i, NOW_MS, None, bytes(100)) for i in range(count)]
    data = PartitionProduceData(index=0, records=write_batch(records))
    topic = TopicProduceData(name=TOPIC, partition_data=(data,))
    request = ProduceRequest(acks=1, timeout_ms=1000, topic_data=(topic,))
    return frame(request, 9)


def fetch() -> bytes:
    """Return a frame that reads one partition from the start, without a session."""
    partition = FetchPartition(
        partition=0, fetch_offset=0, partition_max_bytes=1 << 20, log_start_offset=-1
    )
    topic = FetchTopic(topic=TOPIC, partitions=(partition,))
    request = FetchRequest(
        max_wait_ms=500,
        min_bytes=1,
        max_bytes=1 << 25,
        session_epoch=-1,
        topics=(topic,),
    )
    return frame(request, 11)


def metadata() -> bytes:
    """Return a frame that asks about one topic, and makes it."""
    return frame(MetadataRequest(topics=(MetadataRequestTopic(name=TOPIC),)), 9)


def heartbeat(member_id: str) -> bytes:
    """Return a frame that says that a member of generation 1 lives."""
    request = HeartbeatRequest(group_id=GROUP, generation_id=1, member_id=member_id)
    return frame(request, 4)


def commit() -> bytes:
    """Return a frame that commits an offset of one partition, for no member."""
    row = OffsetCommitRequestPartition(
        partition_index=0, committed_offset=5, committed_metadata=""
    )
    topic = OffsetCommitRequestTopic(name=TOPIC, partitions=(row,))
    return frame(OffsetCommitRequest(group_id="nobody", topics=(topic,)), 8)


async def joined(connection: Connection) -> str:
    """Return the id of the only member of a stable group."""
    known = JoinGroupRequestProtocol(name="range", metadata=b"")
    request = JoinGroupRequest(
        group_id=GROUP,
        session_timeout_ms=300_000,
        rebalance_timeout_ms=300_000,
        member_id="",
        protocol_type="consumer",
        protocols=(known,),
    )
    for sent in (frame(FindCoordinatorRequest(key=GROUP), 3), frame(request, 3)):
        pieces = await connection._answer(memoryview(sent))
    data = b"".join(map(bytes, cast("list[bytes]", pieces)))[4:]
    member_id: str = read_response(JoinGroupResponse, 3, data)[1].member_id
    sync = SyncGroupRequest(
        group_id=GROUP, generation_id=1, member_id=member_id, assignments=()
    )
    await connection._answer(memoryview(frame(sync, 3)))
    return member_id


def frame(request: object, version: int) -> bytes:
    """Return a request as the broker's frame buffer gives it."""
    return b"".join(map(bytes, encode_request(request, version, 1, "rdkafka")))[4:]


def call(connection: Connection, sent: bytes) -> None:
    """Answer a copy of a request that waits for nothing."""
    answering = connection._answer(memoryview(bytearray(sent)))
    coroutine = cast("Coroutine[Any, Any, Any]", answering)
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("the request waits")


def microseconds(act: Callable[[], object]) -> float:
    """Return what one call takes, in the best of the rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(CALLS):
            act()
        best = min(best, (time.perf_counter() - start) / CALLS * 1e6)
    return best


def bytecodes(act: Callable[[], object]) -> float:
    """Return how many bytecodes of Python one call takes."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Callable[..., Any]:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    for _ in range(CALLS):
        act()
    sys.settrace(trace)
    try:
        for _ in range(CALLS):
            act()
    finally:
        sys.settrace(None)
    return count / CALLS


def rows(broker: Broker, member_id: str) -> Iterator[str]:
    """Yield a line for each kind of request."""
    measure, unit = microseconds, "us"
    if "--bytecodes" in sys.argv:
        measure, unit = bytecodes, "bytecodes"
    connection = Connection(broker.state, cast("Transport", Nobody()), "PLAINTEXT")
    requests = {
        "produce, 1 record of 100 bytes": produce(1),
        "produce, 1,000 records": produce(1000),
        "fetch, 1 partition": fetch(),
        "metadata, 1 topic": metadata(),
        "heartbeat": heartbeat(member_id),
        "commit, 1 partition": commit(),
    }
    for name, sent in requests.items():
        figure = measure(partial(call, connection, sent))
        yield f"{name:34}{figure:8.1f} {unit}"


async def main(folder: str) -> None:
    """Open a broker and print the table."""
    given = {"listeners": "PLAINTEXT://127.0.0.1:0"}
    settings = settings_over_defaults(
        given, disk=SystemDisk(), folder=folder, release=NEWEST_RELEASE
    )
    config = BrokerConfig.of(settings, release=NEWEST_RELEASE)
    async with open_broker(config, SystemClock(), SystemDisk()) as broker:
        connection = Connection(broker.state, cast("Transport", Nobody()), "PLAINTEXT")
        await connection._answer(memoryview(metadata()))
        for row in rows(broker, await joined(connection)):
            sys.stdout.write(f"{row}\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        trio.run(main, temporary)
