"""DescribeLogDirs: what lies in each data folder, and how large it is."""

from __future__ import annotations

import tracemalloc

import pytest
from logion.broker.context import Context
from logion.broker.handlers.describe_log_dirs import handle
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.protocol.messages.describe_log_dirs import (
    DescribableLogDirTopic,
    DescribeLogDirsRequest,
)

from tests.logion.broker.running import batch, running

ALL = DescribeLogDirsRequest(topics=None)


@pytest.mark.parametrize("version", range(5))
async def test_every_version_tells_the_size_of_each_log(version: int) -> None:
    records = batch(b"v")
    async with running(release="3.9") as broker:
        await broker.create("t", 2)
        await broker.create("u")
        await broker.produce("t", records)
        (folder,) = (await broker.ask(ALL, version)).results
    assert (folder.error_code, folder.log_dir) == (Error.NONE, "data")
    sizes = {
        TopicPartition(topic.name, it.partition_index): it.partition_size
        for topic in folder.topics
        for it in topic.partitions
    }
    assert sizes == {("t", 0): len(records), ("t", 1): 0, ("u", 0): 0}
    if version >= 4:
        assert 0 < folder.usable_bytes <= folder.total_bytes


async def test_only_what_is_asked_for_is_told() -> None:
    topic = DescribableLogDirTopic(topic="t", partitions=(1, 7))
    async with running() as broker:
        await broker.create("t", 2)
        answer = await broker.ask(DescribeLogDirsRequest(topics=(topic,)))
    (found,) = answer.results[0].topics
    assert [it.partition_index for it in found.partitions] == [1]


async def test_partitions_that_are_not_here_cost_no_memory() -> None:
    many = DescribableLogDirTopic(topic="t", partitions=tuple(range(100_000)))
    context = Context(35, 4, 7, "", "10.0.0.1:1", "PLAINTEXT")
    async with running() as broker:
        await broker.create("t", 2)
        tracemalloc.start()
        try:
            request = DescribeLogDirsRequest(topics=(many,))
            answer = await handle(broker.state, context, request)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 100_000
    (found,) = answer.results[0].topics
    assert [it.partition_index for it in found.partitions] == [0, 1]


async def test_partitions_are_spread_over_the_folders() -> None:
    async with running({"log.dirs": "one,two"}) as broker:
        await broker.create("t", 2)
        results = (await broker.ask(ALL)).results
    assert [it.log_dir for it in results] == ["one", "two"]
    assert all(len(it.topics) == 1 for it in results)


async def test_a_failed_folder_says_so() -> None:
    async with running({"log.dirs": "one,two"}) as broker:
        broker.state.logs.directories[0].fail(OSError(5, "broken"))
        results = (await broker.ask(ALL)).results
    codes = [it.error_code for it in results]
    assert codes == [Error.KAFKA_STORAGE_ERROR, Error.NONE]
