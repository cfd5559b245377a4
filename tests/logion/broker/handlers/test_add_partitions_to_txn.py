"""AddPartitionsToTxn: what a transaction will write to."""

from __future__ import annotations

from typing import Any

import pytest
from logion.broker.internal_topics import OFFSETS, TRANSACTIONS
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)
from logion.protocol.schema import replace
from logion.transaction.state import State

from tests.logion.broker.running import Running, running
from tests.logion.transaction.producing import (
    SMALL,
    T0,
    T1,
    TransactionalProducer,
    producer,
    producer_of,
    settle,
    transaction_of,
)

MISSING = TopicPartition("t", 7)


def transaction(
    one: TransactionalProducer, *indexes: int, verify_only: bool
) -> AddPartitionsToTxnTransaction:
    """Return what a broker asks for on behalf of a producer."""
    return AddPartitionsToTxnTransaction(
        transactional_id=one.id,
        producer_id=one.producer_id,
        producer_epoch=one.epoch,
        verify_only=verify_only,
        topics=(AddPartitionsToTxnTopic(name="t", partitions=indexes),),
    )


async def ask(
    broker: Running, *transactions: AddPartitionsToTxnTransaction, version: int = 5
) -> list[Any]:
    """Return each transaction's errors by the index of the partition."""
    request = AddPartitionsToTxnRequest(transactions=transactions)
    answer = await broker.ask(request, version)
    assert answer.error_code == Error.NONE
    return [
        {
            it.partition_index: it.partition_error_code
            for it in result.topic_results[0].results_by_partition
        }
        for result in answer.results_by_transaction
    ]


@pytest.mark.parametrize("version", range(4))
async def test_every_version_of_producers_adds_partitions(version: int) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        assert await one.add(T0, T0, T1, version=version) is Error.NONE
        assert transaction_of(broker).partitions == {T0, T1}
        assert transaction_of(broker).client_version == 0


@pytest.mark.parametrize("version", [4, 5])
async def test_brokers_add_to_several_transactions_at_once(version: int) -> None:
    async with running(SMALL) as broker:
        one, other = await producer(broker), await producer(broker, "other")
        other.epoch = 9
        found = await ask(
            broker,
            transaction(one, 0, 1, verify_only=False),
            transaction(other, 0, verify_only=False),
            version=version,
        )
        assert found == [{0: 0, 1: 0}, {0: Error.PRODUCER_FENCED}]
        assert transaction_of(broker).client_version == 2
        assert transaction_of(broker, "other").partitions == frozenset()


@pytest.mark.parametrize("version", [4, 5])
async def test_no_transactions_are_answered_too(version: int) -> None:
    async with running(SMALL) as broker:
        await producer(broker)
        assert await ask(broker, version=version) == []


async def test_to_verify_adds_nothing() -> None:
    async with running(SMALL) as broker:
        one, other = await producer(broker), await producer(broker, "other")
        await one.add(T0)
        other.producer_id = 99
        found = await ask(
            broker,
            transaction(one, 0, 1, verify_only=True),
            transaction(other, 0, verify_only=True),
        )
        assert found == [
            {0: Error.NONE, 1: Error.TRANSACTION_ABORTABLE},
            {0: Error.INVALID_PRODUCER_ID_MAPPING},
        ]
        assert transaction_of(broker).partitions == {T0}


async def test_one_partition_that_is_missing_keeps_all_out() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        assert await one.add(T0, MISSING) is Error.OPERATION_NOT_ATTEMPTED
        assert await one.add(MISSING, T0) is Error.UNKNOWN_TOPIC_OR_PARTITION
        assert transaction_of(broker).partitions == frozenset()


@pytest.mark.parametrize("release", ["1.0", "1.1"])
async def test_1_0_and_1_1_know_topics_without_their_partitions(release: str) -> None:
    async with running(SMALL, release=release) as broker:
        one = await producer_of(broker, 0)
        assert await one.add(T0, MISSING, version=0) is Error.NONE
        assert transaction_of(broker).partitions == {T0, MISSING}
        assert await one.end(commit=True, version=0) is Error.NONE
        await settle(broker, State.COMPLETE_COMMIT)


@pytest.mark.parametrize("release", ["0.11.0", "2.0", "4.3"])
async def test_no_client_adds_an_internal_topic(release: str) -> None:
    async with running(SMALL, release=release) as broker:
        one = await producer_of(broker, 0)
        there, absent = TopicPartition(TRANSACTIONS, 0), TopicPartition(OFFSETS, 99)
        is_old = release == "0.11.0"
        refused = Error.TOPIC_AUTHORIZATION_FAILED
        expected = Error.OPERATION_NOT_ATTEMPTED if is_old else refused
        assert await one.add(there, T0, version=0) is expected
        assert await one.add(absent, T0, version=0) is refused
        assert await one.add(T0, absent, version=0) is Error.OPERATION_NOT_ATTEMPTED
        assert transaction_of(broker).partitions == frozenset()


async def test_brokers_may_add_internal_topics() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        topic = AddPartitionsToTxnTopic(name=TRANSACTIONS, partitions=(0,))
        asked = replace(transaction(one, verify_only=False), topics=(topic,))
        assert await ask(broker, asked) == [{0: Error.NONE}]


@pytest.mark.parametrize(
    ("version", "error"),
    [(1, Error.INVALID_PRODUCER_EPOCH), (2, Error.PRODUCER_FENCED)],
)
async def test_old_clients_do_not_know_who_was_fenced(
    version: int, error: Error
) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        one.epoch = 5
        assert await one.add(T0, version=version) is error
