from __future__ import annotations

import pytest
import trio
import trio.lowlevel
import trio.testing
from logion.clock import SystemClock
from logion.group.classic.state import State
from logion.protocol.errors import ApiError, Error
from logion.testing.clock import FakeClock

from tests.logion.broker.running import Running, World, running
from tests.logion.group.members import (
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


async def test_two_groups_know_nothing_of_each_other() -> None:
    async with (
        running() as broker,
        members(broker, 1) as (a,),
        members(broker, 1, "h") as (b,),
    ):
        await together(broker, a)
        await together(broker, b)
        await a.leave()
        assert (state_of(broker, "g"), await b.heartbeat()) == (State.EMPTY, 0)


async def test_time_passes_for_groups_by_itself() -> None:
    settings = {"group.min.session.timeout.ms": "1"}
    world = World(clock=SystemClock())
    async with running(settings, world=world) as broker, members(broker) as (a,):
        await a.join(3, session_timeout_ms=20)  # in one request: no id to be given up
        await settle(broker, "g", State.EMPTY)


async def test_a_group_survives_a_restart_with_members_and_offsets() -> None:
    world = World()
    async with running(world=world) as broker:
        await broker.create("t")
        async with members(broker, 2) as (a, b):
            await together(broker, a, b)
            assert await a.commit(5) == 0
    async with running(world=world) as broker, members(broker, 2) as (c, d):
        c.id, d.id, c.generation, d.generation = a.id, b.id, 2, 2
        assert await c.heartbeat() == await d.heartbeat() == 0
        assert (await d.sync()).assignment == b.id.encode()
        assert (await c.committed()).committed_offset == 5
        advance(broker, SESSION_MS)
        assert await c.heartbeat() == Error.UNKNOWN_MEMBER_ID


async def test_who_waits_is_sent_away_when_the_partition_goes() -> None:
    async with running() as broker, members(broker, 2) as (a, b):
        await together(broker, a)
        answers = []

        async def join() -> None:
            answers.append(await b.join())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(join)
            await settle_members(broker, "g", 2)
            await broker.state.cluster.delete_topic("__consumer_offsets")
        assert answers[0].error_code == Error.NOT_COORDINATOR
        with pytest.raises(ApiError, match="NOT_COORDINATOR"):
            broker.state.groups.find("g")


async def test_a_follower_that_waits_is_sent_away_too() -> None:
    async with running() as broker, members(broker, 2) as (a, b):
        await together(broker, a, b)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(a.join)
            await settle(broker, "g", State.PREPARING)
            nursery.start_soon(b.join)
        answers = []

        async def sync() -> None:
            answers.append(await b.sync())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(sync)
            await trio.testing.wait_all_tasks_blocked()
            await broker.state.cluster.delete_topic("__consumer_offsets")
        assert answers[0].error_code == Error.NOT_COORDINATOR


async def test_while_groups_are_loaded_nobody_is_told_anything_wrong() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        await together(broker, a)
        shard = broker.state.groups.shards.of("g")
        shard.is_loaded = False
        loading = Error.COORDINATOR_LOAD_IN_PROGRESS
        assert (await a.join()).error_code == loading
        assert await a.heartbeat() == 0
        assert (await a.sync()).error_code == Error.REBALANCE_IN_PROGRESS
        assert await a.commit(1) == loading
        assert (await a.leave()).error_code == loading
        assert broker.state.groups.shards.are_loading
