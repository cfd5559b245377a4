"""The client of the benchmarks: librdkafka, driven in a process of its own.

    python -m tests.benchmarks.client produce BOOTSTRAP TOPIC SIZE COUNT
    python -m tests.benchmarks.client consume BOOTSTRAP TOPIC COUNT
    python -m tests.benchmarks.client ack BOOTSTRAP TOPIC COUNT
    python -m tests.benchmarks.client idle BOOTSTRAP COUNT

Prints one line of JSON. Messages are handed over and taken in lists of 10,000, so that
Python's share of the work is small and the broker is what is measured. That all
messages of `produce` have arrived is what `consume` shows.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import time
from collections.abc import Callable, Mapping
from resource import RLIMIT_NOFILE, getrlimit, setrlimit
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from tests.benchmarks import rdkafka

BATCH = 10_000
"""Messages per batch, and per call."""

PRODUCER = {
    "acks": 1,
    "batch.num.messages": BATCH,
    "linger.ms": 5,
    "queue.buffering.max.messages": 1_000_000,
    "queue.buffering.max.kbytes": 1_048_576,
}

CONSUMER = {
    "enable.auto.commit": False,
    "group.id": "benchmark",
    "fetch.queue.backoff.ms": 1,
}
"""With its own limit of 100,000 messages the client pauses for a second
(`fetch.queue.backoff.ms`) whenever the broker is faster than it is."""

SECONDS_MAX = 120
"""A run that takes longer has failed."""

SAMPLE = 100
"""Connections of `idle` that ask something in the end."""

Answer = dict[str, float]


class Watch:
    """Tells how long something took, and how much of a processor we took for it."""

    def __init__(self) -> None:
        self._start, self._cpu = time.perf_counter(), time.process_time()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._start

    def spent(self) -> Answer:
        """Return the seconds so far, and those of the processor, of all threads."""
        return {"seconds": self.seconds, "cpu_s": time.process_time() - self._cpu}


def produce(bootstrap: str, topic: str, size: str, count: str) -> Answer:
    """Return how long it takes until COUNT messages are acknowledged."""
    settings = {"bootstrap.servers": bootstrap, **PRODUCER}
    producer = rdkafka.Producer(settings, topic, bytes(int(size)), BATCH)
    assert producer.produce(1) == 1, "the first message was not taken"
    assert producer.flush(10_000), "the first message has no answer"
    left, watch = int(count), Watch()
    while left:
        left -= producer.produce(left)
    is_done = producer.flush(SECONDS_MAX * 1000)
    spent = watch.spent()
    assert is_done, "messages without an answer"
    return spent


def consume(bootstrap: str, topic: str, count: str) -> Answer:
    """Return how long it takes from the first message to the COUNT-th."""
    consumer = Consumer({"bootstrap.servers": bootstrap, **CONSUMER})
    consumer.assign([TopicPartition(topic, 0, 0)])
    first = len(consumer.consume(1, 10))
    watch = Watch()
    left = int(count) - first
    while left > 0:
        left -= len(consumer.consume(min(left, BATCH), 1))
        assert watch.seconds < SECONDS_MAX, f"{left} messages never came"
    spent = watch.spent()
    consumer.close()
    return spent


def ack(bootstrap: str, topic: str, count: str) -> Answer:
    """Return percentiles of the time until a message of 100 bytes is acknowledged."""
    settings = {"bootstrap.servers": bootstrap, **PRODUCER, "linger.ms": 0}
    producer = Producer(settings)
    producer.list_topics(topic, timeout=10)
    watch = Watch()
    one_at_a_time(producer, topic, 200)
    times = sorted(one_at_a_time(producer, topic, int(count)))
    return {
        "p50_us": times[len(times) // 2] * 1e6,
        "p99_us": times[len(times) * 99 // 100] * 1e6,
        **watch.spent(),
    }


def one_at_a_time(producer: Producer, topic: str, count: int) -> list[float]:
    """Return the seconds that each of COUNT messages took."""
    times, value = [], bytes(100)
    arrived: list[object] = []
    for _ in range(count):
        arrived.clear()
        start = time.perf_counter()
        producer.produce(
            topic, value, partition=0, on_delivery=lambda *it: arrived.append(it)
        )
        while not arrived:
            producer.poll(1)
        times.append(time.perf_counter() - start)
    return times


def idle(bootstrap: str, count: str) -> Answer:
    """Hold COUNT connections until a line comes in; return how soon some answer then.

    Says `held` once all are accepted and each has had an answer.
    """
    limit = int(count) + 100
    setrlimit(RLIMIT_NOFILE, (limit, max(limit, getrlimit(RLIMIT_NOFILE)[1])))
    host, _, port = bootstrap.rpartition(":")
    held = []
    for _ in range(int(count)):
        held.append(socket.create_connection((host, int(port))))
        ask_versions(held[-1])
    print("held", flush=True)
    sys.stdin.readline()
    times = []
    for connection in held[:: len(held) // SAMPLE]:
        start = time.perf_counter()
        ask_versions(connection)
        times.append(time.perf_counter() - start)
    times.sort()
    return {"p50_us": times[len(times) // 2] * 1e6, "max_us": times[-1] * 1e6}


def ask_versions(connection: socket.socket) -> None:
    """Send ApiVersions version 0, and receive the whole answer."""
    header = struct.pack(">hhih", 18, 0, 1, -1)
    connection.sendall(struct.pack(">i", len(header)) + header)
    size = struct.unpack(">i", receive(connection, 4))[0]
    receive(connection, size)


def receive(connection: socket.socket, size: int) -> bytes:
    """Return the next SIZE bytes."""
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        assert part, "the broker closed the connection"
        data += part
    return data


COMMANDS: Mapping[str, Callable[..., Any]] = {
    "produce": produce,
    "consume": consume,
    "ack": ack,
    "idle": idle,
}


if __name__ == "__main__":
    print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:])), flush=True)
