from __future__ import annotations

import pytest
import trio
from logion.broker.internal_topics import OFFSETS
from logion.broker.markers import MARKERS_PER_TURN, write_markers
from logion.group.offsets import CommittedOffset
from logion.group.records import offset_key, offset_value
from logion.group.shard import Committer
from logion.names import BrokerId, TopicPartition
from logion.protocol.errors import Error
from logion.records.batch import scan_batches
from logion.records.control import ControlType, EndTransactionMarker
from logion.records.control import read_end_transaction_marker as read_marker
from logion.records.record import read_batch
from logion.replica.leader import on_isr_changed
from logion.replica.partition import TransactionEnd

from tests.logion.broker.running import Running, running

T = TopicPartition("t", 0)
COMMIT = TransactionEnd(7, 2, is_commit=True, coordinator_epoch=3)
ABORT = TransactionEnd(7, 2, is_commit=False, coordinator_epoch=3)


def markers_in(broker: Running, topic: str) -> list[EndTransactionMarker | None]:
    """Return the markers in partition 0 of a topic."""
    data = broker.partition(topic).log.read(0, 2**20).read()
    batches = [it for it in scan_batches(data).batches if it.is_control]
    return [read_marker(read_batch(data, it)[0]) for it in batches]


async def test_a_marker_goes_to_each_partition_and_is_committed() -> None:
    async with running() as broker:
        await broker.create("t", 2)
        names = [T, TopicPartition("t", 1), T]
        errors = await write_markers(broker.state, COMMIT, names)
        assert errors == {T: Error.NONE, TopicPartition("t", 1): Error.NONE}
        assert markers_in(broker, "t") == [EndTransactionMarker(ControlType.COMMIT, 3)]
        assert broker.partition("t", 1).high_watermark == 1
        producer = broker.partition("t").log.producers[7]
        assert (producer.epoch, producer.coordinator_epoch) == (2, 3)


async def test_partitions_that_cannot_be_marked_have_their_own_errors() -> None:
    old = {"message.format.version": "0.10.0"}
    async with running(release="2.8") as broker:
        await broker.create("t")
        await broker.create("old", configs=old)
        names = [TopicPartition("nope", 0), TopicPartition("old", 0), T]
        assert list((await write_markers(broker.state, ABORT, names)).values()) == [
            Error.UNKNOWN_TOPIC_OR_PARTITION,
            Error.UNSUPPORTED_FOR_MESSAGE_FORMAT,
            Error.NONE,
        ]


async def test_who_was_replaced_writes_no_marker() -> None:
    async with running() as broker:
        await broker.create("t")
        await write_markers(broker.state, COMMIT, [T])
        fenced = TransactionEnd(7, 1, is_commit=True, coordinator_epoch=3)
        zombie = TransactionEnd(7, 2, is_commit=True, coordinator_epoch=2)
        assert await write_markers(broker.state, fenced, [T]) == {
            T: Error.INVALID_PRODUCER_EPOCH
        }
        assert await write_markers(broker.state, zombie, [T]) == {
            T: Error.TRANSACTION_COORDINATOR_FENCED
        }
        assert broker.partition("t").log.end_offset == 1


async def test_a_marker_that_is_not_committed_in_time_is_asked_for_again(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with running() as broker:
        await broker.create("t")
        partition = broker.partition("t")
        both = frozenset({partition.leader.broker, BrokerId(9)})
        partition.leader = on_isr_changed(partition.leader, both, 1)
        errors = await write_markers(broker.state, ABORT, [T])
        assert errors == {T: Error.REQUEST_TIMED_OUT}


async def test_too_few_replicas_take_no_marker() -> None:
    async with running(release="3.6") as broker:
        await broker.create("t", configs={"min.insync.replicas": "2"})
        errors = await write_markers(broker.state, ABORT, [T])
        assert errors == {T: Error.NOT_ENOUGH_REPLICAS}
        assert broker.partition("t").log.end_offset == 0


async def test_many_markers_let_others_have_their_turn() -> None:
    async with running() as broker:
        await broker.create("t", MARKERS_PER_TURN + 1)
        names = [TopicPartition("t", it) for it in range(MARKERS_PER_TURN + 1)]
        turns = 0
        async with trio.open_nursery() as nursery:

            async def others() -> None:
                nonlocal turns
                while True:
                    turns += 1
                    await trio.lowlevel.checkpoint()

            nursery.start_soon(others)
            errors = await write_markers(broker.state, COMMIT, names)
            nursery.cancel_scope.cancel()
        assert set(errors.values()) == {Error.NONE}
        assert turns


@pytest.mark.parametrize("end", [COMMIT, ABORT])
async def test_offsets_of_groups_count_from_a_commit_on(end: TransactionEnd) -> None:
    async with running() as broker:
        await broker.create(OFFSETS)
        shard = broker.state.groups.shards.led[0]
        value = offset_value(CommittedOffset(5, commit_ms=1), 3)
        committer = Committer(7, 2)
        end_offset = shard.append([(offset_key("g", T, 1), value)], 1, committer)
        shard.pending.open.add(7, "g", {T: CommittedOffset(5)}, end_offset)
        name = TopicPartition(OFFSETS, 0)
        errors = await write_markers(broker.state, end, [name])
        assert errors == {name: Error.NONE}
        found = shard.cells.get("g")
        assert (found is not None) is end.is_commit
        if found is not None:
            assert found.offsets == {T: CommittedOffset(5)}


async def test_groups_that_are_loaded_take_no_marker_yet() -> None:
    async with running() as broker:
        await broker.create(OFFSETS)
        name = TopicPartition(OFFSETS, 0)
        broker.state.groups.shards.led[0].is_loaded = False
        errors = await write_markers(broker.state, ABORT, [name])
        assert errors == {name: Error.NOT_LEADER_OR_FOLLOWER}
        broker.state.groups.shards.led.clear()
        errors = await write_markers(broker.state, ABORT, [name])
        assert errors == {name: Error.NOT_LEADER_OR_FOLLOWER}
