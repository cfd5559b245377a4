from __future__ import annotations

import logging
from math import inf

import pytest
import trio
import trio.testing
from logion.group.offsets import CommittedOffset
from logion.group.records import offset_key, offset_value
from logion.group.shard import Shard, commit_error, group_error
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.records.batch import parse_batches
from logion.records.record import read_batch

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


async def busy(shard: Shard) -> None:
    """Have a commit be written, and others of its time wait for one another."""
    await shard.commit("busy", {}, [(b"k", b"busy")], 1)


async def commit_together(
    shard: Shard, *values: bytes, and_leave: bool = False
) -> dict[str, int | Error]:
    """Commit values for as many groups in one turn; return what became of each."""
    told: dict[str, int | Error] = {}

    async def one(group: str, value: bytes) -> None:
        try:
            told[group] = await shard.commit(group, {T: STORED}, [(b"k", value)], 1)
        except ApiError as problem:
            told[group] = problem.error

    async with trio.open_nursery() as nursery:
        for at, value in enumerate(values):
            nursery.start_soon(one, f"g{at}", value)
        nursery.cancel_scope.deadline = -inf if and_leave else inf
    return told


def values_of(shard: Shard) -> list[list[bytes]]:
    """Return the values in each batch of a shard's log."""
    data = shard.partition.log.read(0, 1 << 20).read()
    return [
        [it.value or b"" for it in read_batch(data, batch)]
        for batch in parse_batches(data)
    ]


async def test_the_commits_of_one_turn_are_written_together() -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)
        await busy(shard)
        groups = ("g0", "g1", "g2")
        told = await commit_together(shard, b"a", b"b", b"c")
        assert told == dict.fromkeys(groups, 4)
        assert await commit_together(shard, b"d") == {"g0": 5}
        written = [[b"busy"], [b"a", b"b", b"c"], [b"d"]]
        assert [sorted(it) for it in values_of(shard)] == written
        shard.settle()
        offsets = {it: cell.offsets for it, cell in shard.cells.items()}
        assert offsets == {it: {T: STORED} for it in groups}


async def test_a_commit_that_comes_alone_is_written_at_once() -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)
        with trio.testing.assert_no_checkpoints():
            assert await shard.commit("g", {T: STORED}, [(b"k", b"a")], 1) == 1
            assert await shard.commit("g", {T: STORED}, [(b"k", b"b")], 2) == 2
        assert values_of(shard) == [[b"a"], [b"b"]]


async def test_a_commit_of_a_later_time_is_written_after_those_that_wait() -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)
        await busy(shard)

        async def one(task_status: trio.TaskStatus[None]) -> None:
            task_status.started()
            await shard.commit("g", {T: STORED}, [(b"k", b"first")], 1)

        async with trio.open_nursery() as nursery:
            await nursery.start(one)
            await shard.commit("g", {T: STORED}, [(b"k", b"later")], 2)
        assert values_of(shard) == [[b"busy"], [b"first"], [b"later"]]


async def test_a_commit_that_cannot_be_written_fails_alone() -> None:
    async with running() as broker:
        await broker.create("log", configs={"max.message.bytes": "100"})
        shard = a_shard(broker)
        await busy(shard)
        told = await commit_together(shard, b"a", b"b" * 100, b"c")
        assert told.pop("g1") is Error.MESSAGE_TOO_LARGE
        assert sorted(told.values()) == [2, 3]
        shard.settle()
        assert sorted(shard.cells) == ["g0", "g2"]


async def test_a_client_that_leaves_keeps_nobody_from_committing() -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)
        await busy(shard)
        await commit_together(shard, b"a", b"b", b"c", and_leave=True)
        written = [[b"busy"], [b"a", b"b", b"c"]]
        assert [sorted(it) for it in values_of(shard)] == written
        shard.settle()
        assert len(shard.cells) == 3


async def test_a_defect_in_one_write_leaves_no_commit_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)
        await busy(shard)

        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("a defect")

        monkeypatch.setattr(type(shard.partition), "append", fail)
        told = []

        async def one(group: str) -> None:
            try:
                await shard.commit(group, {T: STORED}, [(b"k", b"v")], 1)
            except (ApiError, RuntimeError) as problem:
                told.append(str(problem))

        with trio.fail_after(10):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(one, "a")
                nursery.start_soon(one, "b")
        assert sorted(told) == [
            "UNKNOWN_SERVER_ERROR (-1): it was not written",
            "a defect",
        ]


async def test_what_comes_after_a_commit_is_written_after_it() -> None:
    async with running() as broker:
        await broker.create("log")
        shard = a_shard(broker)

        async def one(task_status: trio.TaskStatus[None]) -> None:
            task_status.started()  # who waits for it goes on in the turn of the commit
            await shard.commit("g", {T: STORED}, [(b"k", b"first")], 1)

        for _ in range(20):
            async with trio.open_nursery() as nursery:
                await nursery.start(one)
                shard.append([(b"k", b"later")], 1)
        assert values_of(shard) == [[b"first"], [b"later"]] * 20


def test_clients_are_told_in_their_own_terms_what_became_of_a_write() -> None:
    assert commit_error(Error.MESSAGE_TOO_LARGE) is Error.INVALID_COMMIT_OFFSET_SIZE
    assert commit_error(Error.REQUEST_TIMED_OUT) is Error.COORDINATOR_NOT_AVAILABLE
    assert group_error(Error.REQUEST_TIMED_OUT) is Error.REBALANCE_IN_PROGRESS
    assert group_error(Error.KAFKA_STORAGE_ERROR) is Error.NOT_COORDINATOR
    assert group_error(Error.INVALID_RECORD) is Error.INVALID_RECORD
