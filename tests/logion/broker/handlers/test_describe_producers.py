"""DescribeProducers: the producers a partition remembers."""

from __future__ import annotations

from logion.protocol.errors import Error
from logion.protocol.messages.describe_producers import (
    DescribeProducersRequest,
    TopicRequest,
)
from logion.testing.clock import NEW_YEAR_2024_MS

from tests.logion.broker.running import idempotent, running


async def test_a_producer_is_told_with_its_last_sequence() -> None:
    topic = TopicRequest(name="t", partition_indexes=(0, 1))
    async with running() as broker:
        await broker.create("t", 2)
        records = idempotent(0, b"a", b"b", producer_id=9, epoch=3)
        await broker.produce("t", records)
        answer = await broker.ask(DescribeProducersRequest(topics=(topic,)))
    first, second = answer.topics[0].partitions
    (producer,) = first.active_producers
    assert (producer.producer_id, producer.producer_epoch) == (9, 3)
    assert producer.last_sequence == 1
    assert producer.last_timestamp == NEW_YEAR_2024_MS
    assert producer.current_txn_start_offset == -1
    assert (second.error_code, second.active_producers) == (Error.NONE, ())


async def test_an_unknown_partition_has_an_error() -> None:
    topic = TopicRequest(name="nope", partition_indexes=(0,))
    async with running() as broker:
        answer = await broker.ask(DescribeProducersRequest(topics=(topic,)))
    (found,) = answer.topics[0].partitions
    assert found.error_code == Error.UNKNOWN_TOPIC_OR_PARTITION
    assert found.active_producers == ()


async def test_what_is_no_name_of_a_topic_is_said_so() -> None:
    topic = TopicRequest(name="a b", partition_indexes=(0,))
    async with running() as broker:
        answer = await broker.ask(DescribeProducersRequest(topics=(topic,)))
    assert answer.topics[0].partitions[0].error_code == Error.INVALID_TOPIC_EXCEPTION
