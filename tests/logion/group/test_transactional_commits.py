from __future__ import annotations

import pytest
from logion.broker.internal_topics import OFFSETS
from logion.group.classic.steps import Sender
from logion.group.committing import (
    commit_in_transaction,
    committed_offsets,
    delete_group,
    delete_offsets,
    expire_offsets,
    forget_topics,
    unstable_offsets,
)
from logion.group.offsets import CommittedOffset
from logion.group.shard import Committer
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.testing.clock import FakeClock

from tests.logion.broker.running import Running, World, running
from tests.logion.broker.transactions import Transacting
from tests.logion.group.members import members

MONTH_MS = 30 * 24 * 60 * 60_000
T, U = TopicPartition("t", 0), TopicPartition("u", 0)


def offsets_of(broker: Running) -> dict[TopicPartition, int]:
    """Return what group g has committed."""
    found = committed_offsets(broker.state.groups, "g")
    return {partition: it.offset for partition, it in found.items()}


def unstable(broker: Running) -> list[TopicPartition]:
    """Return the partitions of which transactions commit offsets for group g."""
    return list(unstable_offsets(broker.state.groups, "g"))


def is_there(broker: Running) -> bool:
    """Tell whether there is a group g."""
    return broker.state.groups.find("g")[1] is not None


async def test_an_open_transaction_is_known_after_a_restart_and_can_be_ended() -> None:
    world = World()
    async with running(world=world) as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        await producer.commit_offsets({T: 5})
    async with running(world=world) as broker:
        await broker.state.groups.shards.loaded()
        await broker.state.transactions.shards.loaded()
        assert (offsets_of(broker), unstable(broker)) == ({}, [T])
        assert is_there(broker)
        producer.broker = broker
        assert await producer.end() == Error.NONE
        assert (offsets_of(broker), unstable(broker)) == ({T: 5}, [])


async def test_a_later_commit_of_a_consumer_stands() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        producer = await Transacting(broker).begin()
        await producer.commit_offsets({T: 5})
        assert await a.commit(9) == Error.NONE
        assert unstable(broker) == [T]
        await producer.end()
        assert offsets_of(broker) == {T: 9}


async def test_offsets_do_not_expire_while_a_transaction_may_change_them() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        assert await a.commit(3) == Error.NONE
        producer = await Transacting(broker).begin()
        await producer.commit_offsets({T: 5})
        assert isinstance(broker.clock, FakeClock)
        broker.clock.advance(MONTH_MS)
        assert expire_offsets(broker.state.groups) == 0
        assert is_there(broker)
        await producer.end(is_commit=False)
        assert expire_offsets(broker.state.groups) == 1
        assert not is_there(broker)


async def test_a_group_is_there_while_a_transaction_commits_its_first_offset() -> None:
    async with running() as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        await producer.commit_offsets({T: 5})
        assert expire_offsets(broker.state.groups) == 0
        assert is_there(broker)
        await producer.end(is_commit=False)
        expire_offsets(broker.state.groups)
        assert not is_there(broker)


@pytest.mark.parametrize("how", ["group", "offsets", "topic"])
async def test_what_is_deleted_meanwhile_does_not_come_back(how: str) -> None:
    world = World()
    async with running(world=world) as broker:
        await broker.create("t")
        await broker.create("u")
        producer = await Transacting(broker).begin()
        await producer.commit_offsets({T: 5, U: 6})
        groups = broker.state.groups
        if how == "group":
            delete_group(groups, "g")
        elif how == "offsets":
            assert delete_offsets(groups, "g", [T]) == {T: Error.NONE}
        else:
            forget_topics(groups, ["t"])
        await producer.end()
        expected = {} if how == "group" else {U: 6}
        assert offsets_of(broker) == expected
    async with running(world=world) as broker:
        await broker.state.groups.shards.loaded()
        assert offsets_of(broker) == expected


async def test_offsets_that_cannot_be_written_are_not_open() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.create(OFFSETS, configs={"max.message.bytes": "100"})
        sender, offsets = Sender("", -1), {T: CommittedOffset(5, metadata="m" * 99)}
        commit = commit_in_transaction(
            broker.state.groups, "g", sender, offsets, Committer(7, 0)
        )
        assert await commit is Error.INVALID_COMMIT_OFFSET_SIZE
        assert unstable(broker) == []
        assert not is_there(broker)


async def test_the_groups_of_others_are_not_for_us_to_tell() -> None:
    async with running() as broker:
        with pytest.raises(ApiError, match="NOT_COORDINATOR"):
            unstable(broker)
