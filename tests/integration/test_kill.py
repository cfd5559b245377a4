"""kill -9 at random moments under load: what was acknowledged is there afterwards.

`LOGION_KILL_ROUNDS` is the number of kills and `LOGION_KILL_SEED` what their moments
and the load are drawn from; a failing run names both.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from tests.integration import brokers

ROUNDS = int(os.environ.get("LOGION_KILL_ROUNDS", "5"))
SEED = int(os.environ.get("LOGION_KILL_SEED", "1"))
TOPIC = "killed"
PARTITIONS = 3
FIRST_SECONDS_MAX = 20.0
"""How long the first acknowledgement of a round may take."""
KILL_AFTER_SECONDS = (0.0, 0.4)
"""When the kill comes, after that first acknowledgement."""
READ_SECONDS_MAX = 30.0

SETTINGS = {
    "num.partitions": str(PARTITIONS),
    "log.segment.bytes": "1048576",
    "log.index.interval.bytes": "1000",
}
"""Segments roll many times a second, so that kills fall into that too."""

Place = tuple[int, int]
"""Partition and offset."""


def fingerprint(value: bytes) -> bytes:
    """Return what stands for a value, so that millions of them fit in memory."""
    return hashlib.blake2b(value, digest_size=8).digest()


@dataclass(slots=True)
class Load:
    """A producer of numbered records, as fast as it may, and what it was told."""

    bootstrap: str
    chance: random.Random
    number: int
    """Of the round; its records start with it."""
    acknowledged: dict[Place, bytes] = field(default_factory=dict)
    works: threading.Event = field(default_factory=threading.Event)
    """Set at the first acknowledgement."""

    def run(self, stop: threading.Event) -> None:
        """Send until `stop`; then forget what is still under way."""
        producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "acks": "all",
                "linger.ms": self.chance.choice([0, 1, 5]),
                "enable.idempotence": self.chance.random() < 0.5,
                "compression.type": self.chance.choice(["none", "lz4", "zstd"]),
                "topic.metadata.refresh.fast.interval.ms": 10,
            }
        )
        size = self.chance.choice([10, 100, 1000])
        sent = 0
        while not stop.is_set():
            value = b"%d/%d/" % (self.number, sent) + self.chance.randbytes(size)
            try:
                producer.produce(
                    TOPIC,
                    value,
                    partition=sent % PARTITIONS,
                    on_delivery=self._delivered,
                )
                sent += 1
                producer.poll(0)
            except BufferError:
                producer.poll(0.01)
        producer.purge()
        producer.flush(0.1)

    def _delivered(self, error: Any, message: Any) -> None:
        if error is None:
            place = message.partition(), message.offset()
            self.acknowledged[place] = fingerprint(message.value())
            self.works.set()


def create_topic(bootstrap: str) -> None:
    """Have the broker create the topic, by one record in each partition."""
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all"})
    for partition in range(PARTITIONS):
        producer.produce(TOPIC, b"first of %d" % partition, partition=partition)
    assert producer.flush(READ_SECONDS_MAX) == 0


def load_until_killed(
    broker: brokers.Broker, chance: random.Random, number: int
) -> dict[Place, bytes]:
    """Kill the broker at a random moment under load; return what it acknowledged."""
    load = Load(broker.bootstrap, chance, number)
    killed = threading.Event()
    worker = threading.Thread(target=load.run, args=[killed])
    worker.start()
    works = load.works.wait(FIRST_SECONDS_MAX)
    killed.wait(chance.uniform(*KILL_AFTER_SECONDS))
    broker.kill()
    killed.set()
    worker.join()
    assert works, "nothing was acknowledged"
    return load.acknowledged


@dataclass(slots=True)
class Reader:
    """Reads the topic on from where it stopped."""

    bootstrap: str
    at: list[int] = field(default_factory=lambda: [0] * PARTITIONS)
    """Offset to go on from, by partition."""

    def read_on(self) -> dict[Place, bytes]:
        """Return all records that came since; none may be out of place."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": "unused",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 50,
            }
        )
        ends = [end_offset(consumer, partition) for partition in range(PARTITIONS)]
        consumer.assign(
            [TopicPartition(TOPIC, number, at) for number, at in enumerate(self.at)]
        )
        found: dict[Place, bytes] = {}
        while self.at < ends:
            left = min(sum(ends) - sum(self.at), 10_000)
            messages = consumer.consume(left, timeout=READ_SECONDS_MAX)
            assert messages, f"nothing more at {self.at}, the ends are {ends}"
            self._take(messages, found)
        consumer.close()
        assert self.at == ends
        return found

    def _take(self, messages: list[Any], found: dict[Place, bytes]) -> None:
        for message in messages:
            if message.error():
                raise KafkaException(message.error())
            partition = message.partition()
            assert message.offset() == self.at[partition], "a hole, or a second copy"
            found[partition, message.offset()] = fingerprint(message.value())
            self.at[partition] += 1


def end_offset(consumer: Consumer, partition: int) -> int:
    """Return where a partition ends."""
    place = TopicPartition(TOPIC, partition)
    _, end = consumer.get_watermark_offsets(place, timeout=READ_SECONDS_MAX)
    assert isinstance(end, int)
    return end


def test_every_acknowledged_record_is_there_after_kills_at_random_moments(
    tmp_path: Path,
) -> None:
    acknowledged: dict[Place, bytes] = {}
    with brokers.target(tmp_path, settings=SETTINGS) as broker:
        create_topic(broker.bootstrap)
        reader = Reader(broker.bootstrap)
        for number in range(ROUNDS):
            chance = random.Random(SEED * 1_000_003 + number)
            told = load_until_killed(broker, chance, number)
            broker.start()
            found = reader.read_on()
            lost = [place for place in told if found.get(place) != told[place]]
            assert not lost, f"seed {SEED}, round {number}: {lost[:5]} of {len(lost)}"
            acknowledged |= told
        everything = Reader(broker.bootstrap).read_on()
    assert acknowledged.items() <= everything.items()
    assert len(set(everything.values())) == len(everything), "a record twice"
    assert len(acknowledged) > 100 * ROUNDS
