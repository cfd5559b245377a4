"""What readers of committed records get of transactions, by Fetch and ListOffsets."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing
from logion.client.connection import Options, connect
from logion.protocol.errors import Error
from logion.protocol.messages.describe_producers import (
    DescribeProducersRequest,
    TopicRequest,
)
from logion.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from logion.testing.clock import NEW_YEAR_2024_MS

from tests.logion.broker.running import (
    Running,
    World,
    ask,
    batch,
    fetch_request,
    running,
    values_of,
)
from tests.logion.broker.transactions import Transacting

COMMITTED = 1
FETCH = 12


async def read(broker: Running, offset: int = 0, **fields: Any) -> Any:
    """Return what a reader of committed records gets of t-0."""
    (found,) = await broker.fetch("t", offset, isolation_level=COMMITTED, **fields)
    return found


async def test_a_fetch_waits_for_the_end_of_a_transaction_and_wakes_at_its_commit(
    autojump_clock: trio.testing.MockClock,
) -> None:
    request = fetch_request("t", 0, isolation_level=COMMITTED, max_wait_ms=60_000)
    async with running() as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        await producer.produce("t", b"a")
        found: list[Any] = []

        async def wait() -> None:
            options = Options(timeout_s=90)
            async with await connect(broker.address, options) as client:
                found.append(await ask(client, request, FETCH))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked()
            await broker.produce("t", batch(b"behind it"))
            await trio.testing.wait_all_tasks_blocked()
            assert not found, "what lies behind an open transaction is not told either"
            await producer.end()
        (data,) = found[0].responses[0].partitions
        assert trio.current_time() < 60
        assert values_of(data.records)[:2] == [b"a", b"behind it"]


async def test_only_aborted_transactions_with_records_in_the_answer_are_told() -> None:
    settings = {"log.index.interval.bytes": "1"}
    async with running(settings) as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        for _ in range(9):
            await producer.produce("t", b"v" * 100)
            await producer.end(is_commit=False)
        everything = await read(broker)
        assert len(everything.aborted_transactions) == 9
        first = await read(broker, partition={"partition_max_bytes": 300})
        assert 1 <= len(first.aborted_transactions) < 4
        last = await read(broker, 16)
        assert [it.first_offset for it in last.aborted_transactions] == [16]
        nothing = await read(broker, 18)
        assert (nothing.records, nothing.aborted_transactions) == (b"", ())


async def test_a_transaction_that_aborts_in_a_later_segment_is_told() -> None:
    settings = {"log.segment.bytes": "1000"}
    async with running(settings, release="3.9") as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        await producer.add("t")
        await producer.produce("t", b"v")
        for _ in range(20):
            await broker.produce("t", batch(b"between" * 30))
        await producer.end(is_commit=False)
        assert len(broker.partition("t").log.segments) > 3
        for offset in (0, 10, 21):
            found = await read(broker, offset)
            assert [it.first_offset for it in found.aborted_transactions] == [0]


@pytest.mark.parametrize("version", [2, 5, 7])
async def test_offsets_behind_an_open_transaction_are_not_found(version: int) -> None:
    async def offset_of(broker: Running, timestamp: int, isolation: int) -> int:
        partition = ListOffsetsPartition(partition_index=0, timestamp=timestamp)
        topic = ListOffsetsTopic(name="t", partitions=(partition,))
        request = ListOffsetsRequest(
            replica_id=-1, isolation_level=isolation, topics=(topic,)
        )
        answer = await broker.ask(request, version)
        found: int = answer.topics[0].partitions[0].offset
        return found

    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"a", timestamp=NEW_YEAR_2024_MS - 1))
        producer = await Transacting(broker).begin()
        await producer.produce("t", b"b")
        for isolation, end, found in ((0, 2, 1), (COMMITTED, 1, -1)):
            assert await offset_of(broker, -1, isolation) == end
            assert await offset_of(broker, NEW_YEAR_2024_MS, isolation) == found
        await producer.end()
        assert await offset_of(broker, -1, COMMITTED) == 3


async def test_a_restart_forgets_neither_open_nor_aborted_transactions() -> None:
    world = World()
    async with running(world=world) as broker:
        await broker.create("t")
        producer = await Transacting(broker).begin()
        await producer.produce("t", b"gone")
        await producer.end(is_commit=False)
        await producer.produce("t", b"open")
        sequences = producer.sequences
    async with running(world=world) as broker:
        await broker.state.transactions.shards.loaded()
        found = await read(broker)
        assert (found.last_stable_offset, found.high_watermark) == (2, 3)
        assert [it.first_offset for it in found.aborted_transactions] == [0]
        producer.broker, producer.sequences = broker, sequences
        assert (await producer.produce("t", b"more")).error_code == Error.NONE
        assert await producer.end() == Error.NONE
        assert (await read(broker)).last_stable_offset == 5


async def test_producers_are_described_with_their_transaction() -> None:
    request = DescribeProducersRequest(
        topics=(TopicRequest(name="t", partition_indexes=(0,)),)
    )
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"a"))
        producer = await Transacting(broker).begin()
        await producer.produce("t", b"b")
        answer = await broker.ask(request)
        (state,) = answer.topics[0].partitions[0].active_producers
        assert (state.producer_id, state.current_txn_start_offset) == (
            producer.producer_id,
            1,
        )
        assert state.coordinator_epoch == -1
        await producer.end()
        answer = await broker.ask(request)
        (state,) = answer.topics[0].partitions[0].active_producers
        assert (state.current_txn_start_offset, state.coordinator_epoch) == (-1, 0)
