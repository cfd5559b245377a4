from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from logion.group.classic.state import State
from logion.group.classic.steps import Sender
from logion.group.committing import (
    commit,
    committed_offsets,
    delete_group,
    delete_offsets,
    expire_offsets,
    forget_topics,
)
from logion.group.offsets import CommittedOffset
from logion.group.shard import Shard
from logion.names import BrokerId, TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.replica.leader import on_follower_fetch, on_isr_changed
from logion.replica.partition import Partition
from logion.testing.clock import FakeClock

from tests.logion.broker.running import Running, World, running
from tests.logion.group.members import (
    SESSION_MS,
    members,
    offsets_of,
    settle,
    state_of,
    together,
)

MINUTE_MS = 60_000
WEEK_MS = 7 * 24 * 60 * MINUTE_MS
T, U = TopicPartition("t", 0), TopicPartition("u", 0)


def advance(broker: Running, duration_ms: int) -> None:
    """Let time pass; nobody looks what is due."""
    assert isinstance(broker.clock, FakeClock)
    broker.clock.advance(duration_ms)


@pytest.mark.parametrize(
    "release", ["0.8.2", "0.9.0", "0.10.0", "0.11.0", "2.1", "2.8", "3.9", "4.3"]
)
async def test_a_commit_survives_a_restart_in_every_release(release: str) -> None:
    world = World()
    async with running(release=release, world=world) as broker:
        await broker.create("t")
        async with members(broker) as (a,):
            assert (await a.committed(version=1)).committed_offset == -1
            newest = min(a.client.versions.newest(8), 9)
            for offset in (1, 2, 3):
                assert await a.commit(offset, version=newest) == 0
    async with running(release=release, world=world) as broker, members(broker) as (a,):
        found = await a.committed()
        assert (found.committed_offset, found.metadata) == (3, "m")


async def test_a_stranger_may_not_commit_for_a_group_with_members() -> None:
    async with running() as broker, members(broker, 2) as (a, b):
        await broker.create("t")
        await together(broker, a)
        assert await b.commit(9) == Error.UNKNOWN_MEMBER_ID
        assert offsets_of(broker, "g") == {}


async def test_a_generation_that_never_was_may_not_commit() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        a.generation = 3
        assert await a.commit(9, version=8) == Error.ILLEGAL_GENERATION
        assert state_of(broker, "g") is State.DEAD


async def test_offsets_of_a_simple_consumer_expire_a_week_after_each_commit() -> None:
    world = World()
    async with running(world=world) as broker, members(broker) as (a,):
        await broker.create("t")
        await a.commit(3)
        advance(broker, WEEK_MS - 1)
        assert expire_offsets(broker.state.groups) == 0
        advance(broker, 1)
        assert expire_offsets(broker.state.groups) == 1
        assert state_of(broker, "g") is State.DEAD
    async with running(world=world) as broker, members(broker):
        assert state_of(broker, "g") is State.DEAD


async def test_offsets_of_a_group_expire_a_week_after_its_last_member_left() -> None:
    world = World()
    async with running(world=world) as broker:
        await broker.create("t")
        async with members(broker) as (a,):
            await together(broker, a)
            await a.commit(3)
            advance(broker, 2 * WEEK_MS)
            assert expire_offsets(broker.state.groups) == 0, "members read t"
            broker.state.groups.on_time()
            assert state_of(broker, "g") is State.EMPTY
            advance(broker, WEEK_MS - 1)
            assert expire_offsets(broker.state.groups) == 0
    async with running(world=world) as broker, members(broker):
        assert offsets_of(broker, "g") == {T: 3}
        advance(broker, 1)
        assert expire_offsets(broker.state.groups) == 1
        assert state_of(broker, "g") is State.DEAD


async def test_a_group_keeps_what_it_reads_and_forgets_what_it_read_before() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        await broker.create("u")
        await together(broker, a)
        await a.commit(3)
        await a.commit(4, "u")
        advance(broker, WEEK_MS)
        assert expire_offsets(broker.state.groups) == 1
        assert offsets_of(broker, "g") == {T: 3}


async def test_while_members_join_nothing_expires() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("u")
        await together(broker, a)
        await a.commit(4, "u")
        await a.join()
        advance(broker, WEEK_MS)
        assert expire_offsets(broker.state.groups) == 0


@pytest.mark.parametrize("release", ["0.9.0", "0.10.0", "2.0"])
async def test_until_2_0_each_offset_has_its_own_expiry(release: str) -> None:
    minutes = {"0.9.0": 1440, "0.10.0": 1440, "2.0": 10_080}[release]
    async with running(release=release) as broker, members(broker) as (a,):
        await broker.create("t")
        await broker.create("u")
        await a.commit(3, version=2)
        await a.commit(4, "u", version=2, retention_time_ms=1000)
        advance(broker, 1000)
        assert expire_offsets(broker.state.groups) == 1
        advance(broker, minutes * MINUTE_MS - 1001)
        assert expire_offsets(broker.state.groups) == 0
        advance(broker, 1)
        assert expire_offsets(broker.state.groups) == 1


async def test_a_commit_may_still_name_its_retention_after_2_1() -> None:
    world = World()
    async with running(release="3.9", world=world) as broker, members(broker) as (a,):
        await broker.create("t")
        await a.commit(4, version=4, retention_time_ms=1000)
    async with running(release="3.9", world=world) as broker, members(broker):
        advance(broker, 1000)
        assert expire_offsets(broker.state.groups) == 1


async def test_offsets_go_with_their_topic() -> None:
    world = World()
    async with running(world=world) as broker, members(broker) as (a,):
        await broker.create("t")
        await broker.create("u")
        await a.commit(3)
        await a.commit(4, "u")
        await broker.state.cluster.delete_topic("t")
        assert offsets_of(broker, "g") == {U: 4}
    async with running(world=world) as broker, members(broker):
        assert offsets_of(broker, "g") == {U: 4}


async def test_offsets_that_members_read_on_from_stay() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        await broker.create("u")
        await together(broker, a)
        await a.commit(3)
        await a.commit(4, "u")
        groups = broker.state.groups
        answers = delete_offsets(groups, "g", [T, U])
        assert answers == {T: Error.GROUP_SUBSCRIBED_TO_TOPIC, U: Error.NONE}
        assert offsets_of(broker, "g") == {T: 3}
        with pytest.raises(ApiError, match="GROUP_ID_NOT_FOUND"):
            delete_offsets(groups, "nobody", [T])


async def test_offsets_of_members_that_are_no_consumers_stay() -> None:
    async with running() as broker, members(broker) as (a,):
        await a.join(protocol_type="connect")
        with pytest.raises(ApiError, match="NON_EMPTY_GROUP"):
            delete_offsets(broker.state.groups, "g", [T])


@pytest.mark.parametrize(
    ("release", "state"), [("3.9", State.DEAD), ("4.0", State.EMPTY)]
)
async def test_a_group_goes_with_the_last_of_its_offsets_or_soon_after(
    release: str, state: State
) -> None:
    async with running(release=release) as broker, members(broker) as (a,):
        await broker.create("t")
        await a.commit(3)
        delete_offsets(broker.state.groups, "g", [T])
        assert state_of(broker, "g") is state
        expire_offsets(broker.state.groups)
        assert state_of(broker, "g") is State.DEAD


async def test_only_a_group_without_members_is_deleted() -> None:
    world = World()
    async with running(world=world) as broker, members(broker) as (a,):
        await broker.create("t")
        await together(broker, a)
        await a.commit(3)
        groups = broker.state.groups
        with pytest.raises(ApiError, match="NON_EMPTY_GROUP"):
            delete_group(groups, "g")
        await a.leave()
        await settle(broker, "g", State.EMPTY)
        delete_group(groups, "g")
        with pytest.raises(ApiError, match="GROUP_ID_NOT_FOUND"):
            delete_group(groups, "g")
    async with running(world=world) as broker, members(broker):
        assert state_of(broker, "g") is State.DEAD


async def test_a_commit_that_is_too_large_for_the_topic_is_refused() -> None:
    async with running() as broker, members(broker):
        offset = CommittedOffset(1, metadata="m" * 30_000)
        offsets = {TopicPartition("t", at): offset for at in range(50)}
        told = await commit(broker.state.groups, "g", Sender("", -1), offsets)
        assert told is Error.INVALID_COMMIT_OFFSET_SIZE
        assert state_of(broker, "g") is State.DEAD


async def test_what_cannot_be_written_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        await a.commit(3)
        groups = broker.state.groups
        with monkeypatch.context() as failing:
            failing.setattr(Shard, "append", unwritable)
            with pytest.raises(ApiError, match="NOT_COORDINATOR"):
                delete_offsets(groups, "g", [T])
            with pytest.raises(ApiError, match="NOT_COORDINATOR"):
                delete_group(groups, "g")
            forget_topics(groups, ["t"])
            assert "tombstones cannot be written" in caplog.text
            assert list(committed_offsets(groups, "g")) == [T]
        forget_topics(groups, ["t"])
        assert state_of(broker, "g") is State.DEAD


def unwritable(*_: object) -> int:
    """Stand for a write to a failed disk."""
    raise ApiError(Error.KAFKA_STORAGE_ERROR, "the disk is gone")


async def test_commits_count_as_a_sign_of_life() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        await together(broker, a)
        advance(broker, SESSION_MS - 1)
        assert await a.commit(1) == 0
        advance(broker, SESSION_MS - 1)
        broker.state.groups.on_time()
        assert await a.heartbeat() == 0


@asynccontextmanager
async def slow_follower(broker: Running) -> AsyncIterator[trio.Nursery]:
    """Let nothing more of the group be committed until the end of the block, which
    then waits for the tasks in the nursery."""
    partition = broker.state.groups.shards.of("g").partition
    in_sync = frozenset({BrokerId(1), BrokerId(2)})
    assert partition.leader is not None
    partition.leader = on_isr_changed(partition.leader, in_sync, 1)
    async with trio.open_nursery() as nursery:
        yield nursery
        catch_up(partition)


def catch_up(partition: Partition) -> None:
    """Let the follower have everything."""
    assert partition.leader is not None
    end = partition.log.end_offset
    partition.leader = on_follower_fetch(partition.leader, BrokerId(2), end)
    partition.changed.wake()


async def start_commit(broker: Running, nursery: trio.Nursery, offset: int) -> None:
    """Return when a commit of a consumer without a group has been written."""
    groups = broker.state.groups
    log = groups.shards.of("g").partition.log
    end = log.end_offset
    offsets = {T: CommittedOffset(offset, commit_ms=groups.now.time_ms)}
    nursery.start_soon(commit, groups, "g", Sender("", -1), offsets)
    with trio.fail_after(10):
        while log.end_offset == end:
            await trio.lowlevel.checkpoint()


async def test_of_commits_that_wait_for_replicas_the_last_one_counts() -> None:
    world = World()
    async with running(world=world) as broker, members(broker):
        await broker.create("t")
        async with slow_follower(broker) as nursery:
            for offset in range(20):
                await start_commit(broker, nursery, offset)
            assert offsets_of(broker, "g") == {}, "nothing is committed yet"
        assert offsets_of(broker, "g") == {T: 19}
    async with running(world=world) as broker, members(broker):
        await broker.state.groups.shards.loaded()
        assert offsets_of(broker, "g") == {T: 19}


async def test_a_commit_that_waits_does_not_bring_back_what_is_deleted_later() -> None:
    world = World()
    async with running(world=world) as broker, members(broker) as (a,):
        await broker.create("t")
        await a.commit(1)
        async with slow_follower(broker) as nursery:
            await start_commit(broker, nursery, 2)
            delete_offsets(broker.state.groups, "g", [T])
        assert offsets_of(broker, "g") == {}
    async with running(world=world) as broker, members(broker):
        await broker.state.groups.shards.loaded()
        assert offsets_of(broker, "g") == {}


async def test_an_old_offset_does_not_expire_while_a_commit_waits() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        await a.commit(1)
        advance(broker, WEEK_MS)
        async with slow_follower(broker) as nursery:
            await start_commit(broker, nursery, 2)
            assert expire_offsets(broker.state.groups) == 0
        assert offsets_of(broker, "g") == {T: 2}


async def test_an_old_offset_does_not_expire_in_the_turn_of_a_commit() -> None:
    async with running() as broker, members(broker):
        await broker.create("t")
        groups = broker.state.groups
        stored = {T: CommittedOffset(1, commit_ms=broker.clock.time_ms())}
        await commit(groups, "g", Sender("", -1), stored)

        async def again(task_status: trio.TaskStatus[None]) -> None:
            task_status.started()
            offsets = {T: CommittedOffset(2, commit_ms=broker.clock.time_ms())}
            await commit(groups, "g", Sender("", -1), offsets)

        for _ in range(20):
            advance(broker, WEEK_MS + 1)
            async with trio.open_nursery() as nursery:
                await nursery.start(again)
                assert expire_offsets(groups) == 0
        assert offsets_of(broker, "g") == {T: 2}


async def test_a_commit_that_was_given_up_counts_once_it_is_committed() -> None:
    """It is in the log: a coordinator that begins to lead would know it too."""
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        await a.commit(1)
        async with slow_follower(broker) as nursery:
            await start_commit(broker, nursery, 2)
            nursery.cancel_scope.cancel()
        catch_up(broker.state.groups.shards.of("g").partition)
        assert (await a.committed()).committed_offset == 2
