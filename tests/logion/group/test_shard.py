from __future__ import annotations

import logging

import pytest
import trio.testing
from logion.group.offsets import CommittedOffset
from logion.group.records import offset_key, offset_value
from logion.group.shard import Shard, commit_error, group_error
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error

from tests.logion.broker.running import Running, running

T = TopicPartition("t", 0)
STORED = CommittedOffset(5, commit_ms=1)


def a_shard(broker: Running) -> Shard:
    """Return a shard over a partition that is not of `__consumer_offsets`."""
    return Shard(broker.partition("log"), broker.state.groups.settings)


async def test_groups_are_read_back_from_what_was_appended() -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)
        assert shard.is_loaded, "there is nothing to read"
        for at in range(3):
            value = offset_value(CommittedOffset(at, commit_ms=1), 3)
            end = shard.append([(offset_key(f"g{at}", T, 1), value)], 1)
        assert (end, shard.is_committed(end)) == (3, True)
        again = a_shard(broker)
        assert not again.is_loaded
        await again.load()
        assert {it: c.offsets[T].offset for it, c in again.cells.items()} == {
            "g0": 0,
            "g1": 1,
            "g2": 2,
        }


async def test_a_log_that_cannot_be_read_leaves_its_groups_unknown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)
        shard.append([(offset_key("g", T, 1), b"x")], 1)
        again = a_shard(broker)
        shard.partition.log.directory.fail(OSError("the disk is gone"))
        with caplog.at_level(logging.ERROR):
            await again.load()
        assert again.is_loaded
        assert again.cells == {}
        assert "log-0: its records cannot be loaded" in caplog.text


async def test_more_than_the_topic_takes_is_refused_and_nothing_appended() -> None:
    async with running() as broker:
        await broker.create("log", configs={"max.message.bytes": "100"})
        shard = a_shard(broker)
        with pytest.raises(ApiError, match="MESSAGE_TOO_LARGE"):
            shard.append([(b"k" * 100, b"v")], 1)
        assert shard.partition.log.end_offset == 0


async def test_a_write_that_is_not_committed_in_time_has_failed(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)
        assert await shard.committed(0) is Error.NONE
        assert await shard.committed(1) is Error.REQUEST_TIMED_OUT


async def test_a_commit_counts_once_it_is_committed() -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)
        assert shard.commit("g", {T: STORED}, [(b"k", b"a")], 1) == 1
        assert shard.cells == {}
        shard.settle()
        assert shard.cells["g"].offsets == {T: STORED}


async def test_a_commit_that_cannot_be_written_leaves_nothing() -> None:
    async with running() as broker:
        await broker.create("log", configs={"max.message.bytes": "100"})
        shard = a_shard(broker)
        with pytest.raises(ApiError, match="MESSAGE_TOO_LARGE"):
            shard.commit("g", {T: STORED}, [(b"k", b"b" * 100)], 1)
        shard.settle()
        assert shard.cells == {}


def test_clients_are_told_in_their_own_terms_what_became_of_a_write() -> None:
    assert commit_error(Error.MESSAGE_TOO_LARGE) is Error.INVALID_COMMIT_OFFSET_SIZE
    assert commit_error(Error.REQUEST_TIMED_OUT) is Error.COORDINATOR_NOT_AVAILABLE
    assert group_error(Error.REQUEST_TIMED_OUT) is Error.REBALANCE_IN_PROGRESS
    assert group_error(Error.KAFKA_STORAGE_ERROR) is Error.NOT_COORDINATOR
    assert group_error(Error.INVALID_RECORD) is Error.INVALID_RECORD
