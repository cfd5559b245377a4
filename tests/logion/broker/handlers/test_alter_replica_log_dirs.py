"""AlterReplicaLogDirs: move logs to another data folder."""

from __future__ import annotations

from typing import Any

import pytest
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.protocol.messages.alter_replica_log_dirs import (
    AlterReplicaLogDir,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirTopic,
)
from logion.protocol.messages.describe_log_dirs import DescribeLogDirsRequest

from tests.logion.broker.running import Running, World, batch, running, values_of

TWO_FOLDERS = {"log.dirs": "one,two"}


async def move(
    broker: Running,
    path: str,
    *partitions: int,
    topic: str = "t",
    version: int | None = None,
) -> list[int]:
    """Return the error of each move."""
    moved = AlterReplicaLogDirTopic(name=topic, partitions=partitions)
    to = AlterReplicaLogDir(path=path, topics=(moved,))
    answer = await broker.ask(AlterReplicaLogDirsRequest(dirs=(to,)), version)
    return [it.error_code for found in answer.results for it in found.partitions]


async def folders(broker: Running) -> dict[str, list[tuple[int, bool]]]:
    """Return what lies in each folder: partitions, and whether on their way there."""
    answer = await broker.ask(DescribeLogDirsRequest(topics=None))
    return {
        it.log_dir: [
            (found.partition_index, found.is_future_key)
            for topic in it.topics
            for found in topic.partitions
        ]
        for it in answer.results
    }


async def until_moved(broker: Running) -> None:
    """Return once nothing is on the move."""
    while broker.state.logs.futures:
        await folders(broker)


async def values(broker: Running, topic: str = "t") -> list[bytes | None]:
    """Return the values of all records of partition 0."""
    (found,) = await broker.fetch(topic, 0)
    assert found.error_code == Error.NONE
    return values_of(found.records)


@pytest.mark.parametrize("version", range(1, 3))
async def test_every_version_moves_a_log_with_all_it_has(version: int) -> None:
    world = World()
    async with running(TWO_FOLDERS, world=world) as broker:
        await broker.create("t")
        for number in range(5):
            await broker.produce("t", batch(b"%d" % number))
        assert await folders(broker) == {"one": [(0, False)], "two": []}
        assert await move(broker, "two", 0, version=version) == [Error.NONE]
        await until_moved(broker)
        assert await folders(broker) == {"one": [], "two": [(0, False)]}
        await broker.produce("t", batch(b"after"))
        expected = [b"0", b"1", b"2", b"3", b"4", b"after"]
        assert await values(broker) == expected
        topic_id = broker.topic_id("t")
        assert broker.state.logs.topic_id(TopicPartition("t", 0)) == topic_id
    async with running(TWO_FOLDERS, world=world) as broker:
        assert await values(broker) == expected
        assert await folders(broker) == {"one": [], "two": [(0, False)]}


async def test_a_log_on_the_move_is_told_with_how_far_it_is_behind() -> None:
    name = TopicPartition("t", 0)
    async with running(TWO_FOLDERS) as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0", b"1"))
        logs = broker.state.logs
        logs.begin_move(name, logs.directories[1])  # and nobody copies
        answer = await broker.ask(DescribeLogDirsRequest(topics=None))
        (found,) = answer.results[1].topics[0].partitions
        assert (found.is_future_key, found.offset_lag) == (True, 2)
        assert await values(broker) == [b"0", b"1"]


async def test_one_that_is_wanted_back_stays() -> None:
    name = TopicPartition("t", 0)
    async with running(TWO_FOLDERS) as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0"))
        logs = broker.state.logs
        logs.begin_move(name, logs.directories[1])
        logs.begin_move(name, logs.directories[1])
        assert await move(broker, "one", 0) == [Error.NONE]
        assert await folders(broker) == {"one": [(0, False)], "two": []}


async def test_a_topic_that_is_deleted_on_the_move_is_gone() -> None:
    name = TopicPartition("t", 0)
    async with running(TWO_FOLDERS) as broker:
        await broker.create("t")
        logs = broker.state.logs
        logs.begin_move(name, logs.directories[1])
        await broker.state.cluster.delete_topic("t")
        assert await folders(broker) == {"one": [], "two": []}


LONG = "x" * 220


@pytest.mark.parametrize(
    ("path", "topic", "index", "error"),
    [
        ("three", "t", 0, Error.LOG_DIR_NOT_FOUND),
        ("two/", "t", 0, Error.LOG_DIR_NOT_FOUND),
        ("", "t", 0, Error.LOG_DIR_NOT_FOUND),
        ("two", "t", 9, Error.UNKNOWN_TOPIC_OR_PARTITION),
        ("two", "nope", 0, Error.UNKNOWN_TOPIC_OR_PARTITION),
        ("two", LONG, 0, Error.INVALID_TOPIC_EXCEPTION),
    ],
)
async def test_what_cannot_move_is_refused(
    path: str, topic: str, index: int, error: Error
) -> None:
    async with running(TWO_FOLDERS) as broker:
        await broker.create("t")
        assert await move(broker, path, index, topic=topic) == [error]


async def test_nothing_moves_while_a_folder_is_offline() -> None:
    async with running(TWO_FOLDERS) as broker:
        await broker.create("t")
        broker.state.logs.directories[1].fail(OSError(5, "broken"))
        assert await move(broker, "one", 0) == [Error.KAFKA_STORAGE_ERROR]


async def test_a_move_that_fails_leaves_the_log_where_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(self: object, *args: Any) -> bool:
        raise OSError(5, "broken")

    async with running(TWO_FOLDERS) as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0"))
        monkeypatch.setattr(type(broker.state.logs), "copy_some", fail)
        await move(broker, "two", 0)
        await until_moved(broker)
        assert await folders(broker) == {"one": [(0, False)], "two": []}
        assert await values(broker) == [b"0"]
