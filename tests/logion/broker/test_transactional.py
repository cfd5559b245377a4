from __future__ import annotations

import pytest
import trio
import trio.testing
from logion.broker.internal_topics import TRANSACTIONS
from logion.protocol.errors import Error
from logion.transaction.coordinator import TransactionCoordinator

from tests.logion.broker.running import running
from tests.logion.broker.transactions import Transacting

CLASSIC = 11
"""The last Produce whose partitions have to be added first."""


@pytest.mark.parametrize(
    ("release", "version", "error"),
    [
        ("0.11.0", 3, Error.NONE),
        ("2.8", 9, Error.NONE),
        ("3.7", 10, Error.INVALID_TXN_STATE),
        ("3.9", 10, Error.INVALID_TXN_STATE),
        ("3.9", 11, Error.TRANSACTION_ABORTABLE),
        ("4.3", 10, Error.INVALID_TXN_STATE),
        ("4.3", 11, Error.TRANSACTION_ABORTABLE),
        ("4.3", 12, Error.NONE),
    ],
)
async def test_a_partition_that_was_not_added_is_taken_or_not_by_release(
    release: str, version: int, error: Error
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        told = await producer.produce("t", version=version)
        assert told.error_code == error
        assert broker.partition("t").log.end_offset == (error is Error.NONE)


@pytest.mark.parametrize("release", ["0.11.0", "2.8", "3.9", "4.0", "4.3"])
async def test_a_partition_that_was_added_is_taken_until_the_end(release: str) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        classic = min(producer.newest(0), CLASSIC)
        assert await producer.add("t") == [Error.NONE]
        for _ in range(2):
            told = await producer.produce("t", version=classic)
            assert told.error_code == Error.NONE
        assert broker.partition("t").last_stable_offset == 0
        assert await producer.end() == Error.NONE
        assert broker.partition("t").last_stable_offset == 3


async def test_a_late_batch_of_a_transaction_that_has_ended_begins_none() -> None:
    async with running(release="3.9") as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        await producer.add("t")
        await producer.produce("t")
        await producer.end(is_commit=False)
        told = await producer.produce("t", version=10)
        assert told.error_code == Error.INVALID_TXN_STATE
        assert told.error_message == "Partition was not added to the transaction"
        assert told.log_start_offset == -1  # the log was not asked
        assert broker.partition("t").last_stable_offset == 2


async def test_the_setting_lets_writes_be_that_nobody_verified() -> None:
    setting = {"transaction.partition.verification.enable": "false"}
    async with running(setting, release="3.9") as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        assert (await producer.produce("t")).error_code == Error.NONE


async def test_a_producer_that_was_replaced_is_told_so_in_terms_of_a_write() -> None:
    async with running() as broker:
        await broker.create("t")
        zombie = await Transacting(broker).begin()
        await Transacting(broker).begin()
        for version in (11, 12):
            told = await zombie.produce("t", version=version)
            assert told.error_code == Error.INVALID_PRODUCER_EPOCH


async def test_without_a_coordinator_producers_are_told_to_try_again() -> None:
    async with running(release="3.9") as broker:
        await broker.create("t")
        producer = Transacting(broker, producer_id=7, epoch=0)
        told = await producer.produce("t")
        assert told.error_code == Error.NOT_ENOUGH_REPLICAS
        assert "NOT_COORDINATOR" in told.error_message


async def test_two_producers_in_one_request_are_refused() -> None:
    from logion.protocol.schema import replace

    from tests.logion.broker.running import produce_request

    async with running() as broker:
        await broker.create("t", 2)
        first = await Transacting(broker).begin()
        second = await Transacting(broker, "other").begin()
        records = (first.records("t", b"v"), second.records("t", b"v"))
        request = replace(produce_request("t", *records), transactional_id="it")
        answer = await broker.ask(request, CLASSIC)
        told = [it.error_code for it in answer.responses[0].partition_responses]
        assert told == [Error.INVALID_PRODUCER_ID_MAPPING] * 2


async def test_who_adds_by_writing_begins_each_transaction_with_sequence_0() -> None:
    async with running() as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        producer.sequences["t"] = 5
        told = await producer.produce("t")
        assert told.error_code == Error.OUT_OF_ORDER_SEQUENCE_NUMBER


async def test_the_end_of_the_transaction_before_is_waited_for_a_little(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with running() as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        cell = broker.state.transactions.shards.led[0].cells["it"]
        with cell.changing():
            told = await producer.produce("t")
            assert told.error_code == Error.NOT_ENOUGH_REPLICAS
            assert "CONCURRENT_TRANSACTIONS" in told.error_message
            assert trio.current_time() >= 0.1
        assert (await producer.produce("t")).error_code == Error.NONE


async def test_why_a_partition_could_not_be_added_is_what_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from logion.protocol.errors import ApiError

    async def refuse(*_: object) -> None:
        raise ApiError(Error.COORDINATOR_NOT_AVAILABLE)

    async with running() as broker:
        await broker.create("t")
        await broker.create(TRANSACTIONS)
        producer = await Transacting(broker).begin()
        monkeypatch.setattr(TransactionCoordinator, "add", refuse)
        told = await producer.produce("t")
        assert told.error_code == Error.NOT_ENOUGH_REPLICAS
        assert "COORDINATOR_NOT_AVAILABLE" in told.error_message


async def test_a_batch_of_an_epoch_that_is_not_there_yet_changes_nothing() -> None:
    async with running() as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        await producer.add("t")
        assert (await producer.produce("t", version=CLASSIC)).error_code == Error.NONE
        later = Transacting(
            broker, producer_id=producer.producer_id, epoch=producer.epoch + 1
        )
        told = await later.produce("t", version=CLASSIC)
        assert told.error_code == Error.INVALID_PRODUCER_EPOCH
        assert (await producer.produce("t", version=CLASSIC)).error_code == Error.NONE
