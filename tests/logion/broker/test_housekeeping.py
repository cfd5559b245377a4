"""What a broker does from time to time: sync, retain, write checkpoints."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest
import trio
from logion.broker import housekeeping
from logion.cluster.configs import ConfigEdit, Edit, Kind
from logion.log.checkpoints import parse_offsets
from logion.log.flushing import FlushPlan
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.records.batch import parse_batch
from logion.records.record import Record, read_batch, write_batch
from logion.testing.clock import NEW_YEAR_2024_MS, FakeClock
from logion.testing.disk import MemoryDisk
from logion.transaction import state as transactions

from tests.logion.broker.running import FOLDER, World, batch, running
from tests.logion.group.members import members
from tests.logion.transaction.producing import SMALL, T0, producer, transaction_of

QUICK = {
    "log.retention.check.interval.ms": "1",
    "replica.high.watermark.checkpoint.interval.ms": "1",
    "log.flush.scheduler.interval.ms": "1",
}
PATIENCE_S = 5


async def until(holds: Callable[[], bool]) -> None:
    """Return once this holds, which a chore has to bring about."""
    with trio.fail_after(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - chores tell nobody
            await trio.sleep(0.001)


async def test_old_segments_go() -> None:
    clock = FakeClock()
    async with running(QUICK, world=World(clock=clock), release="3.9") as broker:
        await broker.create("t", configs={"segment.bytes": "100", "retention.ms": "10"})
        for value in (b"0", b"1", b"2"):
            await broker.produce("t", batch(value))
        log = broker.partition("t").log
        assert log.start_offset == 0
        clock.advance(60_000)
        await until(lambda: log.start_offset >= 2)


async def test_the_cleaner_heeds_what_is_changed_while_it_runs() -> None:
    edits = [
        ConfigEdit(Edit.SET, "log.cleaner.dedupe.buffer.size", "3000000"),
        ConfigEdit(Edit.SET, "log.cleaner.backoff.ms", "10"),
    ]
    async with running({"log.cleaner.backoff.ms": "1"}) as broker:
        await broker.state.cluster.edit_config(Kind.BROKER, "1", edits)
        await until(lambda: broker.state.cleaner.limits.size_max == 3_000_000)


async def test_transactions_that_are_open_for_too_long_are_aborted() -> None:
    chore = "transaction.abort.timed.out.transaction.cleanup.interval.ms"
    async with running(SMALL | {chore: "1"}) as broker:
        one = await producer(broker)
        await one.add(T0)
        assert isinstance(broker.clock, FakeClock)
        broker.clock.advance(one.timeout_ms + 1)
        await until(
            lambda: transaction_of(broker).state is transactions.State.COMPLETE_ABORT
        )


async def test_transactional_ids_that_nobody_uses_are_forgotten() -> None:
    chore = "transaction.remove.expired.transaction.cleanup.interval.ms"
    async with running(SMALL | {chore: "1"}) as broker:
        await producer(broker)
        assert isinstance(broker.clock, FakeClock)
        broker.clock.advance(7 * 24 * 3600 * 1000)
        await until(lambda: broker.state.transactions.find("tx") is None)


async def test_what_is_committed_is_written_down() -> None:
    disk = MemoryDisk()
    async with running(QUICK, world=World(disk)) as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0"))
        await until(lambda: written(disk).get(TopicPartition("t", 0)) == 1)


def written(disk: MemoryDisk) -> dict[TopicPartition, int]:
    """Return the high watermarks that are written down."""
    path = f"{FOLDER}/replication-offset-checkpoint"
    if not disk.exists(path):
        return {}
    file = disk.open(path)
    return parse_offsets(file.pread(file.size(), 0))


async def test_a_rolled_segment_is_synced_soon() -> None:
    disk = MemoryDisk()
    async with running(QUICK, world=World(disk), release="3.9") as broker:
        await broker.create("t", configs={"segment.bytes": "100"})
        for value in (b"0", b"1", b"2"):
            await broker.produce("t", batch(value))
        log = broker.partition("t").log
        await until(lambda: not log.needs_flush)
        survivor = disk.crash()
    async with running(world=World(survivor), release="3.9") as broker:
        assert broker.partition("t").log.end_offset >= 2


async def test_a_chore_that_fails_is_told_and_tried_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def fail(_: object) -> None:
        calls.append(1)
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(housekeeping, "_apply_retention", fail)
    async with running(QUICK) as broker:
        await until(lambda: len(calls) > 1)
        await broker.create("t")
        (found,) = await broker.produce("t", batch(b"v"))
        assert found.error_code == Error.NONE
    assert any("broken" in it.getMessage() for it in caplog.records)


async def test_a_log_that_is_deleted_while_it_is_synced_takes_nothing_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"0"))
        log = broker.partition("t").log

        def delete(_: FlushPlan) -> None:
            trio.from_thread.run(broker.state.cluster.delete_topic, "t")
            raise FileNotFoundError(errno.ENOENT, "gone")

        monkeypatch.setattr(FlushPlan, "run", delete)
        for _ in range(2):
            await housekeeping.sync_one(broker.state, log)
        assert log.directory.failure is None


async def test_a_sync_that_fails_takes_the_folder_and_not_the_broker(
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk = MemoryDisk()
    settings = {"log.flush.scheduler.interval.ms": "1", "log.dirs": "one,two"}
    async with running(settings, world=World(disk), release="3.9") as broker:
        await broker.create("t", 2, configs={"segment.bytes": "100"})
        first, second = (broker.partition("t", it).log for it in (0, 1))
        await broker.produce("t", batch(b"0"))
        first.roll()
        disk.fail(count=1)
        await until(lambda: first.directory.failure is not None)
        assert second.directory.failure is None
        (_, found) = await broker.produce("t", batch(b"0"), batch(b"1"))
        assert found.error_code == Error.NONE
    assert "t-0" in caplog.text


async def test_a_compacted_topic_is_cleaned_in_the_background() -> None:
    settings = {
        "log.cleaner.backoff.ms": "1",
        "log.flush.scheduler.interval.ms": "1",
    }
    async with running(settings, release="3.9") as broker:
        configs = {"cleanup.policy": "compact", "segment.bytes": "150"}
        await broker.create("t", configs=configs)
        for number in range(8):
            await broker.produce("t", keyed(b"%d" % number))
        log = broker.partition("t").log
        await until(lambda: log.cleaned_end > 2)
        first = log.read(0, 1000).read()
        assert read_batch(first, parse_batch(first))[0].offset > 1
        assert log.end_offset == 8


async def test_the_topic_of_offsets_stays_small_however_often_one_commits() -> None:
    world = World()
    settings = {
        "offsets.topic.num.partitions": "1",
        "offsets.topic.segment.bytes": "1000",
        "log.cleaner.backoff.ms": "1",
    }
    async with running(settings, world=world, release="3.9") as broker:
        await broker.create("t")
        async with members(broker) as (a,):
            for offset in range(100):
                assert await a.commit(offset) == 0
        log = broker.partition("__consumer_offsets").log
        await until(lambda: sum(it.size for it in log.segments) < 2000)
    async with (
        running(settings, world=world, release="3.9") as broker,
        members(broker) as (a,),
    ):
        assert (await a.committed()).committed_offset == 99


def keyed(value: bytes) -> bytes:
    """Return a batch of one record, always with the same key."""
    return write_batch([Record(0, NEW_YEAR_2024_MS, b"k", value)])
