from __future__ import annotations

import pytest
from logion.client.cluster import Cluster
from logion.client.consumer import Consumer, ConsumerOptions, offset_in
from logion.client.producer import open_producer
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.list_offsets import ListOffsetsPartitionResponse

from tests.logion.client.small_broker import met

HERE = TopicPartition("t", 0)
THERE = TopicPartition("t", 1)
AT_ONCE = ConsumerOptions(max_wait_ms=0)


def topics() -> dict[str, list[list[bytearray]]]:
    return {"t": [[], []]}


async def append(cluster: Cluster, at: TopicPartition, *values: bytes) -> None:
    async with open_producer(cluster) as producer:
        for value in values:
            await producer.add(at, value)


async def test_records_are_read_from_where_they_are_assigned() -> None:
    async with met(topics=topics()) as (_, cluster):
        await append(cluster, HERE, b"0", b"1", b"2")
        consumer = Consumer(cluster, AT_ONCE)
        consumer.assign({HERE: 1})
        received = await consumer.poll()
    assert [(each.record.offset, each.record.value) for each in received] == [
        (1, b"1"),
        (2, b"2"),
    ]


async def test_positions_move_past_what_was_read() -> None:
    async with met(topics=topics()) as (_, cluster):
        await append(cluster, HERE, b"0")
        await append(cluster, THERE, b"a", b"b")
        consumer = Consumer(cluster, AT_ONCE)
        consumer.assign({HERE: 0, THERE: 0})
        assert len(await consumer.poll()) == 3
        assert consumer.positions == {HERE: 1, THERE: 2}
        assert await consumer.poll() == []


async def test_the_ends_of_a_partition_are_known() -> None:
    async with met(topics=topics()) as (_, cluster):
        await append(cluster, HERE, b"0", b"1")
        consumer = Consumer(cluster)
        assert await consumer.earliest(HERE) == 0
        assert await consumer.latest(HERE) == 2


async def test_an_offset_out_of_range_is_raised() -> None:
    async with met(topics=topics()) as (_, cluster):
        consumer = Consumer(cluster, AT_ONCE)
        consumer.assign({HERE: 9})
        with pytest.raises(ApiError) as refused:
            await consumer.poll()
    assert refused.value.error is Error.OFFSET_OUT_OF_RANGE


async def test_a_poll_that_fails_for_one_partition_passes_over_no_record() -> None:
    async with met(topics=topics()) as (_, cluster):
        await append(cluster, HERE, b"0")
        consumer = Consumer(cluster, AT_ONCE)
        consumer.assign({HERE: 0, THERE: 5})
        with pytest.raises(ApiError, match="OFFSET_OUT_OF_RANGE"):
            await consumer.poll()
        assert consumer.positions == {HERE: 0, THERE: 5}


def test_an_offset_of_version_0_is_the_newest_of_its_list() -> None:
    answer = ListOffsetsPartitionResponse(
        partition_index=0, error_code=0, old_style_offsets=(7, 3)
    )
    assert offset_in(answer) == 7
