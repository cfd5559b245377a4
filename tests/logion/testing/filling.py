"""What the tests of the broker for tests share: records, put there over the wire."""

from __future__ import annotations

from confluent_kafka import Consumer
from logion.client.admin import create_topic
from logion.client.cluster import Cluster, open_cluster
from logion.client.connection import Address
from logion.client.producer import ProducerOptions, open_producer
from logion.names import TopicPartition
from logion.records.codec import Codec
from logion.testing import Broker


def address(broker: Broker) -> Address:
    host, port = broker.bootstrap.split(":")
    return Address(host, int(port))


async def put(
    cluster: Cluster, *values: bytes, partition: int = 0, codec: Codec = Codec.NONE
) -> None:
    options = ProducerOptions(codec=codec)
    async with open_producer(cluster, options) as producer:
        for value in values:
            await producer.add(TopicPartition("t", partition), value)


async def fill(broker: Broker) -> None:
    """Make the topic `t` with two partitions; give the first one three records."""
    async with open_cluster([address(broker)]) as cluster:
        await create_topic(cluster, "t", partitions=2)
        await put(cluster, b"1", b"2")
        await put(cluster, b"3", codec=Codec.GZIP)


def member(broker: Broker, group: str, protocol: str = "classic") -> Consumer:
    """Return a consumer that is in a group, has read one record and committed it."""
    consumer = Consumer(
        {
            "bootstrap.servers": broker.bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "group.protocol": protocol,
        }
    )
    consumer.subscribe(["t"])
    message = consumer.poll(30)
    assert message is not None
    assert message.error() is None
    consumer.commit(message, asynchronous=False)
    return consumer
