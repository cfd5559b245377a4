from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest
import trio
import trio.testing
from logion.broker.state import BrokerState
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.replica.partition import TransactionEnd
from logion.transaction.ending import End
from logion.transaction.state import Claim, State

from tests.logion.broker.running import World, running
from tests.logion.transaction.producing import (
    NEW_END,
    SMALL,
    T0,
    T1,
    TransactionalProducer,
    producer,
    producer_of,
    settle,
    transaction_of,
)


class Marking:
    """Stands for the partitions that get markers, and says how it goes."""

    def __init__(self, *answers: Error) -> None:
        self.answers = list(answers)
        self.ends: list[TransactionEnd] = []
        self.asked = trio.Event()
        self.gate = trio.Event()

    async def __call__(
        self, end: TransactionEnd, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Error]:
        self.ends.append(end)
        self.asked.set()
        await self.gate.wait()
        answer = self.answers.pop(0) if self.answers else Error.NONE
        return dict.fromkeys(partitions, answer)


def intercept(state: BrokerState, *answers: Error) -> Marking:
    """Have the coordinator's markers go to a `Marking`, open at once."""
    marking = Marking(*answers)
    marking.gate.set()
    coordinator = state.transactions
    coordinator._world = coordinator._world._replace(write_markers=marking)
    return marking


@pytest.mark.parametrize("commit", [True, False])
async def test_a_transaction_ends_with_a_marker_in_each_partition(commit: bool) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        assert await one.add(T0, T1) is Error.NONE
        assert await one.end(commit=commit) is Error.NONE
        done = State.COMPLETE_COMMIT if commit else State.COMPLETE_ABORT
        await settle(broker, done)
        for index in (0, 1):
            assert broker.partition("t", index).log.end_offset == 1


async def test_a_producer_that_goes_on_at_once_finds_the_markers_written() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        for _ in range(8):  # tasks of one turn run in any order
            assert await one.add(T0) is Error.NONE
            assert await one.end(commit=True) is Error.NONE
            await trio.lowlevel.checkpoint()  # its next request is read


async def test_a_producer_that_comes_fences_the_one_before() -> None:
    async with running(SMALL) as broker:
        zombie = await producer(broker)
        assert await zombie.add(T0) is Error.NONE
        later = TransactionalProducer(broker)
        assert await later.init() is Error.CONCURRENT_TRANSACTIONS
        await settle(broker, State.COMPLETE_ABORT)
        assert await later.init() is Error.NONE
        assert (later.producer_id, later.epoch) == (zombie.producer_id, 2)
        assert await zombie.add(T1) is Error.PRODUCER_FENCED
        assert await zombie.end(commit=True) is Error.PRODUCER_FENCED


async def test_every_transaction_has_its_own_epoch() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        for epoch in range(3):
            assert one.epoch == epoch
            await broker.state.transactions.add(one.claim, [T0], 2)
            assert await one.end(commit=True, version=NEW_END) is Error.NONE
            await settle(broker, State.COMPLETE_COMMIT)


async def test_nobody_goes_on_before_the_markers_are_written() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        marking = intercept(broker.state)
        marking.gate = trio.Event()
        assert await one.end(commit=True) is Error.NONE
        await marking.asked.wait()
        assert transaction_of(broker).state is State.PREPARE_COMMIT
        assert await one.end(commit=True) is Error.CONCURRENT_TRANSACTIONS
        assert await one.end(commit=False) is Error.CONCURRENT_TRANSACTIONS
        assert await one.add(T1) is Error.CONCURRENT_TRANSACTIONS
        assert await one.init() is Error.CONCURRENT_TRANSACTIONS
        with pytest.raises(ApiError) as refusal:
            broker.state.transactions.verify(one.claim, [T0])
        assert refusal.value.error is Error.CONCURRENT_TRANSACTIONS
        marking.gate.set()
        await settle(broker, State.COMPLETE_COMMIT)
        assert await one.end(commit=True) is Error.NONE


async def test_markers_are_tried_until_they_are_written(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0, T1)
        marking = intercept(
            broker.state, Error.NOT_LEADER_OR_FOLLOWER, Error.REQUEST_TIMED_OUT
        )
        await one.end(commit=True)
        await trio.sleep(5)
        assert transaction_of(broker).state is State.COMPLETE_COMMIT
        assert len(marking.ends) == 3


async def test_a_partition_of_an_old_format_needs_no_marker() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        intercept(broker.state, Error.UNSUPPORTED_FOR_MESSAGE_FORMAT)
        await one.end(commit=True)
        await settle(broker, State.COMPLETE_COMMIT)


async def test_a_partition_that_was_deleted_is_not_waited_for() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        await broker.state.cluster.delete_topic("t")
        marking = intercept(broker.state)
        assert await one.end(commit=True) is Error.NONE
        await settle(broker, State.COMPLETE_COMMIT)
        assert marking.ends == []


@pytest.mark.parametrize(
    "error", [Error.TRANSACTION_COORDINATOR_FENCED, Error.INVALID_PRODUCER_EPOCH]
)
async def test_a_partition_that_others_have_taken_over_is_not_waited_for(
    error: Error, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        intercept(broker.state, error)
        await one.end(commit=True)
        await settle(broker, State.COMPLETE_COMMIT)
        assert "replaced" in caplog.text
        assert (await producer(broker)).claim.epoch > one.claim.epoch


async def test_an_id_that_cannot_be_written_is_not_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running(SMALL) as broker:
        await producer(broker)
        shard = broker.state.transactions.shards.of("tx")

        def refuse(*_: object, **__: object) -> None:
            raise ApiError(Error.NOT_ENOUGH_REPLICAS)

        with monkeypatch.context() as patched:
            patched.setattr(type(shard.partition), "append", refuse)
            told = await TransactionalProducer(broker, "other").init(5)
            assert told is Error.COORDINATOR_NOT_AVAILABLE
        assert list(shard.cells) == ["tx"]


async def test_an_end_that_cannot_be_is_refused() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        assert await one.end(commit=True) is Error.INVALID_TXN_STATE
        assert transaction_of(broker).state is State.EMPTY


async def test_only_partitions_that_were_added_are_verified() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        found = broker.state.transactions.verify(one.claim, [T0, T1])
        assert found == {T0: Error.NONE, T1: Error.TRANSACTION_ABORTABLE}


async def test_partitions_that_are_there_are_not_written_again() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        log = broker.state.transactions.shards.of("tx").partition.log
        end_offset = log.end_offset
        assert await one.add(T0) is Error.NONE
        assert log.end_offset == end_offset


@pytest.mark.parametrize("state", [State.PREPARE_COMMIT, State.PREPARE_ABORT])
async def test_what_was_decided_is_carried_on_after_a_restart(state: State) -> None:
    world = World()
    async with running(SMALL, world=world) as broker:
        one = await producer(broker)
        await one.add(T0)
        marking = intercept(broker.state)
        marking.gate = trio.Event()
        await one.end(commit=state is State.PREPARE_COMMIT)
        await marking.asked.wait()
        assert transaction_of(broker).state is state
    async with running(SMALL, world=world) as broker:
        await broker.state.transactions.shards.loaded()
        done = State(state.value.replace("Prepare", "Complete"))
        await settle(broker, done)
        assert broker.partition("t").log.end_offset == 1


async def test_a_producer_goes_on_after_a_restart() -> None:
    world = World()
    async with running(SMALL, world=world) as broker:
        one = await producer(broker)
        await one.add(T0)
    async with running(SMALL, world=world) as broker:
        await broker.state.transactions.shards.loaded()
        one.broker = broker
        assert await one.add(T1) is Error.NONE
        assert transaction_of(broker).partitions == {T0, T1}
        assert await one.end(commit=True) is Error.NONE


@pytest.mark.parametrize(("release", "epoch"), [("3.9", 1), ("4.0", 2), ("4.3", 1)])
async def test_what_is_open_for_too_long_is_aborted(release: str, epoch: int) -> None:
    async with running(SMALL, release=release) as broker:
        one = await producer_of(broker, 4)
        await one.add(T0)
        coordinator = broker.state.transactions
        broker.clock.advance(1000)
        assert await coordinator.abort_overdue() == 0
        broker.clock.advance(1)
        assert await coordinator.abort_overdue() == 1
        done = await settle(broker, State.COMPLETE_ABORT)
        assert done.epoch == epoch
        assert await one.end(commit=True) is Error.PRODUCER_FENCED
        assert await coordinator.abort_overdue() == 0


async def test_what_is_being_ended_is_not_aborted() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        cell = broker.state.transactions.shards.of("tx").cells["tx"]
        broker.clock.advance(2000)
        with cell.changing():
            assert await broker.state.transactions.abort_overdue() == 0
        assert await broker.state.transactions.abort_overdue() == 1


async def test_ids_that_nobody_uses_are_forgotten() -> None:
    settings = SMALL | {"transactional.id.expiration.ms": "5000"}
    world = World()
    async with running(settings, world=world) as broker:
        coordinator = broker.state.transactions
        await producer(broker, "idle")
        busy = await producer(broker, "busy")
        await busy.add(T0)
        broker.clock.advance(4999)
        assert await coordinator.expire() == 0
        broker.clock.advance(1)
        assert await coordinator.expire() == 1
        assert coordinator.find("idle") is None
        idle = TransactionalProducer(broker, "idle", 0, 0)
        assert await idle.add(T0) is Error.INVALID_PRODUCER_ID_MAPPING
    async with running(settings, world=world) as broker:
        await broker.state.transactions.shards.loaded()
        known = broker.state.transactions.transactions()
        assert [it.transactional_id for it in known] == ["busy"]


async def test_an_id_of_another_coordinator_is_refused() -> None:
    async with running(SMALL) as broker:
        coordinator = broker.state.transactions
        for count in (0, 50):
            coordinator.shards.lead([], count)
            with pytest.raises(ApiError) as refusal:
                await coordinator.add(Claim("tx", 0, 0), [T0])
            assert refusal.value.error is Error.NOT_COORDINATOR


async def test_while_transactions_are_read_producers_wait() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        coordinator = broker.state.transactions
        led = [it.partition for it in coordinator.shards]
        coordinator.shards.lead([], 0)
        coordinator.shards.lead(led, len(led))
        assert coordinator.shards.are_loading
        with pytest.raises(ApiError) as refusal:
            coordinator.verify(one.claim, [T0])
        assert refusal.value.error is Error.COORDINATOR_LOAD_IN_PROGRESS
        await coordinator.shards.loaded()
        assert await one.add(T0) is Error.NONE


async def test_ids_that_run_out_of_epochs_go_on_with_another_number() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        cell = broker.state.transactions.shards.of("tx").cells["tx"]
        cell.transaction = transaction_of(broker).to(State.EMPTY, 1, epoch=32766)
        one.epoch = 32766
        await broker.state.transactions.add(one.claim, [T0], 2)
        old = one.producer_id
        assert await one.end(commit=True, version=NEW_END) is Error.NONE
        assert (one.producer_id != old, one.epoch) == (True, 0)
        await settle(broker, State.COMPLETE_COMMIT)
        cell.transaction = transaction_of(broker).to(State.EMPTY, 1, epoch=32766)
        assert await one.init() is Error.NONE
        assert one.epoch == 0
        cell.transaction = transaction_of(broker).to(
            State.ONGOING, 1, epoch=32766, started_ms=0
        )
        assert await broker.state.transactions.abort_overdue() == 1
        assert (await settle(broker, State.COMPLETE_ABORT)).epoch == 0


async def test_a_topic_that_takes_no_writes_leaves_all_as_it_was(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = SMALL | {"transactional.id.expiration.ms": "5000"}
    async with running(settings) as broker:
        one = await producer(broker)
        await one.add(T0)
        idle = await producer(broker, "idle")
        coordinator = broker.state.transactions
        before = transaction_of(broker)
        for name in ("tx", "idle"):
            shard = coordinator.shards.of(name)
            shard.partition.log.directory.fail(OSError("the disk is gone"))
        assert await one.end(commit=True) is Error.NOT_COORDINATOR
        assert await one.add(T1) is Error.NOT_COORDINATOR
        assert await idle.init() is Error.NOT_COORDINATOR
        broker.clock.advance(6000)
        assert await coordinator.abort_overdue() == 0
        assert await coordinator.expire() == 0
        assert transaction_of(broker) == before
        assert coordinator.find("idle") is not None
        assert "is not aborted yet" in caplog.text
        assert "nothing is forgotten yet" in caplog.text


async def test_the_note_that_all_is_written_is_tried_until_it_is(
    autojump_clock: trio.testing.MockClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        marking = intercept(broker.state)
        marking.gate = trio.Event()
        await one.end(commit=True)
        log = broker.state.transactions.shards.of("tx").partition.log
        settings = log.settings
        log.settings = replace(
            settings, min_in_sync_replicas=2, asks_for_replicas_alone=False
        )
        marking.gate.set()
        await trio.sleep(5)
        assert transaction_of(broker).state is State.PREPARE_COMMIT
        log.settings = settings
        await trio.sleep(5)
        assert transaction_of(broker).state is State.COMPLETE_COMMIT


async def test_what_is_decided_while_a_broker_ends_waits_for_the_next_start() -> None:
    world = World()
    async with running(SMALL, world=world) as broker:
        one = await producer(broker)
        await one.add(T0)
        broker.state.transactions._tasks = None
        assert await one.end(commit=True) is Error.NONE
    async with running(SMALL, world=world) as broker:
        await broker.state.transactions.shards.loaded()
        await settle(broker, State.COMPLETE_COMMIT)


async def test_a_coordinator_that_is_none_any_more_writes_no_markers() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        coordinator = broker.state.transactions
        marking = intercept(broker.state)
        known = transaction_of(broker)
        await coordinator.end(End(one.claim, is_commit=True))
        coordinator.shards.lead([], 3)
        await trio.testing.wait_all_tasks_blocked()
        assert marking.ends == []
        assert known.partitions == {T0}


async def test_what_was_open_when_another_coordinator_took_over_is_not_aborted() -> (
    None
):
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        coordinator = broker.state.transactions
        shard = coordinator.shards.of("tx")
        broker.clock.advance(2000)
        shard.is_ours = False
        assert await coordinator.abort_overdue() == 0
