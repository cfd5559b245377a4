"""Loads of group requests, from a process of their own: they print JSON.

    python -m tests.benchmarks.group_load heartbeats HOST:PORT GROUPS MEMBERS SECONDS
    python -m tests.benchmarks.group_load rebalance HOST:PORT MEMBERS ROUNDS
    python -m tests.benchmarks.group_load commits HOST:PORT CONNECTIONS SECONDS
    python -m tests.benchmarks.group_load beats HOST:PORT CONNECTIONS SECONDS

Every member is a connection. Requests are encoded once and sent as bytes, so that what
is measured is the broker, as far as a client in Python can be out of the way.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from resource import RLIMIT_NOFILE, getrlimit, setrlimit
from typing import Any

import trio
from logion.client.cluster import Cluster, open_cluster
from logion.client.connection import Address, address_of
from logion.names import TopicPartition
from logion.protocol.apis import response_class
from logion.protocol.embedded import subscription_bytes
from logion.protocol.headers import encode_request, read_response
from logion.protocol.messages.describe_groups import DescribeGroupsRequest
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest
from logion.protocol.messages.heartbeat import HeartbeatRequest
from logion.protocol.messages.join_group import (
    JoinGroupRequest,
    JoinGroupRequestProtocol,
)
from logion.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from logion.protocol.messages.sync_group import (
    SyncGroupRequest,
    SyncGroupRequestAssignment,
)

TOPIC = "group-load"
SESSION_MS = 30_000
HEARTBEAT_S = 3.0
JOINING_AT_ONCE = 20
"""Groups that form at the same time."""

VERSIONS = {8: 7, 10: 3, 11: 3, 12: 3, 14: 3, 15: 0}
"""Of each API: none asks for a member id first, so that a join is one request."""


@dataclass(slots=True)
class Member:
    """One member of a group, on a connection of its own."""

    stream: trio.SocketStream
    group: str
    id: str = ""
    generation: int = -1

    async def ask(self, api_key: int, request: Any) -> Any:
        """Return the answer to a request."""
        return self.read(api_key, await self.exchange(self.frame(api_key, request)))

    def frame(self, api_key: int, request: Any) -> bytes:
        """Return a request as it is sent."""
        pieces = encode_request(request, VERSIONS[api_key], 1, "load")
        return b"".join(pieces)

    def read(self, api_key: int, frame: bytes) -> Any:
        """Return an answer as a message."""
        return read_response(response_class(api_key), VERSIONS[api_key], frame)[1]

    async def exchange(self, data: bytes) -> bytes:
        """Send one frame and return the next."""
        await self.stream.send_all(data)
        came = bytearray()
        while len(came) < 4 or len(came) < 4 + int.from_bytes(came[:4]):
            more = await self.stream.receive_some(65536)
            if not more:
                raise RuntimeError(f"{self.group}: the broker closed the connection")
            came += more
        return bytes(came[4:])

    async def join(self) -> Any:
        """Join, or join again; return the answer."""
        known = JoinGroupRequestProtocol(
            name="range", metadata=subscription_bytes([TOPIC])
        )
        request = JoinGroupRequest(
            group_id=self.group,
            session_timeout_ms=SESSION_MS,
            rebalance_timeout_ms=60_000,
            member_id=self.id,
            protocol_type="consumer",
            protocols=(known,),
        )
        answer = await self.ask(11, request)
        if answer.error_code:
            raise RuntimeError(f"{self.group}: JoinGroup said {answer.error_code}")
        self.id, self.generation = answer.member_id, answer.generation_id
        return answer

    async def sync(self, joined: Any) -> None:
        """Get the work; the leader gives everybody a hundred bytes."""
        parts = tuple(
            SyncGroupRequestAssignment(member_id=it.member_id, assignment=b"x" * 100)
            for it in joined.members
        )
        request = SyncGroupRequest(
            group_id=self.group,
            generation_id=self.generation,
            member_id=self.id,
            assignments=parts,
        )
        answer = await self.ask(14, request)
        if answer.error_code:
            raise RuntimeError(f"{self.group}: SyncGroup said {answer.error_code}")

    async def rejoin(self) -> None:
        """Take part in the next generation."""
        await self.sync(await self.join())

    def heartbeat(self) -> bytes:
        """Return the bytes that say that it lives."""
        request = HeartbeatRequest(
            group_id=self.group, generation_id=self.generation, member_id=self.id
        )
        return self.frame(12, request)


async def connected(address: Address, group: str) -> Member:
    """Return a client of a group that has not joined yet."""
    return Member(await trio.open_tcp_stream(address.host, address.port), group)


async def prepare(address: Address) -> None:
    """Have the topic, and `__consumer_offsets`, be there."""
    async with open_cluster([address]) as cluster:
        await until(partial(has_topic, cluster))
    client = await connected(address, "prepare")
    await until(partial(has_coordinator, client))
    await client.stream.aclose()


async def has_topic(cluster: Cluster) -> bool:
    """Tell whether the topic is there by now; it is made if it is not."""
    picture = await cluster.refresh([TOPIC], create=True)
    return TopicPartition(TOPIC, 0) in picture.leaders


async def has_coordinator(client: Member) -> bool:
    """Tell whether the broker coordinates groups by now."""
    answer = await client.ask(10, FindCoordinatorRequest(key=client.group))
    return bool(answer.error_code == 0)


async def form(address: Address, group: str, count: int) -> list[Member]:
    """Return the members of a stable group."""
    members = [await connected(address, group) for _ in range(count)]
    first = members[0]
    await first.rejoin()  # alone: a generation of its own
    async with trio.open_nursery() as nursery:
        for it in members[1:]:
            nursery.start_soon(it.rejoin)
        await until(partial(has_members, first, count))
        await first.rejoin()
    return members


async def has_members(member: Member, count: int) -> bool:
    """Tell whether a member's group has so many."""
    answer = await member.ask(15, DescribeGroupsRequest(groups=(member.group,)))
    return len(answer.groups[0].members) == count


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return once something holds; it is asked from time to time."""
    with trio.fail_after(60):
        while not await holds():  # noqa: ASYNC110 - the broker tells when asked
            await trio.sleep(0.005)


async def heartbeats(
    address: Address, groups: int, members: int, seconds: float
) -> dict[str, float]:
    """Let many groups live for some time; return how long heartbeats took."""
    everyone: list[Member] = []
    limit = trio.CapacityLimiter(JOINING_AT_ONCE)

    async def begin(number: int) -> None:
        async with limit:
            everyone.extend(await form(address, f"group-{number}", members))

    start = time.perf_counter()
    async with trio.open_nursery() as nursery:
        for number in range(groups):
            nursery.start_soon(begin, number)
    formed_s = time.perf_counter() - start
    frames = [(it.stream.socket.fileno(), it.heartbeat()) for it in everyone]
    waits, errors = paced(frames, HEARTBEAT_S, seconds)
    return {
        "members": len(everyone),
        "heartbeats": len(waits),
        "errors": errors,
        "formed_s": formed_s,
        "p50_ms": waits[len(waits) // 2] * 1e3,
        "p99_ms": waits[len(waits) * 99 // 100] * 1e3,
        "max_ms": waits[-1] * 1e3,
    }


async def rebalance(address: Address, members: int, rounds: int) -> dict[str, float]:
    """Let a large group divide its work anew; return how long that took."""
    group = await form(address, "large", members)
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(group[0].rejoin)  # the leader: a new generation
            await trio.sleep(0.01)
            for it in group[1:]:
                nursery.start_soon(it.rejoin)
        took.append(time.perf_counter() - start)
    return {"seconds": sorted(took)[len(took) // 2], "generation": group[0].generation}


async def commits(
    address: Address, connections: int, seconds: float
) -> dict[str, float]:
    """Let simple consumers commit one after the other; return how many a second."""
    clients = [await connected(address, f"commits-{it}") for it in range(connections)]
    row = OffsetCommitRequestPartition(
        partition_index=0, committed_offset=5, committed_metadata=""
    )
    topics = (OffsetCommitRequestTopic(name=TOPIC, partitions=(row,)),)
    frames = {}
    for client in clients:
        request = OffsetCommitRequest(group_id=client.group, topics=topics)
        frames[client.stream.socket.fileno()] = client.frame(8, request)
    return without_pause(frames, seconds)


async def beats(address: Address, connections: int, seconds: float) -> dict[str, float]:
    """Let members of groups of one send heartbeats without a pause."""
    run = os.getpid()  # members of an earlier run are still in their groups
    groups = [f"beats-{run}-{it}" for it in range(connections)]
    members = [(await form(address, it, 1))[0] for it in groups]
    frames = {it.stream.socket.fileno(): it.heartbeat() for it in members}
    return without_pause(frames, seconds)


def without_pause(frames: dict[int, bytes], seconds: float) -> dict[str, float]:
    """Return how many requests a second are answered, one after the other on each."""
    start = time.perf_counter()
    waits, errors = at_once(frames, seconds)
    if errors:
        raise RuntimeError(f"{errors} requests were answered with an error")
    return {
        "per_s": len(waits) / (time.perf_counter() - start),
        "p50_us": waits[len(waits) // 2] * 1e6,
        "p99_us": waits[len(waits) * 99 // 100] * 1e6,
    }


# --- without trio: a client in Python that is out of the way ------------------


def paced(
    frames: list[tuple[int, bytes]], period_s: float, seconds: float
) -> tuple[list[float], int]:
    """Send each frame once a period, evenly spread, and read the answers.

    Return how long each took, sorted, and how many had an error.
    """
    waiting: dict[int, float] = {}
    took: list[float] = []
    errors = 0
    poll = select.epoll()
    for number, _ in frames:
        poll.register(number, select.EPOLLIN)
    begin = time.perf_counter()
    step, count = period_s / len(frames), 0
    while (now := time.perf_counter()) < begin + seconds or waiting:
        while now >= begin + count * step and now < begin + seconds:
            number, data = frames[count % len(frames)]
            if number not in waiting:  # else its last one is late, and that is counted
                waiting[number] = time.perf_counter()
                os.write(number, data)
            count += 1
        wait_s = max(begin + count * step - time.perf_counter(), 0)
        for number, _ in poll.poll(wait_s):
            errors += not os.read(number, 65536).endswith(b"\0\0")
            took.append(time.perf_counter() - waiting.pop(number))
    return sorted(took), errors


def at_once(frames: dict[int, bytes], seconds: float) -> tuple[list[float], int]:
    """Send each frame as soon as the one before it was answered.

    Return how long each took, sorted, and how many had an error.
    """
    waiting: dict[int, float] = {}
    took: list[float] = []
    errors = 0
    poll = select.epoll()
    for number, data in frames.items():
        poll.register(number, select.EPOLLIN)
        waiting[number] = time.perf_counter()
        os.write(number, data)
    end = time.perf_counter() + seconds
    while waiting:
        for number, _ in poll.poll():
            errors += not os.read(number, 65536).endswith(b"\0\0")
            now = time.perf_counter()
            took.append(now - waiting.pop(number))
            if now < end:
                waiting[number] = now
                os.write(number, frames[number])
    return sorted(took), errors


LOADS: dict[str, Callable[..., Awaitable[dict[str, float]]]] = {
    "heartbeats": heartbeats,
    "rebalance": rebalance,
    "commits": commits,
    "beats": beats,
}


async def main() -> None:
    """Run the load that the command line names."""
    setrlimit(RLIMIT_NOFILE, (getrlimit(RLIMIT_NOFILE)[1],) * 2)
    name, bootstrap, *numbers = sys.argv[1:]
    address = address_of(bootstrap)
    await prepare(address)
    found = await LOADS[name](address, *map(int, numbers))
    print(json.dumps(found))


if __name__ == "__main__":
    trio.run(main)
