from __future__ import annotations

import pytest
from logion.broker.internal_topics import OFFSETS
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
)

from tests.logion.broker.running import Running, running
from tests.logion.broker.transactions import Transacting
from tests.logion.group.members import members, together

T, U = TopicPartition("t", 0), TopicPartition("t", 1)

UNTIL_ADDS = 4
"""The last TxnOffsetCommit whose group has to be added first."""


async def fetched(broker: Running, version: int, *, stable: bool) -> tuple[int, Error]:
    """Return offset and error of group g in t-0."""
    if version >= 8:
        wanted = OffsetFetchRequestTopics(name="t", partition_indexes=(0,))
        group = OffsetFetchRequestGroup(group_id="g", topics=(wanted,))
        request = OffsetFetchRequest(groups=(group,), require_stable=stable)
        answer = await broker.ask(request, version)
        (found,) = answer.groups[0].topics[0].partitions
    else:
        topic = OffsetFetchRequestTopic(name="t", partition_indexes=(0,))
        request = OffsetFetchRequest(
            group_id="g", topics=(topic,), require_stable=stable
        )
        answer = await broker.ask(request, version)
        (found,) = answer.topics[0].partitions
    return found.committed_offset, Error.of(found.error_code)


@pytest.mark.parametrize(
    ("release", "version"),
    [("0.11.0", 0), ("2.0", 1), ("2.1", 2), ("2.8", 3), ("3.9", 4), ("4.3", 5)],
)
@pytest.mark.parametrize("is_commit", [True, False])
async def test_offsets_count_when_the_transaction_is_committed(
    release: str, version: int, *, is_commit: bool
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        if version <= UNTIL_ADDS:
            assert await producer.add_group() == Error.NONE
        assert await producer.commit_offsets({T: 5}, version) == {T: Error.NONE}
        assert await fetched(broker, 3, stable=False) == (-1, Error.NONE)
        assert await producer.end(is_commit=is_commit) == Error.NONE
        expected = 5 if is_commit else -1
        assert await fetched(broker, 3, stable=False) == (expected, Error.NONE)


@pytest.mark.parametrize("version", [7, 8, 9])
async def test_who_asks_for_stable_offsets_is_told_to_wait(version: int) -> None:
    async with running() as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        await producer.commit_offsets({T: 5})
        unstable = (-1, Error.UNSTABLE_OFFSET_COMMIT)
        assert await fetched(broker, version, stable=True) == unstable
        assert await fetched(broker, version, stable=False) == (-1, Error.NONE)
        await producer.end()
        assert await fetched(broker, version, stable=True) == (5, Error.NONE)


@pytest.mark.parametrize(
    ("release", "version", "error"),
    [
        ("2.8", 3, Error.NONE),
        ("3.9", 3, Error.INVALID_TXN_STATE),
        ("3.9", 4, Error.TRANSACTION_ABORTABLE),
        ("4.3", 4, Error.TRANSACTION_ABORTABLE),
        ("4.3", 5, Error.NONE),
    ],
)
async def test_a_group_that_was_not_added_is_taken_or_not_by_release(
    release: str, version: int, error: Error
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        assert await producer.commit_offsets({T: 5}, version) == {T: error}


async def test_a_member_of_an_older_generation_is_fenced() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        producer = await Transacting(broker).begin()
        await together(broker, a)
        mine = {"member_id": a.id, "generation_id": a.generation}
        assert await producer.commit_offsets({T: 5}, **mine) == {T: Error.NONE}
        old = {**mine, "generation_id": a.generation - 1}
        assert await producer.commit_offsets({T: 5}, **old) == {
            T: Error.ILLEGAL_GENERATION
        }
        stranger = {**mine, "member_id": "nobody"}
        assert await producer.commit_offsets({T: 5}, **stranger) == {
            T: Error.UNKNOWN_MEMBER_ID
        }
        assert await producer.commit_offsets({T: 5}) == {T: Error.NONE}, "who says none"


@pytest.mark.parametrize(
    ("release", "error"),
    [("3.9", Error.UNKNOWN_MEMBER_ID), ("4.3", Error.ILLEGAL_GENERATION)],
)
async def test_a_group_that_never_was_has_no_members(
    release: str, error: Error
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        await producer.add_group()
        told = await producer.commit_offsets({T: 5}, member_id="m", generation_id=1)
        assert told == {T: error}
        assert broker.state.groups.find("g")[1] is None


async def test_every_partition_has_its_own_error() -> None:
    settings = {"offset.metadata.max.bytes": "0"}
    async with running(settings) as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        assert await producer.commit_offsets({T: 5, U: 6}) == {
            T: Error.OFFSET_METADATA_TOO_LARGE,
            U: Error.UNKNOWN_TOPIC_OR_PARTITION,
        }
        assert await producer.commit_offsets({U: 6}) == {
            U: Error.UNKNOWN_TOPIC_OR_PARTITION
        }
        assert broker.partition(OFFSETS).log.end_offset == 0


@pytest.mark.parametrize("release", ["0.11.0", "1.1"])
async def test_before_2_0_a_topic_was_enough_and_no_name_a_group(release: str) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        told = await producer.commit_offsets({T: 5, U: 6}, 0, group_id="")
        assert told == {T: Error.NONE, U: Error.NONE}


async def test_a_group_needs_a_name() -> None:
    async with running() as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        told = await producer.commit_offsets({T: 5, U: 6}, group_id="")
        assert told == {
            T: Error.INVALID_GROUP_ID,
            U: Error.UNKNOWN_TOPIC_OR_PARTITION,
        }


@pytest.mark.parametrize(
    ("version", "error"),
    [
        (1, Error.COORDINATOR_NOT_AVAILABLE),
        (2, Error.COORDINATOR_LOAD_IN_PROGRESS),
    ],
)
async def test_old_clients_are_not_told_that_groups_are_loaded(
    version: int, error: Error
) -> None:
    async with running(release="2.8") as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        broker.state.groups.shards.led[0].is_loaded = False
        assert await producer.commit_offsets({T: 5}, version) == {T: error}


async def test_a_producer_that_was_replaced_commits_nothing() -> None:
    async with running(release="2.8") as broker:
        await broker.create("t")
        zombie = await Transacting(broker).begin()
        await zombie.add_group()
        assert await zombie.commit_offsets({T: 5}) == {T: Error.NONE}
        await Transacting(broker).begin()
        assert await zombie.commit_offsets({T: 6}) == {T: Error.INVALID_PRODUCER_EPOCH}
