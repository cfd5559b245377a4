from __future__ import annotations

import pytest
import trio.testing
from logion.protocol.errors import ApiError, Error
from logion.replica.partition import Partition
from logion.transaction.shard import Cell, Shard
from logion.transaction.state import Transaction

from tests.logion.broker.running import Running, running

A = Transaction("a", producer_id=1, timeout_ms=1000, updated_ms=1, epoch=0)


def a_shard(broker: Running) -> Shard:
    """Return a shard over a partition that is not of `__transaction_state`."""
    return Shard(broker.partition("log"), broker.state.transactions.settings)


async def test_transactions_are_read_back_from_what_was_written() -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)
        assert shard.is_loaded, "there is nothing to read"
        for name in ("a", "b"):
            cell = shard.cells[name] = Cell()
            await shard.write(cell, Transaction(name, 1, 1000, 1, epoch=0), 1)
        assert cell.transaction is not None
        await shard.forget(["b"], 2)
        again = a_shard(broker)
        assert not again.is_loaded
        await again.load()
        assert [it.transaction for it in again.cells.values()] == [A]
        assert list(shard.cells) == ["a"]


async def test_a_log_that_cannot_be_read_leaves_its_transactions_unknown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as broker:
        await broker.create("log")
        await a_shard(broker).write(Cell(), A, 1)
        again = a_shard(broker)
        again.partition.log.directory.fail(OSError("the disk is gone"))
        await again.load()
        assert (again.is_loaded, again.cells) == (True, {})
        assert "cannot be loaded" in caplog.text


async def test_what_is_too_large_for_the_topic_changes_nothing() -> None:
    async with running() as broker:
        await broker.create("log", configs={"max.message.bytes": "10"})
        shard = a_shard(broker)
        cell = Cell()
        with pytest.raises(ApiError) as refusal:
            await shard.write(cell, A, 1)
        assert refusal.value.error is Error.UNKNOWN_SERVER_ERROR
        assert "the topic takes 10" in refusal.value.message
        assert (cell.transaction, shard.partition.log.end_offset) == (None, 0)


async def test_too_few_replicas_in_sync_may_be_tried_again() -> None:
    async with running(release="3.6") as broker:
        await broker.create("log", configs={"min.insync.replicas": "2"})
        with pytest.raises(ApiError) as refusal:
            await a_shard(broker).write(Cell(), A, 1)
        assert refusal.value.error is Error.COORDINATOR_NOT_AVAILABLE


def test_who_changes_an_id_keeps_all_others_out() -> None:
    cell = Cell()
    with cell.changing():
        with pytest.raises(ApiError) as refusal:
            cell.check_free()
        assert refusal.value.error is Error.CONCURRENT_TRANSACTIONS
        with pytest.raises(ApiError), cell.changing():
            pass
        assert cell.is_changing, "whoever was refused has not let go of it"
    cell.check_free()


async def test_who_is_replaced_while_it_waits_has_written_nothing(
    autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)
        monkeypatch.setattr(Partition, "high_watermark", property(lambda _: 0))
        for is_ours, error in (
            (True, Error.COORDINATOR_NOT_AVAILABLE),
            (False, Error.NOT_COORDINATOR),
        ):
            shard.is_ours = is_ours
            cell = Cell()
            with pytest.raises(ApiError) as refusal:
                await shard.write(cell, A, 1)
            assert (refusal.value.error, cell.transaction) == (error, None)
