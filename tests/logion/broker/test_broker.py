"""The composition root: a broker is put together, and taken apart."""

from __future__ import annotations

import pytest
from logion.broker.broker import open_broker
from logion.config import BrokerConfig
from logion.log.manager import DirectoryRefused
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

from tests.logion.broker.running import (
    FOLDER,
    World,
    batch,
    create_request,
    running,
    values_of,
)


async def test_a_restart_keeps_topics_ids_settings_and_records() -> None:
    world = World()
    async with running(world=world) as broker:
        await broker.ask(
            create_request("t", partitions=2, configs={"retention.ms": "5"})
        )
        await broker.produce("t", batch(b"0"), batch(b"1"))
        topic_id, cluster_id = (
            broker.topic_id("t"),
            broker.state.cluster.image.cluster_id,
        )
    async with running(world=world) as broker:
        assert broker.topic_id("t") == topic_id
        assert broker.state.cluster.image.cluster_id == cluster_id
        assert broker.partition("t").log.settings.retention_ms == 5
        found = await broker.fetch("t", 0, 0)
        assert [values_of(it.records) for it in found] == [[b"0"], [b"1"]]
        (more,) = await broker.produce("t", batch(b"2"))
        assert more.base_offset == 1


@pytest.mark.parametrize(
    ("release", "epochs"), [("2.8", [0, 0, 0]), ("3.9", [0, 0, 0]), ("4.3", [0, 2, 4])]
)
async def test_on_kraft_a_restart_begins_other_leader_epochs(
    release: str, epochs: list[int]
) -> None:
    """As Apache Kafka 4.0.0 and 4.3.0: without a leader first, then with it again."""
    world, found = World(), []
    for restarts in range(3):
        async with running(release=release, world=world) as broker:
            if not restarts:
                await broker.create("t")
            await broker.produce("t", batch(b"0"))
            partition = broker.partition("t")
            found.append(partition.leader.epoch)
            assert partition.log.end_of_epoch(found[-1]).end_offset == restarts + 1
            assert partition.high_watermark == restarts + 1
    assert found == epochs


async def test_a_deleted_topic_does_not_come_back() -> None:
    world = World()
    async with running(world=world) as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0"))
        await broker.state.cluster.delete_topic("t")
    async with running(world=world) as broker:
        assert not broker.state.cluster.image.topics
        await broker.create("t")
        assert broker.partition("t").log.end_offset == 0


async def test_after_a_crash_every_synced_record_is_there() -> None:
    disk = MemoryDisk()
    async with running(
        {"log.flush.interval.messages": "1"}, world=World(disk)
    ) as broker:
        await broker.create("t")
        for value in (b"0", b"1", b"2"):
            await broker.produce("t", batch(value))
        crashed = disk.crash()
    async with running(world=World(crashed)) as broker:
        (found,) = await broker.fetch("t")
        assert values_of(found.records) == [b"0", b"1", b"2"]
        assert found.high_watermark == 3


async def test_a_folder_another_broker_wrote_is_adopted() -> None:
    disk = MemoryDisk()
    async with running(world=World(disk)) as broker:
        await broker.create("t", 2)
        await broker.produce("t", batch(b"0"), batch(b"1"))
        topic_id = broker.topic_id("t")
        cluster_id = broker.state.cluster.image.cluster_id
    disk.remove(f"{FOLDER}/logion-coordination.journal")
    async with running(world=World(disk)) as broker:
        assert broker.topic_id("t") == topic_id
        assert broker.state.cluster.image.cluster_id == cluster_id
        found = await broker.fetch("t", 0, 0)
        assert [values_of(it.records) for it in found] == [[b"0"], [b"1"]]


async def test_a_partition_missing_from_an_adopted_folder_exists_empty() -> None:
    disk = MemoryDisk()
    async with running(world=World(disk)) as broker:
        await broker.create("t", 3)
        await broker.produce("t", b"", b"", batch(b"2"))
    disk.remove(f"{FOLDER}/logion-coordination.journal")
    disk.remove_tree(f"{FOLDER}/t-1")
    async with running(world=World(disk)) as broker:
        assert broker.partition("t", 1).log.end_offset == 0
        assert broker.partition("t", 2).log.end_offset == 1


async def test_folders_of_a_topic_deleted_meanwhile_are_removed() -> None:
    disk, folder = MemoryDisk(), f"{FOLDER}/t-0"
    async with running(world=World(disk)) as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0"))
        files = {name: disk.open(f"{folder}/{name}") for name in disk.listdir(folder)}
        contents = {name: it.pread(it.size(), 0) for name, it in files.items()}
        await broker.state.cluster.delete_topic("t")
        await broker.create("t")
    for name, data in contents.items():
        file = disk.open(f"{folder}/{name}", create=True)
        file.truncate(0)
        file.pwritev([data], 0)
    async with running(world=World(disk)) as broker:
        (found,) = await broker.fetch("t")
        assert (found.error_code, values_of(found.records)) == (Error.NONE, [])


async def test_the_settings_in_force_are_those_changed_while_running() -> None:
    from logion.cluster.configs import ConfigEdit, Edit, Kind

    world = World()
    async with running(world=world) as broker:
        await broker.create("t")
        edit = ConfigEdit(Edit.SET, "log.retention.ms", "7")
        await broker.state.cluster.edit_config(Kind.BROKER, "1", [edit])
        assert broker.partition("t").log.settings.retention_ms == 7
    async with running(world=world) as broker:
        assert broker.partition("t").log.settings.retention_ms == 7


async def test_settings_that_cannot_be_any_more_do_not_hold_up_a_start() -> None:
    from logion.cluster.configs import Kind

    world, key = World(), "log.roll.hours"
    async with running(world=world, release="1.1") as broker:
        await broker.state.cluster.replace_config(Kind.BROKER, "1", {key: "5"})
        assert broker.state.cluster.config.integer(key) == 5
    async with running(world=world, release="2.8") as broker:
        assert broker.state.cluster.config.integer(key) == 168


async def test_producers_are_forgotten_when_it_is_said_while_running() -> None:
    from logion.cluster.configs import DEFAULT_BROKER, Kind

    async with running(release="3.9") as broker:
        await broker.create("t")
        change = {"producer.id.expiration.ms": "7"}
        await broker.state.cluster.replace_config(Kind.BROKER, DEFAULT_BROKER, change)
        assert broker.partition("t").log.settings.producer_expiry_ms == 7


async def test_addresses_that_are_advertised_are_registered() -> None:
    async with running() as broker:
        (endpoint,) = broker.state.cluster.image.brokers[broker.state.id].endpoints
        assert (endpoint.host, endpoint.port) == broker.broker.addresses[0]
    settings = {"advertised.listeners": "PLAINTEXT://example:1"}
    async with running(settings) as broker:
        (endpoint,) = broker.state.cluster.image.brokers[broker.state.id].endpoints
        assert (endpoint.host, endpoint.port) == ("example", 1)


def config(**settings: str) -> BrokerConfig:
    """Return settings of a broker on a free port."""
    return BrokerConfig.of(
        {
            "log.dirs": FOLDER,
            "broker.id": "1",
            "listeners": "PLAINTEXT://127.0.0.1:0",
            **{key.replace("_", "."): value for key, value in settings.items()},
        }
    )


async def test_a_folder_of_another_broker_or_in_use_is_refused() -> None:
    disk = MemoryDisk()
    async with running(world=World(disk)):
        with pytest.raises(DirectoryRefused):
            async with open_broker(config(), FakeClock(), disk):
                pass
    with pytest.raises(DirectoryRefused):
        async with open_broker(config(broker_id="2"), FakeClock(), disk):
            pass


async def test_an_address_in_use_ends_the_start_and_leaves_the_folder_free() -> None:
    async with running() as broker:
        _, port = broker.broker.addresses[0]
        disk = MemoryDisk()
        taken = config(listeners=f"PLAINTEXT://127.0.0.1:{port}")
        with pytest.raises(OSError, match=f"{port}.*in use"):
            async with open_broker(taken, FakeClock(), disk):
                pass
        async with open_broker(config(), FakeClock(), disk) as free:
            assert free.addresses[0][1] != port


async def test_a_clean_stop_leaves_nothing_to_recover() -> None:
    disk = MemoryDisk()
    async with running(world=World(disk)) as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0"))
    assert disk.exists(f"{FOLDER}/.kafka_cleanshutdown")
    survivor = disk.crash()
    async with running(world=World(survivor)) as broker:
        assert broker.state.logs.high_watermarks[TopicPartition("t", 0)] == 1
        (found,) = await broker.fetch("t")
        assert values_of(found.records) == [b"0"]
