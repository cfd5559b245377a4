"""ListTransactions: the transactional ids of a coordinator."""

from __future__ import annotations

from typing import Any

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.list_transactions import ListTransactionsRequest

from tests.logion.broker.running import Running, running
from tests.logion.transaction.producing import SMALL, T0, producer


async def listed(broker: Running, version: int = 2, **filters: Any) -> dict[str, str]:
    """Return the state of each id that passes."""
    request = ListTransactionsRequest(
        state_filters=filters.pop("states", ()),
        producer_id_filters=filters.pop("ids", ()),
        **filters,
    )
    answer = await broker.ask(request, version)
    assert answer.error_code == Error.NONE
    return {
        it.transactional_id: it.transaction_state for it in answer.transaction_states
    }


@pytest.mark.parametrize("version", range(3))
async def test_without_filters_all_are_listed(version: int) -> None:
    async with running(SMALL) as broker:
        assert await listed(broker, version) == {}
        await producer(broker, "a")
        await (await producer(broker, "b")).add(T0)
        assert await listed(broker, version) == {"a": "Empty", "b": "Ongoing"}


async def test_filters_must_all_be_passed() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker, "a-1")
        await one.add(T0)
        other = await producer(broker, "b-1")
        assert set(await listed(broker, states=("Ongoing",))) == {"a-1"}
        assert set(await listed(broker, ids=(other.producer_id,))) == {"b-1"}
        assert set(await listed(broker, transactional_id_pattern="b-.*")) == {"b-1"}
        assert set(await listed(broker, transactional_id_pattern="b")) == set()
        assert set(await listed(broker, transactional_id_pattern="")) == {"a-1", "b-1"}
        assert await listed(broker, ids=(other.producer_id,), states=("Ongoing",)) == {}


async def test_the_duration_counts_from_the_first_partition() -> None:
    async with running(SMALL) as broker:
        await (await producer(broker)).add(T0)
        broker.clock.advance(100)
        assert set(await listed(broker, duration_filter=99)) == {"tx"}
        assert set(await listed(broker, duration_filter=100)) == set()


async def test_states_that_are_none_are_told() -> None:
    async with running(SMALL) as broker:
        await producer(broker)
        request = ListTransactionsRequest(
            state_filters=("Nonsense", "Dead", "Nonsense"), producer_id_filters=()
        )
        answer = await broker.ask(request)
        assert answer.unknown_state_filters == ("Nonsense",)
        assert answer.transaction_states == ()


async def test_a_pattern_that_is_none_is_refused() -> None:
    async with running(SMALL) as broker:
        request = ListTransactionsRequest(
            state_filters=(), producer_id_filters=(), transactional_id_pattern="("
        )
        answer = await broker.ask(request, 2)
        assert answer.error_code == Error.INVALID_REGULAR_EXPRESSION


async def test_a_coordinator_that_still_reads_says_so() -> None:
    async with running(SMALL) as broker:
        await producer(broker)
        broker.state.transactions.shards.led[0].is_loaded = False
        request = ListTransactionsRequest(state_filters=(), producer_id_filters=())
        answer = await broker.ask(request)
        assert answer.error_code == Error.COORDINATOR_LOAD_IN_PROGRESS
        assert answer.transaction_states == ()
