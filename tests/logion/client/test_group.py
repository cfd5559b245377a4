from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from logion.client.cluster import Cluster, open_cluster
from logion.client.connection import Options
from logion.client.consumer import ConsumerOptions
from logion.client.group import GroupConsumer, GroupOptions, open_group_consumer
from logion.group.classic.state import State
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import release as release_named
from logion.testing.clock import FakeClock

from tests.logion.broker.running import Running, World, batch, running
from tests.logion.group.members import offsets_of, settle, settle_members, state_of

T0, T1 = TopicPartition("t", 0), TopicPartition("t", 1)
QUICK = ConsumerOptions(max_wait_ms=20)


@asynccontextmanager
async def met(broker: Running) -> AsyncIterator[Cluster]:
    """Give the cluster as a client of its own sees it."""
    played = release_named(str(broker.state.release))
    options = Options(timeout_s=10, negotiation_timeout_s=0.1, fallback=played)
    async with open_cluster([broker.address], options) as cluster:
        yield cluster


async def append(broker: Running, *values: bytes) -> None:
    """Append records to t-0, at the time that the broker believes it is."""
    for value in values:
        log = broker.partition("t")
        log.append(memoryview(bytearray(batch(value))), version=None, acks=1)


async def read(consumer: GroupConsumer, count: int) -> list[bytes | None]:
    """Return the values of the next records."""
    found: list[bytes | None] = []
    with trio.fail_after(10):
        while len(found) < count:
            found += [it.record.value for it in await consumer.poll()]
    return found


@pytest.mark.parametrize("release", ["0.9.0", "0.10.0", "0.11.0", "2.8", "4.3"])
async def test_a_member_reads_on_from_what_its_group_committed(release: str) -> None:
    async with running(release=release) as broker, met(broker) as cluster:
        await broker.create("t")
        await append(broker, b"0", b"1")
        options = GroupOptions(reading=QUICK)
        async with open_group_consumer(cluster, "g", ["t"], options) as consumer:
            assert await read(consumer, 2) == [b"0", b"1"]
            assert consumer.generation == 1
            await consumer.commit()
        assert offsets_of(broker, "g") == {T0: 2}
        await append(broker, b"2")
        async with open_group_consumer(cluster, "g", ["t"], options) as consumer:
            assert await read(consumer, 1) == [b"2"]


@pytest.mark.parametrize("assignor", ["range", "roundrobin"])
async def test_two_members_share_the_partitions(assignor: str) -> None:
    options = GroupOptions(heartbeat_ms=10, assignors=(assignor,), reading=QUICK)
    async with running() as broker, met(broker) as one, met(broker) as two:
        await broker.create("t", 2)
        async with (
            open_group_consumer(one, "g", ["t"], options) as a,
            open_group_consumer(two, "g", ["t"], options) as b,
        ):
            await a.poll()
            assert set(a.positions) == {T0, T1}

            async def go_on(consumer: GroupConsumer) -> None:
                while len(consumer.positions) != 1:
                    await consumer.poll()

            with trio.fail_after(10):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(go_on, a)
                    nursery.start_soon(go_on, b)
            assert {*a.positions, *b.positions} == {T0, T1}
            assert a.generation == b.generation == 2


async def test_who_leaves_does_so_at_once_but_a_static_member_stays() -> None:
    async with running() as broker, met(broker) as cluster:
        await broker.create("t")
        async with open_group_consumer(cluster, "g", ["t"]) as consumer:
            await consumer.poll()
        assert state_of(broker, "g") is State.EMPTY
        static = GroupOptions(instance_id="i", reading=QUICK)
        async with open_group_consumer(cluster, "h", ["t"], static) as consumer:
            await consumer.poll()
        assert state_of(broker, "h") is State.STABLE
        async with open_group_consumer(cluster, "h", ["t"], static) as consumer:
            await consumer.poll()
            assert consumer.generation == 1


async def test_a_member_that_was_given_up_joins_again() -> None:
    world = World()
    options = GroupOptions(heartbeat_ms=10, reading=QUICK)
    async with running(world=world) as broker, met(broker) as cluster:
        await broker.create("t")
        async with open_group_consumer(cluster, "g", ["t"], options) as consumer:
            await consumer.poll()
            assert isinstance(world.clock, FakeClock)
            world.clock.advance(10_000)
            broker.state.groups.on_time()
            await settle(broker, "g", State.EMPTY)
            with pytest.raises(ApiError, match="UNKNOWN_MEMBER_ID"):
                await consumer.commit()
            await consumer.poll()
            assert consumer.generation == 3


async def test_a_member_that_no_partition_is_left_for_waits() -> None:
    options = GroupOptions(heartbeat_ms=10, reading=QUICK)
    async with (
        running() as broker,
        met(broker) as cluster,
        open_group_consumer(cluster, "g", ["nosuch"], options) as consumer,
    ):
        assert await consumer.poll() == []
        await settle_members(broker, "g", 1)
        assert consumer.positions == {}


async def test_a_member_may_read_only_what_comes() -> None:
    options = GroupOptions(from_start=False, reading=QUICK)
    async with running() as broker, met(broker) as cluster:
        await broker.create("t")
        await append(broker, b"old")
        async with open_group_consumer(cluster, "g", ["t"], options) as consumer:
            assert await consumer.poll() == []
            await append(broker, b"new")
            assert await read(consumer, 1) == [b"new"]


async def test_a_member_finds_its_coordinator_again() -> None:
    options = GroupOptions(reading=QUICK)
    async with running() as broker, met(broker) as cluster:
        await broker.create("t")
        async with open_group_consumer(cluster, "g", ["t"], options) as consumer:
            await consumer.poll()
            assert consumer._coordinator is not None
            await consumer._coordinator.aclose()
            await consumer.commit()


async def test_what_joining_again_does_not_mend_is_raised() -> None:
    options = GroupOptions(session_timeout_ms=1)
    async with (
        running() as broker,
        met(broker) as cluster,
        open_group_consumer(cluster, "g", ["t"], options) as consumer,
    ):
        with pytest.raises(ApiError) as raised:
            await consumer.poll()
    assert raised.value.error is Error.INVALID_SESSION_TIMEOUT
