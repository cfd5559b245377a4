"""Ten tests of a user, written from the documentation alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka.admin import AdminClient, ConfigResource
from logion.testing.kafka import Kafka
from shop import Billing, Shop


@pytest.fixture
def orders(kafka: Kafka) -> str:
    return kafka.create_topic("orders", partitions=2)


@pytest.fixture
def shop(kafka: Kafka, orders: str) -> Iterator[Shop]:
    shop = Shop(kafka.bootstrap, orders)
    yield shop
    shop.close()


@pytest.fixture
def billing(kafka: Kafka, orders: str) -> Iterator[Callable[[str], Billing]]:
    services = []

    def start(group: str) -> Billing:
        services.append(Billing(kafka.bootstrap, orders, kafka.group(group)))
        return services[-1]

    yield start
    for service in services:
        service.close()


def test_an_order_is_announced(kafka: Kafka, orders: str, shop: Shop) -> None:
    shop.sell("ann", "book")
    (order,) = kafka.wait_for_records(orders)
    assert (order.key, order.value) == (b"ann", b"book")


def test_a_customers_orders_keep_their_order(
    kafka: Kafka, orders: str, shop: Shop
) -> None:
    articles = [f"book {number}" for number in range(20)]
    for article in articles:
        shop.sell("ann", article)
    shop.close()
    assert [it.value.decode() for it in kafka.records(orders)] == articles


def test_a_new_topic_is_empty(kafka: Kafka, kafka_topic: str) -> None:
    assert kafka.records(kafka_topic) == []
    assert kafka.broker.partitions(kafka_topic) == 1


def test_names_are_the_tests_own(kafka: Kafka) -> None:
    assert kafka.topic("orders") == kafka.topic("orders")
    assert kafka.topic("orders") != kafka.topic("bills")
    assert kafka.topic("orders") not in kafka.broker.topics()


def test_settings_of_a_topic_are_kept(kafka: Kafka) -> None:
    topic = kafka.create_topic("short", configs={"retention.ms": "60000"})
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    settings = admin.describe_configs([resource])[resource].result(30)
    assert settings["retention.ms"].value == "60000"


def test_every_order_is_billed(shop: Shop, billing: Callable[[str], Billing]) -> None:
    expected = [(f"customer {number}", "book") for number in range(10)]
    for customer, article in expected:
        shop.sell(customer, article)
    service = billing("billing")
    while len(service.billed) < len(expected):
        assert service.work()
    assert sorted(service.billed) == sorted(expected)


def test_billing_goes_on_where_it_stopped(
    shop: Shop, billing: Callable[[str], Billing]
) -> None:
    shop.sell("ann", "book")
    before = billing("billing")
    assert before.work()
    before.close()
    shop.sell("ann", "lamp")
    after = billing("billing")
    assert after.work()
    assert after.billed == [("ann", "lamp")]


def test_two_groups_see_every_order(
    shop: Shop, billing: Callable[[str], Billing]
) -> None:
    shop.sell("ann", "book")
    for group in ("billing", "statistics"):
        service = billing(group)
        assert service.work()
        assert service.billed == [("ann", "book")]


def test_two_members_share_the_work(
    shop: Shop, billing: Callable[[str], Billing]
) -> None:
    members = [billing("billing"), billing("billing")]
    limit = time.perf_counter() + 60
    while sorted(len(it.share) for it in members) != [1, 1]:
        assert time.perf_counter() < limit, "the work was never shared"
        for member in members:
            member.work(0.1)
    expected = [(f"customer {number}", "book") for number in range(20)]
    for customer, article in expected:
        shop.sell(customer, article)
    while sum(len(it.billed) for it in members) < len(expected):
        assert time.perf_counter() < limit, "not every order was billed"
        for member in members:
            member.work(0.1)
    assert sorted(members[0].billed + members[1].billed) == sorted(expected)


def test_asyncio_uses_the_same_fixtures(kafka: Kafka, kafka_topic: str) -> None:
    async def main() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap)
        consumer = AIOKafkaConsumer(
            kafka_topic,
            bootstrap_servers=kafka.bootstrap,
            group_id=kafka.group(),
            auto_offset_reset="earliest",
        )
        await producer.start()
        await consumer.start()
        try:
            await producer.send_and_wait(kafka_topic, b"hello")
            record = await asyncio.wait_for(consumer.getone(), 30)
            assert record.value == b"hello"
        finally:
            await consumer.stop()
            await producer.stop()

    asyncio.run(main())
