"""Pages of groups."""

from __future__ import annotations

from logion.names import TopicPartition
from logion.protocol.embedded import assignment_bytes

from tests.logion.broker.running import batch, running
from tests.logion.console.asking import get
from tests.logion.group.members import members

BOTH = [TopicPartition("t", 0), TopicPartition("t", 1)]


async def test_a_group_tells_its_members_and_how_far_it_has_read() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t", 2)
        await broker.produce("t", batch(b"one", b"two", b"three"))
        await a.join()
        await a.sync({a.id: assignment_bytes(BOTH)})
        await a.commit(1)
        overview = await get(broker, "/")
        table = await get(broker, "/groups")
        page = await get(broker, "/group?id=g")
    assert "Groups 1" in overview.text
    assert "g Stable range 1 1 2" in overview.text
    assert "g Stable range 1 1 2" in table.text
    assert "/group?id=g" in table.links
    assert "State Stable Generation 1 Members 1 Lag 2 Protocol range" in page.text
    assert f"{a.id} t t-0 , t-1" in page.text
    assert f"t-0 1 2 now {a.id}" in page.text
    assert "/topics/t/0?from=1" in page.links


async def test_a_group_without_members_tells_its_offsets() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        await a.commit(0)
        page = await get(broker, "/group?id=g")
    assert "It has no members now." in page.text
    assert "t-0 0 0 now nobody" in page.text


async def test_a_group_that_has_committed_nothing_says_so() -> None:
    async with running() as broker, members(broker) as (a,):
        await a.join()
        page = await get(broker, "/group?id=g")
    assert "It has committed nothing." in page.text


async def test_a_partition_that_is_led_elsewhere_has_no_lag_here() -> None:
    async with running() as broker, members(broker) as (a,):
        await broker.create("t")
        await a.commit(0)
        broker.state.partitions._led.pop(TopicPartition("t", 0))
        page = await get(broker, "/group?id=g")
    assert "t-0 0 unknown" in page.text


async def test_a_group_that_is_not_there_is_said() -> None:
    async with running() as broker:
        page = await get(broker, "/group?id=%3Cb%3Enone")
        none = await get(broker, "/groups?q=x")
    assert page.status == 404
    assert "There is no group '<b>none' on this broker." in page.text
    assert "<b>none" not in page.html
    assert "0 groups with “x”" in none.text
