"""Exactly-once under fire: broker and job are killed, and each input comes out once.

A job reads numbered records, writes them to another topic, and commits both in
transactions, while `kill -9` takes now the broker, now the job. `LOGION_FIRE_SECONDS`
is how long, `LOGION_FIRE_SEED` what the moments are drawn from; a failing run names
both.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from tests.integration import brokers
from tests.integration.clients_table import Client, client_named
from tests.integration.programs import relay_job
from tests.root import ROOT

SECONDS = float(os.environ.get("LOGION_FIRE_SECONDS", "5"))
SEED = int(os.environ.get("LOGION_FIRE_SEED", "1"))
PAUSE_SECONDS = (0.5, 3.0)
"""Between two kills."""
SETTLE_SECONDS_MAX = 90.0
"""How long the rest may take once nothing is killed any more."""
PATIENCE_SECONDS_MAX = 30
"""How long clients try."""
FEED_PER_SECOND = 200
PARTITIONS = 2
UNDER_FIRE = ("java-3.9.1", "confluent-kafka")
"""The clients that are killed."""

FEED, RESULT = "fire-in", "fire-out"

SETTINGS = {
    "num.partitions": str(PARTITIONS),
    "log.segment.bytes": "1048576",
    "group.initial.rebalance.delay.ms": "0",
    "transaction.state.log.num.partitions": "3",
    "offsets.topic.num.partitions": "3",
}


@dataclass(slots=True)
class Job:
    """A client program that relays, started anew whenever it dies."""

    client: Client
    bootstrap: str
    release: str
    stderr: Path
    stopped: threading.Event = field(default_factory=threading.Event)
    starts: int = 0
    popen: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Keep it at work until `stopped`."""
        while not self.stopped.is_set():
            with self.stderr.open("ab") as said:
                self.popen = subprocess.Popen(
                    self.client.command(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    cwd=ROOT,
                )
            self.starts += 1
            job = relay_job(
                self.bootstrap,
                FEED,
                RESULT,
                10**9,
                release=self.release,
                seconds=PATIENCE_SECONDS_MAX,
            )
            with self.popen as running:
                try:
                    running.stdin.write(json.dumps(job).encode() + b"\n")
                    running.stdin.flush()
                    running.stdout.readline()
                except BrokenPipeError:
                    continue
                running.kill()

    def kill(self) -> None:
        """Kill it at once (kill -9)."""
        if self.popen is not None:
            self.popen.kill()


@contextmanager
def at_work(job: Job) -> Iterator[Job]:
    """Have a job at work, in a thread of its own."""
    thread = threading.Thread(target=job.run)
    thread.start()
    try:
        yield job
    finally:
        job.stopped.set()
        job.kill()
        thread.join()


@dataclass(slots=True)
class Feeder:
    """Sends numbered records; each is there once, since its producer is idempotent."""

    bootstrap: str
    sent: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Send until `stopped`, then see that all has arrived."""
        producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "enable.idempotence": True,
                "reconnect.backoff.max.ms": 200,
            }
        )
        while not self.stopped.is_set():
            number = b"%d" % self.sent
            producer.produce(FEED, number, partition=self.sent % PARTITIONS)
            self.sent += 1
            producer.poll(1 / FEED_PER_SECOND)
        assert producer.flush(PATIENCE_SECONDS_MAX) == 0


@contextmanager
def feeding(feeder: Feeder) -> Iterator[None]:
    """Have records come in meanwhile."""
    thread = threading.Thread(target=feeder.run)
    thread.start()
    try:
        yield
    finally:
        feeder.stopped.set()
        thread.join()


def fire(broker: brokers.Broker, job: Job, chance: random.Random) -> Counter[str]:
    """Kill broker and job by turns; return how often each was."""
    kills: Counter[str] = Counter()
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        time.sleep(chance.uniform(*PAUSE_SECONDS))
        if chance.random() < 0.5:
            broker.kill()
            broker.start()
            kills["broker"] += 1
        else:
            job.kill()
            kills["job"] += 1
    return kills


def create_topics(bootstrap: str) -> None:
    """Have the broker create the topics."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused"})
    producer = Producer({"bootstrap.servers": bootstrap})
    for topic in (FEED, RESULT):
        producer.list_topics(topic, PATIENCE_SECONDS_MAX)
    consumer.close()


def results(bootstrap: str, count: int) -> Counter[int]:
    """Return how often readers of committed records see each number.

    Reads until `count` came, and then whether more comes.
    """
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "unused",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "fetch.wait.max.ms": 100,
        }
    )
    consumer.assign([TopicPartition(RESULT, it, 0) for it in range(PARTITIONS)])
    found: Counter[int] = Counter()
    limit = time.perf_counter() + SETTLE_SECONDS_MAX
    quiet = 0
    while time.perf_counter() < limit and quiet < 3:
        messages = consumer.consume(10_000, timeout=0.5)
        for message in messages:
            if message.error():
                raise KafkaException(message.error())
            found[int(message.value())] += 1
        is_all = found.total() >= count
        quiet = quiet + 1 if is_all and not messages else 0
    consumer.close()
    return found


@pytest.mark.parametrize("name", UNDER_FIRE)
@pytest.mark.parametrize("release", [brokers.NEWEST])
def test_each_input_comes_out_once_whatever_is_killed(
    name: str, release: str, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    client = client_named(name)
    client.command()  # built before time counts
    with brokers.target(tmp_path, release=release, settings=SETTINGS) as broker:
        create_topics(broker.bootstrap)
        feeder = Feeder(broker.bootstrap)
        job = Job(client, broker.bootstrap, release, tmp_path / "job.err")
        with at_work(job):
            with feeding(feeder):
                kills = fire(broker, job, chance)
            found = results(broker.bootstrap, feeder.sent)
    told = (
        f"seed {SEED}, {SECONDS:.0f} s: {dict(kills)}, {job.starts} starts of the job"
    )
    print(f"{name}: {told}, {feeder.sent} records")
    missing = [it for it in range(feeder.sent) if it not in found]
    twice = [it for it, count in found.items() if count > 1]
    assert not twice, f"{told}: {len(twice)} came twice: {twice[:5]}"
    assert not missing, f"{told}: {len(missing)} did not come: {missing[:5]}"
