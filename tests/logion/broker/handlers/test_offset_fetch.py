from __future__ import annotations

import pytest
from logion.names import Uuid
from logion.protocol.errors import Error
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
)

from tests.logion.broker.running import Running, running
from tests.logion.group.members import Member, members


async def with_offsets(broker: Running, member: Member) -> None:
    for at, topic in enumerate(("t", "u")):
        await broker.create(topic)
        await member.commit(at + 5, topic)


def topics(*names: str) -> tuple[OffsetFetchRequestTopic, ...]:
    return tuple(
        OffsetFetchRequestTopic(name=it, partition_indexes=(0, 0)) for it in names
    )


@pytest.mark.parametrize("version", range(1, 8))
async def test_one_group_is_told_each_partition_once(version: int) -> None:
    async with running(release="3.9") as broker, members(broker) as (a,):
        await with_offsets(broker, a)
        request = OffsetFetchRequest(group_id="g", topics=topics("u", "nosuch"))
        answer = await a.ask(request, version)
        told = {
            it.name: [
                (p.committed_offset, p.metadata, p.error_code) for p in it.partitions
            ]
            for it in answer.topics
        }
        assert told == {"u": [(6, "m", 0)], "nosuch": [(-1, "", 0)]}
        assert answer.error_code == 0


@pytest.mark.parametrize("version", range(2, 8))
async def test_null_asks_for_everything(version: int) -> None:
    async with running() as broker, members(broker) as (a,):
        await with_offsets(broker, a)
        answer = await a.ask(OffsetFetchRequest(group_id="g", topics=None), version)
        assert [it.name for it in answer.topics] == ["t", "u"]
        nobody = await a.ask(OffsetFetchRequest(group_id="h", topics=None), version)
        assert (nobody.topics, nobody.error_code) == ((), 0)


@pytest.mark.parametrize("version", [8, 9])
async def test_several_groups_are_told_apart(version: int) -> None:
    async with running() as broker, members(broker) as (a,):
        await with_offsets(broker, a)
        some = (OffsetFetchRequestTopics(name="t", partition_indexes=(0,)),)
        groups = (
            OffsetFetchRequestGroup(group_id="g", topics=some),
            OffsetFetchRequestGroup(group_id="g", topics=None),
            OffsetFetchRequestGroup(group_id="h", topics=some),
        )
        answer = await a.ask(OffsetFetchRequest(groups=groups), version)
        told = [
            [(t.name, p.committed_offset) for t in it.topics for p in t.partitions]
            for it in answer.groups
        ]
        assert told == [[("t", 5)], [("t", 5), ("u", 6)], [("t", -1)]]


async def test_from_v10_on_topics_are_named_by_their_ids() -> None:
    async with running() as broker, members(broker) as (a,):
        await with_offsets(broker, a)
        rows = tuple(
            OffsetFetchRequestTopics(topic_id=it, partition_indexes=(0,))
            for it in (broker.topic_id("u"), Uuid(b"?" * 16))
        )
        groups = (
            OffsetFetchRequestGroup(group_id="g", topics=rows),
            OffsetFetchRequestGroup(group_id="g", topics=None),
        )
        answer = await a.ask(OffsetFetchRequest(groups=groups), 10)
        told = [
            (p.committed_offset, p.error_code)
            for t in answer.groups[0].topics
            for p in t.partitions
        ]
        assert told == [(6, 0), (-1, Error.UNKNOWN_TOPIC_ID)]
        assert [it.topic_id for it in answer.groups[1].topics] == [
            broker.topic_id("t"),
            broker.topic_id("u"),
        ]


@pytest.mark.parametrize("version", [1, 2, 7, 8])
async def test_while_groups_are_loaded_nothing_is_told(version: int) -> None:
    loading = Error.COORDINATOR_LOAD_IN_PROGRESS
    async with running(release="3.9") as broker, members(broker) as (a,):
        broker.state.groups.shards.of("g").is_loaded = False
        if version == 8:
            group = OffsetFetchRequestGroup(group_id="g", topics=None)
            answer = await a.ask(OffsetFetchRequest(groups=(group,)), version)
            assert answer.groups[0].error_code == loading
            return
        request = OffsetFetchRequest(group_id="g", topics=topics("t"))
        answer = await a.ask(request, version)
        if version == 1:
            assert answer.topics[0].partitions[0].error_code == loading
        else:
            assert (answer.error_code, answer.topics) == (loading, ())


async def test_version_0_does_not_know_a_partition_nobody_committed_for() -> None:
    async with running(release="3.9") as broker, members(broker) as (a,):
        await broker.create("t")
        found = await a.committed(version=0)
        unknown = Error.UNKNOWN_TOPIC_OR_PARTITION
        assert (found.committed_offset, found.error_code) == (-1, unknown)
        a.group = "no/node"
        assert (await a.committed(version=0)).error_code == unknown


async def test_since_4_0_a_partition_that_is_named_twice_is_told_twice() -> None:
    request = OffsetFetchRequest(group_id="g", topics=topics("u"))
    async with running(release="4.0") as broker, members(broker) as (a,):
        await with_offsets(broker, a)
        (topic,) = (await a.ask(request, 5)).topics
    assert [it.committed_offset for it in topic.partitions] == [6, 6]
