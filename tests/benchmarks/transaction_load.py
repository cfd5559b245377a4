"""Loads of transactions, from a process of their own: they print JSON.

    python -m tests.benchmarks.transaction_load commit HOST:PORT PRODUCERS SECONDS
    python -m tests.benchmarks.transaction_load fill HOST:PORT TOPIC TRANSACTIONS SIZE
    python -m tests.benchmarks.transaction_load read HOST:PORT TOPIC COUNT ISOLATION
    python -m tests.benchmarks.transaction_load producers HOST:PORT COUNT
    python -m tests.benchmarks.transaction_load configs HOST:PORT TOPICS

`commit` and `fill` use librdkafka, a thread for each producer; `producers` and
`configs` speak the protocol themselves.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from threading import Thread
from typing import Any

import trio
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from logion.client.cluster import open_cluster
from logion.client.connection import address_of
from logion.clock import SystemClock
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResponse,
)
from logion.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    ProduceResponse,
    TopicProduceData,
)
from logion.records.record import BatchOptions, Record, write_batch

TOPIC = "transactions"
PATIENCE_S = 60.0
PARTITIONS = 100
"""So many producers write with one request."""
TOPIC_TYPE = 2
MESSAGES_AT_ONCE = 10_000
FIRST_PRODUCER_ID = 1_000_000
"""Below are those that the broker has given away."""

Answer = dict[str, float]


def make_topic(bootstrap: str, topic: str, partitions: int = 1) -> None:
    """Have a topic be there."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    wanted = NewTopic(topic, partitions, replication_factor=1)
    made: Mapping[str, Any] = admin.create_topics([wanted])
    failure = made[topic].exception(PATIENCE_S)
    if failure is not None and "TOPIC_ALREADY_EXISTS" not in str(failure):
        raise failure


def transactional(bootstrap: str, name: str) -> Producer:
    """Return a producer that may begin transactions."""
    settings = {"bootstrap.servers": bootstrap, "transactional.id": name}
    producer = Producer({**settings, "linger.ms": 0})
    producer.init_transactions(PATIENCE_S)
    return producer


# --- transactions a second ----------------------------------------------------


def commit(bootstrap: str, producers: str, seconds: str) -> Answer:
    """Let producers commit one record after the other; return how many a second."""
    make_topic(bootstrap, TOPIC)
    run = os.getpid()
    made = [
        transactional(bootstrap, f"load-{run}-{it}") for it in range(int(producers))
    ]
    took: list[float] = []
    begin = time.perf_counter() + 0.5
    threads = [
        Thread(target=commit_all, args=(it, took, begin, float(seconds))) for it in made
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took.sort()
    return {
        "per_s": len(took) / (time.perf_counter() - begin),
        "p50_ms": took[len(took) // 2] * 1e3,
        "p99_ms": took[len(took) * 99 // 100] * 1e3,
    }


def commit_all(
    producer: Producer, took: list[float], begin: float, seconds: float
) -> None:
    """Commit until time is up; note how long each commit takes."""
    one_transaction(producer)  # its connections are made before the clock runs
    time.sleep(max(begin - time.perf_counter(), 0))
    while time.perf_counter() < begin + seconds:
        took.append(one_transaction(producer))


def one_transaction(producer: Producer, topic: str = TOPIC, size: int = 100) -> float:
    """Write one record; return how many seconds its commit takes."""
    producer.begin_transaction()
    producer.produce(topic, bytes(size))
    producer.flush(PATIENCE_S)
    start = time.perf_counter()
    producer.commit_transaction(PATIENCE_S)
    return time.perf_counter() - start


# --- reading what is committed ------------------------------------------------


def fill(bootstrap: str, topic: str, transactions: str, size: str) -> Answer:
    """Write transactions of 1,000 records each, every tenth of them aborted."""
    make_topic(bootstrap, topic)
    producer = transactional(bootstrap, f"fill-{topic}")
    committed = 0
    for number in range(int(transactions)):
        producer.begin_transaction()
        for _ in range(1000):
            producer.produce(topic, bytes(int(size)), partition=0)
        producer.flush(PATIENCE_S)
        if number % 10 == 0:
            producer.abort_transaction(PATIENCE_S)
        else:
            producer.commit_transaction(PATIENCE_S)
            committed += 1000
    return {"records": int(transactions) * 1000, "committed": committed}


def read(bootstrap: str, topic: str, count: str, isolation: str) -> Answer:
    """Return the seconds from the first record to the COUNT-th."""
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": "read",
        "enable.auto.commit": False,
        "fetch.queue.backoff.ms": 1,
        "isolation.level": isolation,
    }
    consumer = Consumer(settings)
    consumer.assign([TopicPartition(topic, 0, 0)])
    left = int(count) - len(consumer.consume(1, PATIENCE_S))
    start = time.perf_counter()
    while left > 0:
        left -= len(consumer.consume(min(left, MESSAGES_AT_ONCE), 1))
        if time.perf_counter() > start + PATIENCE_S:
            raise RuntimeError(f"{left} records never came")
    seconds = time.perf_counter() - start
    consumer.close()
    return {"seconds": seconds}


# --- by the protocol itself ---------------------------------------------------


async def producers(bootstrap: str, count: str) -> Answer:
    """Let as many idempotent producers write a record each."""
    await trio.to_thread.run_sync(make_topic, bootstrap, "producers", PARTITIONS)
    async with open_cluster([address_of(bootstrap)]) as cluster:
        connection = await cluster.any_connection()
        for first in range(0, int(count), PARTITIONS):
            rows = tuple(
                PartitionProduceData(index=it, records=batch_of(first + it))
                for it in range(PARTITIONS)
            )
            topic = TopicProduceData(name="producers", partition_data=rows)
            request = ProduceRequest(acks=1, timeout_ms=9_000, topic_data=(topic,))
            answer = await connection.call(request, ProduceResponse, version=9)
            for row in answer.responses[0].partition_responses:
                if row.error_code:
                    raise RuntimeError(f"partition {row.index}: {row.error_code}")
    return {"producers": int(count)}


def batch_of(number: int) -> bytes:
    """Return the first batch of a producer: one record."""
    options = BatchOptions(
        producer_id=FIRST_PRODUCER_ID + number, producer_epoch=0, base_sequence=0
    )
    record = Record(0, SystemClock().time_ms(), None, b"x")
    return write_batch([record], options)


async def configs(bootstrap: str, topics: str) -> Answer:
    """Ask for all settings of many topics with one request."""
    names = [f"configs-{it}" for it in range(int(topics))]
    await trio.to_thread.run_sync(make_topics, bootstrap, names)
    rows = tuple(
        DescribeConfigsResource(
            resource_type=TOPIC_TYPE, resource_name=it, configuration_keys=None
        )
        for it in names
    )
    request = DescribeConfigsRequest(resources=rows, include_synonyms=True)
    async with open_cluster([address_of(bootstrap)]) as cluster:
        connection = await cluster.any_connection()
        one = DescribeConfigsRequest(resources=rows[:1])
        await connection.call(one, DescribeConfigsResponse, version=1)
        start = time.perf_counter()
        answer = await connection.call(request, DescribeConfigsResponse, version=1)
        seconds = time.perf_counter() - start
    count = sum(len(it.configs) for it in answer.results)
    return {"seconds": seconds, "settings": count}


def make_topics(bootstrap: str, names: list[str]) -> None:
    """Have topics be there."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    wanted = [NewTopic(it, 1, replication_factor=1) for it in names]
    made: Mapping[str, Any] = admin.create_topics(wanted, operation_timeout=PATIENCE_S)
    for future in made.values():
        future.result(PATIENCE_S)


AT_ONCE: dict[str, Callable[..., Answer]] = {
    "commit": commit,
    "fill": fill,
    "read": read,
}
IN_TRIO: dict[str, Callable[..., Awaitable[Answer]]] = {
    "producers": producers,
    "configs": configs,
}


def main(name: str, *arguments: str) -> Answer:
    """Run the load that the command line names."""
    if name in AT_ONCE:
        return AT_ONCE[name](*arguments)
    return trio.run(IN_TRIO[name], *arguments)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
