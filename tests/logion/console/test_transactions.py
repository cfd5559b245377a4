"""Pages of transactional ids."""

from __future__ import annotations

from logion.protocol.errors import Error

from tests.logion.broker.running import running
from tests.logion.console.asking import get
from tests.logion.transaction.producing import SMALL, T0, T1, producer


async def test_an_open_transaction_tells_its_producer_and_where_it_writes() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        assert await one.add(T0, T1) is Error.NONE
        broker.clock.advance(500)
        table = await get(broker, "/transactions")
        page = await get(broker, "/transaction?id=tx")
    named = f"{one.producer_id} {one.epoch}"
    assert "1 transactional id" in table.text
    assert f"tx Ongoing {named} 2 500.0 ms 500.0 ms ago" in table.text
    assert "/transaction?id=tx" in table.links
    assert f"State Ongoing Producer id {one.producer_id} Epoch {one.epoch}" in page.text
    assert "Open for 500.0 ms Last step 500.0 ms ago Timeout 1.0 s" in page.text
    assert "t 0 t 1" in page.text
    assert "/topics/t/1" in page.links


async def test_a_transaction_that_has_ended_is_not_open() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        await one.end(commit=True)
        table = await get(broker, "/transactions")
        page = await get(broker, "/transaction?id=tx")
    assert f"tx CompleteCommit {one.producer_id} {one.epoch} 0 not open" in table.text
    assert "No partition is in a transaction of it now." in page.text


async def test_ids_are_found_by_a_part_of_their_name() -> None:
    async with running(SMALL) as broker:
        await producer(broker)
        found = await get(broker, "/transactions?q=t")
        none = await get(broker, "/transactions?q=zz")
    assert "1 transactional id with “t”" in found.text
    assert "0 transactional ids with “zz”" in none.text


async def test_an_id_that_is_not_there_is_said() -> None:
    async with running() as broker:
        page = await get(broker, "/transaction?id=%3Cb%3Enone")
    assert page.status == 404
    assert "There is no transactional id '<b>none' on this broker." in page.text
