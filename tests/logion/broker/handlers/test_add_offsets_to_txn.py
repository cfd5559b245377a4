"""AddOffsetsToTxn: a transaction will commit offsets of a group."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.add_offsets_to_txn import AddOffsetsToTxnRequest
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest
from logion.transaction.state import State

from tests.logion.broker.running import Running, running
from tests.logion.transaction.producing import (
    SMALL,
    TransactionalProducer,
    producer,
    settle,
    transaction_of,
)


async def add(broker: Running, one: TransactionalProducer, version: int = 4) -> Error:
    """Add the offsets of group `g`; return the error."""
    request = AddOffsetsToTxnRequest(
        transactional_id=one.id,
        producer_id=one.producer_id,
        producer_epoch=one.epoch,
        group_id="g",
    )
    return Error((await broker.ask(request, version)).error_code)


@pytest.mark.parametrize("version", range(5))
async def test_the_partition_of_the_groups_offsets_is_added(version: int) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await broker.ask(FindCoordinatorRequest(key="g"), 3)
        assert await add(broker, one, version) is Error.NONE
        where = broker.state.groups.shards.of("g").name
        assert transaction_of(broker).partitions == {where}


async def test_offsets_may_be_added_before_there_is_a_topic_for_them() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        assert await add(broker, one) is Error.NONE
        added = transaction_of(broker).partitions
        await broker.ask(FindCoordinatorRequest(key="g"), 3)
        shard = broker.state.groups.shards.of("g")
        assert added == {shard.name}, "the topic is made with as many partitions"
        assert await one.end(commit=True) is Error.NONE
        await settle(broker, State.COMPLETE_COMMIT)
        assert shard.partition.log.end_offset == 1, "it has its marker"


async def test_offsets_that_nobody_asked_for_need_no_marker() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        assert await add(broker, one) is Error.NONE
        assert await one.end(commit=True) is Error.NONE
        await settle(broker, State.COMPLETE_COMMIT)


@pytest.mark.parametrize(
    ("version", "error"),
    [(1, Error.INVALID_PRODUCER_EPOCH), (2, Error.PRODUCER_FENCED)],
)
async def test_old_clients_do_not_know_who_was_fenced(
    version: int, error: Error
) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await broker.ask(FindCoordinatorRequest(key="g"), 3)
        one.epoch = 5
        assert await add(broker, one, version) is error
