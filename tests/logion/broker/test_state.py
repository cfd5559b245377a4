"""A broker's parts as its handlers see them."""

from __future__ import annotations

from logion.names import TopicPartition, Uuid
from logion.protocol.errors import Error

from tests.logion.broker.running import running


async def test_a_topic_is_found_by_its_id() -> None:
    async with running() as broker:
        await broker.create("t")
        assert broker.state.topic_name(broker.topic_id("t")) == "t"
        assert broker.state.topic_name(Uuid(b"\x01" * 16)) is None


async def test_a_partition_is_led_here_or_there_is_a_reason() -> None:
    async with running() as broker:
        await broker.create("t")
        assert broker.state.leading(TopicPartition("t", 0)) is broker.partition("t")
        for missing in (TopicPartition("t", 1), TopicPartition("u", 0)):
            found = broker.state.leading(missing)
            assert found is Error.UNKNOWN_TOPIC_OR_PARTITION


async def test_a_partition_without_a_disk_is_told_apart_from_one_elsewhere() -> None:
    async with running() as broker:
        await broker.create("t")
        (folder,) = broker.state.logs.directories
        folder.fail(OSError(5, "broken"))
        await broker.create("u")
        found = broker.state.leading(TopicPartition("u", 0))
        assert found is Error.KAFKA_STORAGE_ERROR
