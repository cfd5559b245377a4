from __future__ import annotations

import pytest
from logion.names import TopicPartition, Uuid
from logion.protocol.errors import Error
from logion.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)

from tests.logion.broker.running import running
from tests.logion.group.members import members, offsets_of


def request(
    *rows: OffsetCommitRequestPartition, **topic: object
) -> OffsetCommitRequest:
    named = OffsetCommitRequestTopic(partitions=rows, **({"name": "t"} | topic))
    return OffsetCommitRequest(group_id="g", topics=(named,))


def row(
    index: int, offset: int, metadata: str | None = ""
) -> OffsetCommitRequestPartition:
    return OffsetCommitRequestPartition(
        partition_index=index, committed_offset=offset, committed_metadata=metadata
    )


def errors(answer: object) -> list[int]:
    return [it.error_code for t in answer.topics for it in t.partitions]  # type: ignore[attr-defined]


@pytest.mark.parametrize("version", range(1, 10))
async def test_each_partition_has_an_error_of_its_own(version: int) -> None:
    async with running(release="3.9") as broker, members(broker) as (a,):
        await broker.create("t", 2)
        rows = row(0, 5, None), row(1, 6, "x" * 4097), row(7, 8)
        told = errors(await a.ask(request(*rows), version))
        assert told == [
            Error.NONE,
            Error.OFFSET_METADATA_TOO_LARGE,
            Error.UNKNOWN_TOPIC_OR_PARTITION,
        ]
        assert offsets_of(broker, "g") == {TopicPartition("t", 0): 5}


async def test_a_commit_of_nothing_but_what_is_too_large_stores_nothing() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        told = errors(await a.ask(request(row(0, 5, "x" * 4097)), 9))
        assert told == [Error.OFFSET_METADATA_TOO_LARGE]
        assert offsets_of(broker, "g") == {}


@pytest.mark.parametrize(
    ("version", "error"), [(0, Error.UNKNOWN_TOPIC_OR_PARTITION), (1, Error.NONE)]
)
async def test_0_8_looked_for_topics_in_zookeeper_alone(
    version: int, error: Error
) -> None:
    async with running(release="0.8.2") as broker, members(broker) as (a,):
        asked = request(row(0, 5), name="a b")
        assert errors(await a.ask(asked, version)) == [error]


async def test_from_v10_on_topics_are_named_by_their_ids() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        topic_id = broker.topic_id("t")
        answer = await a.ask(request(row(0, 5), name="", topic_id=topic_id), 10)
        assert errors(answer) == [0]
        assert answer.topics[0].topic_id == topic_id
        assert offsets_of(broker, "g") == {TopicPartition("t", 0): 5}
        unknown = request(row(0, 5), name="", topic_id=Uuid(b"?" * 16))
        assert errors(await a.ask(unknown, 10)) == [Error.UNKNOWN_TOPIC_ID]


async def test_who_may_not_commit_hears_so_before_what_is_too_large() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        rows = row(0, 5, "x" * 4097), row(7, 8)
        asked = request(*rows)
        asked = OffsetCommitRequest(
            group_id="g", generation_id_or_member_epoch=3, topics=asked.topics
        )
        unknown = Error.UNKNOWN_TOPIC_OR_PARTITION
        assert errors(await a.ask(asked, 8)) == [Error.ILLEGAL_GENERATION, unknown]
        assert errors(await a.ask(asked, 9)) == [Error.GROUP_ID_NOT_FOUND, unknown]


async def test_a_time_that_the_client_names_is_when_it_was_committed() -> None:
    async with running(release="3.9") as broker, members(broker) as (a,):
        await broker.create("t")
        timed = OffsetCommitRequestPartition(
            partition_index=0,
            committed_offset=5,
            commit_timestamp=77,
            committed_metadata="",
        )
        assert errors(await a.ask(request(timed), 1)) == [0]
        _, cell = broker.state.groups.find("g")
        assert cell is not None
        assert cell.offsets[TopicPartition("t", 0)].commit_ms == 77


async def test_version_0_is_kept_apart_and_needs_no_coordinator() -> None:
    async with running(release="3.9") as broker, members(broker) as (a,):
        await broker.create("t")
        assert await a.commit(5, version=0) == 0
        assert await a.commit(6, version=0) == 0
        assert (await a.committed(version=0)).committed_offset == 6
        assert (await a.committed(version=1)).committed_offset == -1
        a.group = "no/node"
        assert await a.commit(5, version=0) == Error.INVALID_GROUP_ID
