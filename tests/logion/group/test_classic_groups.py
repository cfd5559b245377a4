from __future__ import annotations

import pytest
import trio
import trio.lowlevel
import trio.testing
from logion.group.classic.state import State
from logion.protocol.errors import Error
from logion.testing.clock import FakeClock

from tests.logion.broker.running import Running, World, running
from tests.logion.group.members import (
    REBALANCE_MS,
    SESSION_MS,
    members,
    settle,
    settle_members,
    state_of,
    together,
)


def advance(broker: Running, duration_ms: int) -> None:
    """Let time pass, and what is due happen."""
    assert isinstance(broker.clock, FakeClock)
    broker.clock.advance(duration_ms)
    broker.state.groups.on_time()


async def test_members_share_the_work_as_the_leader_divides_it() -> None:
    async with running() as broker, members(broker, 2) as (a, b):
        await together(broker, a, b)
        assert (a.generation, b.generation) == (2, 2)
        assert (await a.sync()).assignment == a.id.encode()
        assert (await b.sync()).assignment == b.id.encode()
        assert await a.heartbeat() == await b.heartbeat() == 0


async def test_a_member_that_falls_silent_is_given_up_in_time() -> None:
    async with running() as broker, members(broker, 2) as (a, b):
        await together(broker, a, b)
        advance(broker, SESSION_MS - 1)
        assert await a.heartbeat() == 0
        advance(broker, 1)
        assert await a.heartbeat() == Error.REBALANCE_IN_PROGRESS
        assert await b.heartbeat() == Error.UNKNOWN_MEMBER_ID
        await a.join()
        assert a.generation == 3


async def test_a_client_that_is_gone_waits_no_longer() -> None:
    async with running() as broker, members(broker, 2) as (a, b):
        await together(broker, a)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(b.join)
            await settle_members(broker, "g", 2)
            nursery.cancel_scope.cancel()
        advance(broker, REBALANCE_MS)
        assert await a.heartbeat() == Error.UNKNOWN_MEMBER_ID


async def test_who_asks_again_is_answered_and_its_first_request_is_not() -> None:
    async with running() as broker, members(broker, 4) as (a, b, c, again):
        await together(broker, a, b)
        again.id = b.id
        async with trio.open_nursery() as nursery:
            nursery.start_soon(c.join)
            await settle(broker, "g", State.PREPARING)
            nursery.start_soon(b.join)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(again.join)
            await trio.testing.wait_all_tasks_blocked()
            await a.join()
            with trio.fail_after(5):
                while again.generation != 3:
                    await trio.lowlevel.checkpoint()
            assert b.generation == 2
            nursery.cancel_scope.cancel()


async def test_a_group_that_is_larger_than_allowed_after_a_restart_shrinks() -> None:
    world = World()
    async with running(world=world) as broker, members(broker, 2) as (a, b):
        await together(broker, a, b)
    settings = {"group.max.size": "1"}
    async with running(settings, world=world) as broker, members(broker, 1) as (c,):
        c.id, c.generation = a.id, 2
        await settle(broker, "g", State.PREPARING)
        assert await c.heartbeat() == Error.REBALANCE_IN_PROGRESS


async def test_an_empty_group_that_was_left_is_empty_after_a_restart() -> None:
    world = World()
    async with running(world=world) as broker, members(broker) as (a,):
        await together(broker, a)
        await a.leave()
    async with running(world=world) as broker, members(broker):
        assert state_of(broker, "g") is State.EMPTY


@pytest.mark.parametrize("release", ["0.9.0", "0.10.0"])
async def test_until_0_10_0_a_group_ends_with_its_last_member(release: str) -> None:
    world = World()
    async with running(release=release, world=world) as broker:
        await broker.create("t")
        async with members(broker) as (a,):
            await a.join()
            await a.sync()
            await a.commit(3)
            advance(broker, SESSION_MS)
            assert state_of(broker, "g") is State.EMPTY
            (view,) = broker.state.groups.cells()
            assert not broker.state.groups.is_told(view[1])
            assert (await a.committed()).committed_offset == 3
    again = running(release=release, world=world)
    async with again as broker, members(broker) as (a,):
        assert (await a.committed()).committed_offset == 3


async def test_nobody_is_told_its_work_that_could_not_be_written() -> None:
    async with running() as broker, members(broker) as (a,):
        await a.join()
        topic = broker.state.cluster.image.topics["__consumer_offsets"]
        for index in range(len(topic.partitions)):
            log = broker.partition("__consumer_offsets", index).log
            log.directory.fail(OSError("the disk is gone"))
        assert (await a.sync({a.id: b"x"})).error_code == Error.NOT_COORDINATOR
        assert await a.commit(1) in {3, Error.NOT_COORDINATOR}
