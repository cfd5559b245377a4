from __future__ import annotations

import pytest
from logion.client.cluster import Cluster
from logion.client.connection import Options
from logion.client.producer import (
    ProducerOptions,
    Sent,
    magic_of,
    open_producer,
    worse,
)
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.records.batch import parse_batches
from logion.records.codec import Codec
from logion.records.record import read_records

from tests.logion.client.small_broker import SmallBroker, met

HERE = TopicPartition("t", 0)
THERE = TopicPartition("t", 1)
QUICK = Options(backoff_s=0)


def topics() -> dict[str, list[list[bytearray]]]:
    return {"t": [[], []]}


def values(broker: SmallBroker, partition: int = 0) -> list[bytes | None]:
    stored = b"".join(broker.topics["t"][partition])
    return [record.value for record in read_records(stored)]


async def send(cluster: Cluster, options: ProducerOptions, *sent: bytes) -> list[Sent]:
    async with open_producer(cluster, options) as producer:
        for value in sent:
            await producer.add(HERE, value)
        return await producer.flush()


async def test_records_go_to_their_partitions_in_one_batch_each() -> None:
    async with (
        met(topics=topics()) as (broker, cluster),
        open_producer(cluster) as producer,
    ):
        for number in range(4):
            await producer.add(TopicPartition("t", number % 2), b"%d" % number)
        sent = await producer.flush()
    assert sorted(sent) == [Sent(HERE, 0, 2), Sent(THERE, 0, 2)]
    assert (values(broker, 0), values(broker, 1)) == ([b"0", b"2"], [b"1", b"3"])


async def test_what_is_left_at_the_end_is_sent() -> None:
    async with (
        met(topics=topics()) as (broker, cluster),
        open_producer(cluster) as producer,
    ):
        await producer.add(HERE, b"last", key=b"k", headers=[("h", None)])
    assert values(broker) == [b"last"]


async def test_a_full_batch_is_sent_before_it_is_asked_for() -> None:
    async with met(topics=topics()) as (broker, cluster):
        options = ProducerOptions(batch_size_max=100)
        async with open_producer(cluster, options) as producer:
            await producer.add(HERE, bytes(100))
            assert len(values(broker)) == 1


async def test_batches_are_compressed_as_told() -> None:
    async with met(topics=topics()) as (broker, cluster):
        await send(cluster, ProducerOptions(codec=Codec.GZIP), b"a")
    assert parse_batches(broker.topics["t"][0][0])[0].codec is Codec.GZIP


async def test_without_acks_no_answer_is_awaited() -> None:
    async with met(topics=topics()) as (broker, cluster):
        sent = await send(cluster, ProducerOptions(acks=0), b"a")
        await cluster.refresh(())  # an answer to the produce would come first
    assert sent == [Sent(HERE, -1, 1)]
    assert values(broker) == [b"a"]


async def test_an_error_that_may_pass_is_retried_with_the_same_sequence() -> None:
    failures = [Error.NOT_LEADER_OR_FOLLOWER, Error.NOT_ENOUGH_REPLICAS]
    async with met(QUICK, topics=topics(), failures=failures) as (broker, cluster):
        options = ProducerOptions(is_idempotent=True)
        async with open_producer(cluster, options) as producer:
            for value in (b"a", b"b"):
                await producer.add(HERE, value)
                await producer.flush()
    sequences = [parse_batches(each)[0].base_sequence for each in broker.topics["t"][0]]
    assert sequences == [0, 1]
    assert values(broker) == [b"a", b"b"]


async def test_a_partition_that_fails_does_not_resend_the_others() -> None:
    failures = [Error.NONE, Error.NOT_LEADER_OR_FOLLOWER]
    async with (
        met(QUICK, topics=topics(), failures=failures) as (broker, cluster),
        open_producer(cluster) as producer,
    ):
        await producer.add(HERE, b"a")
        await producer.add(THERE, b"b")
    assert (values(broker, 0), values(broker, 1)) == ([b"a"], [b"b"])


async def test_an_error_that_does_not_pass_is_raised() -> None:
    failures = [Error.MESSAGE_TOO_LARGE]
    async with met(QUICK, topics=topics(), failures=failures) as (_, cluster):
        with pytest.raises(ApiError, match="t-0 refused a batch") as refused:
            await send(cluster, ProducerOptions(), b"a")
    assert refused.value.error is Error.MESSAGE_TOO_LARGE


@pytest.mark.parametrize(
    ("version", "magic"), [(0, 0), (1, 0), (2, 1), (3, 2), (13, 2)]
)
def test_the_format_follows_the_version(version: int, magic: int) -> None:
    assert magic_of(version) == magic


def test_the_error_that_does_not_pass_decides() -> None:
    passes = ApiError(Error.NOT_LEADER_OR_FOLLOWER)
    stays = ApiError(Error.MESSAGE_TOO_LARGE)
    assert worse(None, passes) is passes
    assert worse(stays, passes) is stays
    assert worse(passes, stays) is stays
