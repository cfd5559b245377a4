"""DescribeTransactions: what a coordinator knows of transactions."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.describe_transactions import DescribeTransactionsRequest

from tests.logion.broker.running import running
from tests.logion.transaction.producing import SMALL, T0, T1, producer


async def test_an_open_transaction_is_described() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T1, T0)
        found = await one.described()
        assert (found.error_code, found.transactional_id) == (Error.NONE, "tx")
        assert (found.transaction_state, found.transaction_timeout_ms) == (
            "Ongoing",
            1000,
        )
        assert found.transaction_start_time_ms == broker.clock.time_ms()
        assert (found.producer_id, found.producer_epoch) == (one.producer_id, 0)
        assert [(it.topic, it.partitions) for it in found.topics] == [("t", (0, 1))]


async def test_nothing_is_open_after_a_producer_came() -> None:
    async with running(SMALL) as broker:
        found = await (await producer(broker)).described()
        assert (found.transaction_state, found.topics) == ("Empty", ())
        assert found.transaction_start_time_ms == -1


@pytest.mark.parametrize(
    ("name", "error"),
    [("", Error.INVALID_REQUEST), ("none", Error.TRANSACTIONAL_ID_NOT_FOUND)],
)
async def test_an_id_that_is_not_known_is_told_by_its_error(
    name: str, error: Error
) -> None:
    async with running(SMALL) as broker:
        await producer(broker)
        request = DescribeTransactionsRequest(transactional_ids=(name, "tx"))
        answer = await broker.ask(request)
        refused, known = answer.transaction_states
        assert (refused.error_code, refused.transactional_id) == (error, name)
        assert (refused.transaction_state, refused.topics) == ("", ())
        assert known.error_code == Error.NONE


async def test_another_coordinator_has_to_be_asked() -> None:
    async with running() as broker:
        request = DescribeTransactionsRequest(transactional_ids=("tx",))
        (found,) = (await broker.ask(request)).transaction_states
        assert found.error_code == Error.NOT_COORDINATOR
