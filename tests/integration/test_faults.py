"""What real clients make of a broker's faults: they do what their authors promise."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import Consumer, Producer
from logion.testing import Broker

with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
    from kafka import KafkaConsumer, KafkaProducer

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
"""Clients may use what is deprecated, and drop tasks of connections that are lost."""

DEADLINE_S = 60
VALUES = [b"one", b"two", b"three"]
TOPIC = "orders"

Produce = Callable[[Broker, bool], None]
"""Sends VALUES one after the other, each acknowledged before the next; idempotently
or not."""

Consume = Callable[[Broker, int], list[bytes]]
"""Reads as many values in a group, commits, and closes."""


def produce_by_confluent(broker: Broker, is_idempotent: bool) -> None:
    settings = {
        "bootstrap.servers": broker.bootstrap,
        "enable.idempotence": is_idempotent,
        "retry.backoff.ms": 10,
        "reconnect.backoff.ms": 10,
        "topic.metadata.refresh.fast.interval.ms": 10,
    }
    producer = Producer(settings)
    for value in VALUES:
        producer.produce(TOPIC, value)
        assert producer.flush(DEADLINE_S) == 0


def produce_by_kafka_python(broker: Broker, is_idempotent: bool) -> None:
    producer = KafkaProducer(
        bootstrap_servers=broker.bootstrap,
        enable_idempotence=is_idempotent,
        acks="all",
        retries=20,
        retry_backoff_ms=10,
        reconnect_backoff_ms=10,
    )
    for value in VALUES:
        producer.send(TOPIC, value).get(DEADLINE_S)
    producer.close()


def produce_by_aiokafka(broker: Broker, is_idempotent: bool) -> None:
    async def main() -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=broker.bootstrap,
            enable_idempotence=is_idempotent,
            acks="all",
            retry_backoff_ms=10,
        )
        await producer.start()
        try:
            for value in VALUES:
                await producer.send_and_wait(TOPIC, value)
        finally:
            await producer.stop()

    asyncio.run(main())


def consume_by_confluent(broker: Broker, count: int) -> list[bytes]:
    settings = {
        "bootstrap.servers": broker.bootstrap,
        "group.id": "g",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "retry.backoff.ms": 10,
        "reconnect.backoff.ms": 10,
        "topic.metadata.refresh.fast.interval.ms": 10,
    }
    consumer = Consumer(settings)
    consumer.subscribe([TOPIC])
    found: list[bytes] = []
    while len(found) < count:
        if (message := consumer.poll(DEADLINE_S)) is None:
            raise TimeoutError
        if message.error() is None:
            found.append(message.value())
    consumer.commit(asynchronous=False)
    consumer.close()
    return found


def consume_by_kafka_python(broker: Broker, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        TOPIC,
        bootstrap_servers=broker.bootstrap,
        group_id="g",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6000,  # how long it waits for a member that it lost itself
        heartbeat_interval_ms=500,
        retry_backoff_ms=10,
        reconnect_backoff_ms=10,
        consumer_timeout_ms=DEADLINE_S * 1000,
    )
    found = []
    while len(found) < count:
        found.append(next(consumer).value)
    consumer.commit()
    consumer.close()
    return found


def consume_by_aiokafka(broker: Broker, count: int) -> list[bytes]:
    async def main() -> list[bytes]:
        consumer = AIOKafkaConsumer(
            TOPIC,
            bootstrap_servers=broker.bootstrap,
            group_id="g",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            retry_backoff_ms=10,
        )
        await consumer.start()
        try:
            found = [(await consumer.getone()).value for _ in range(count)]
            await consumer.commit()
        finally:
            await consumer.stop()
        return found

    return asyncio.run(asyncio.wait_for(main(), DEADLINE_S))


producers = pytest.mark.parametrize(
    "produce",
    [produce_by_confluent, produce_by_kafka_python, produce_by_aiokafka],
    ids=["confluent-kafka", "kafka-python", "aiokafka"],
)
consumers = pytest.mark.parametrize(
    "consume",
    [consume_by_confluent, consume_by_kafka_python, consume_by_aiokafka],
    ids=["confluent-kafka", "kafka-python", "aiokafka"],
)


def faulty(*rules: dict[str, Any]) -> Broker:
    return Broker(faults={"rules": list(rules)})


def stored(broker: Broker) -> list[bytes | None]:
    return [record.value for record in broker.records(TOPIC)]


@producers
def test_a_producer_asks_again_when_the_leader_has_moved(produce: Produce) -> None:
    error = "NOT_LEADER_OR_FOLLOWER"
    with faulty({"api": "Produce", "error": error, "times": 2}) as broker:
        produce(broker, False)
        assert stored(broker) == VALUES
        assert [it.error.name for it in broker.faults.fired()] == [error] * 2


@producers
@pytest.mark.parametrize("side", ["before", "after"])
def test_an_idempotent_producer_duplicates_nothing_when_its_connection_drops(
    side: str, produce: Produce
) -> None:
    with faulty({"api": "Produce", "nth": 2, "drop": side}) as broker:
        produce(broker, True)
        assert stored(broker) == VALUES
        (fired,) = broker.faults.fired()
        assert fired.api == "Produce"


@producers
def test_a_producer_that_is_not_idempotent_does(produce: Produce) -> None:
    """So the drop comes after the write indeed."""
    with faulty({"api": "Produce", "nth": 2, "drop": "after"}) as broker:
        produce(broker, False)
        assert stored(broker) == [b"one", b"two", b"two", b"three"]


@producers
def test_an_idempotent_producer_duplicates_nothing_when_its_answer_is_an_error(
    produce: Produce,
) -> None:
    error = "NOT_ENOUGH_REPLICAS_AFTER_APPEND"
    rule = {"api": "Produce", "nth": 2, "error": error, "applied": True}
    with faulty(rule) as broker:
        produce(broker, True)
        assert stored(broker) == VALUES
        assert len(broker.faults.fired()) == 1


@consumers
@pytest.mark.parametrize("size", [3, 90])
def test_a_consumer_gets_over_an_answer_that_is_cut(
    size: int, consume: Consume
) -> None:
    with Broker() as broker:
        produce_by_confluent(broker, False)
        with broker.faults.injected({"api": "Fetch", "truncate": size}) as fault:
            assert consume(broker, 3) == VALUES
        assert fault.count == 1


@consumers
def test_a_consumer_joins_once_the_coordinator_has_loaded(consume: Consume) -> None:
    error = "COORDINATOR_LOAD_IN_PROGRESS"
    apis = ["FindCoordinator", "JoinGroup", "OffsetFetch"]
    rules = [{"api": it, "group": "g", "error": error} for it in apis]
    with Broker() as broker:
        produce_by_confluent(broker, False)
        with broker.faults.injected(*rules) as fault:
            assert consume(broker, 3) == VALUES
        assert {it.api for it in fault.fired()} == set(apis)


@consumers
@pytest.mark.parametrize(
    "rule",
    [
        {"api": "Fetch", "topic": TOPIC, "error": "NOT_LEADER_OR_FOLLOWER"},
        {
            "api": "Fetch",
            "topic": TOPIC,
            "partition": 0,
            "error": "OFFSET_OUT_OF_RANGE",
        },
        {"api": "ListOffsets", "error": "LEADER_NOT_AVAILABLE"},
        {"api": "Metadata", "topic": TOPIC, "error": "LEADER_NOT_AVAILABLE"},
        {"api": "Metadata", "topic": TOPIC, "leader": -1},
        {"api": "SyncGroup", "error": "REBALANCE_IN_PROGRESS"},
        {"api": "OffsetCommit", "error": "COORDINATOR_NOT_AVAILABLE"},
        {"api": "JoinGroup", "drop": "after"},
        {"api": "Fetch", "throttle_ms": 100},
        {"delay_ms": 50, "times": 3},
    ],
    ids=lambda rule: " ".join(map(str, rule.values())),
)
def test_a_consumer_gets_over(rule: dict[str, Any], consume: Consume) -> None:
    with Broker() as broker:
        produce_by_confluent(broker, False)
        with broker.faults.injected(rule) as fault:
            assert consume(broker, 3) == VALUES
        assert fault.count == rule.get("times", 1)
