"""AddOffsetsToTxn: a transaction will commit offsets of a group."""

from __future__ import annotations

import pytest
from logion.group.partitioning import partition_of
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.protocol.messages.add_offsets_to_txn import AddOffsetsToTxnRequest
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest

from tests.logion.broker.running import Running, running
from tests.logion.transaction.producing import (
    SMALL,
    TransactionalProducer,
    producer,
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
        where = TopicPartition("__consumer_offsets", partition_of("g", 50))
        assert transaction_of(broker).partitions == {where}


async def test_offsets_that_are_nowhere_can_wait() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        assert await add(broker, one) is Error.COORDINATOR_NOT_AVAILABLE


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
