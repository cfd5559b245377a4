"""logion's cleaner keeps what Apache Kafka's keeps, of the same folder, byte for byte.

Apache Kafka 3.9.1 fills a folder with its own cleaner switched off: keys that come
again, tombstones, every codec, idempotent producers, transactions that commit and
abort. A copy is cleaned by it, another by logion. Each then reads what the other left.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from logion.log.checkpoints import parse_offsets
from logion.records.batch import Batch, parse_batches
from logion.testing.broker import Broker
from logion_conformance import apache

from tests.integration import folders
from tests.integration.test_folders import assert_no_complaint

pytestmark = pytest.mark.usefixtures("needs_apache")

RELEASE = "3.9.1"
SMALL = {
    "log.segment.bytes": "3000",
    "log.index.interval.bytes": "300",
    "log.cleanup.policy": "compact",
    "log.cleaner.min.cleanable.ratio": "0.01",
    "log.cleaner.backoff.ms": "50",
    "transaction.state.log.num.partitions": "1",
    "log.cleaner.delete.retention.ms": "1000",
}
NO_CLEANER = SMALL | {"log.cleaner.enable": "false"}
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
TOPICS = ("plain", "codecs", "transactions")
PATIENCE_S = 60.0


class Stage(NamedTuple):
    """The folder before a cleaning, after Apache Kafka's, and after logion's."""

    dirty: Path
    by_apache: Path
    by_logion: Path


class Shape(NamedTuple):
    """What must be the same of a batch."""

    base_offset: int
    last_offset: int
    count: int | None
    codec: int
    max_timestamp: int
    producer: tuple[int, int, int]
    leader_epoch: int
    has_horizon: bool


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Stage]]:
    """Fill, clean, fill again and clean again, in one cluster."""
    home = tmp_path_factory.mktemp("cleaner")
    with apache.zookeeper(RELEASE) as zookeeper:
        yield list(cleaned_twice(home, zookeeper))


def cleaned_twice(home: Path, zookeeper: str) -> Iterator[Stage]:
    data = home / "data"
    for number in range(2):
        with kafka_on(data, zookeeper, NO_CLEANER) as bootstrap:
            fill(bootstrap, number)
        dirty = shutil.copytree(data, home / f"dirty-{number}")
        ours = shutil.copytree(data, home / f"ours-{number}")
        time.sleep(1.1)  # the delete horizons of the first cleaning are past then
        with kafka_on(data, zookeeper, SMALL):
            wait_until_clean(data)
        clean_with_logion(ours)
        yield Stage(dirty, shutil.copytree(data, home / f"theirs-{number}"), ours)


@contextmanager
def kafka_on(data: Path, zookeeper: str, settings: dict[str, str]) -> Iterator[str]:
    """Run Apache Kafka on a folder."""
    running = apache.broker(RELEASE, zookeeper=zookeeper, data=data, settings=settings)
    with running as kafka:
        yield kafka.bootstrap


def fill(bootstrap: str, number: int) -> None:
    """Store records in every topic; the second time some tombstones are new."""
    common = {"bootstrap.servers": bootstrap, "linger.ms": 5}
    plain = Producer(common)
    for step in range(120):
        value = None if step % 13 == number else b"value %d" % step
        plain.produce("plain", key=b"k%d" % (step % 17), value=value)
        if step % 4 == 0:
            plain.flush()
    plain.flush()
    for step, codec in enumerate(CODECS * 6):
        producer = Producer(
            common | {"compression.type": codec, "enable.idempotence": step % 2 == 0}
        )
        for record in range(5):
            key = b"k%d" % (step * record % 11)
            producer.produce("codecs", key=key, value=b"value" * 9, headers={"h": b"1"})
        producer.flush()
    fill_transactions(common)


def fill_transactions(common: dict[str, Any]) -> None:
    """Commit and abort, with records outside any transaction between them."""
    outside = Producer(common)
    inside = Producer(common | {"transactional.id": "t"})
    inside.init_transactions()
    for step in range(24):
        inside.begin_transaction()
        for record in range(3):
            key = b"k%d" % (step * record % 7)
            inside.produce("transactions", key=key, value=b"in %d" % step)
        inside.flush()
        outside.produce("transactions", key=b"k%d" % (step % 5), value=b"out")
        outside.flush()
        if step % 3 == 0:
            inside.abort_transaction()
        else:
            inside.commit_transaction()


def wait_until_clean(data: Path) -> None:
    """Return once Apache Kafka has cleaned every full segment of our topics."""
    limit = time.perf_counter() + PATIENCE_S
    while not all(is_clean(data, topic) for topic in TOPICS):
        assert time.perf_counter() < limit, "the cleaner of Apache Kafka did not come"
        time.sleep(0.1)


def is_clean(data: Path, topic: str) -> bool:
    checkpoint = data / "cleaner-offset-checkpoint"
    if not checkpoint.exists():
        return False
    known = {
        str(name): at for name, at in parse_offsets(checkpoint.read_bytes()).items()
    }
    active = max(int(it.stem) for it in (data / f"{topic}-0").glob("*.log"))
    return known.get(f"{topic}-0", 0) >= active


def clean_with_logion(data: Path) -> None:
    """Clean a folder that Apache Kafka wrote."""
    settings = NO_CLEANER | {"broker.id": str(folders.broker_id_of(data))}
    with Broker(release="3.9", config=settings, data=str(data)) as broker:
        done = {it.name.topic for it in broker.clean_now()}
    assert done >= set(TOPICS)


def batches_of(data: Path, topic: str) -> list[Batch]:
    """Return the headers of every batch of a topic's only partition."""
    files = sorted((data / f"{topic}-0").glob("*.log"))
    return [batch for file in files for batch in parse_batches(file.read_bytes())]


def shapes(data: Path, topic: str) -> list[Shape]:
    return [
        Shape(
            *(it.base_offset, it.last_offset, it.count, it.attributes & 7),
            max_timestamp=it.max_timestamp,
            producer=(it.producer_id, it.producer_epoch, it.base_sequence),
            leader_epoch=it.leader_epoch,
            has_horizon=it.delete_horizon is not None,
        )
        for it in batches_of(data, topic)
    ]


@pytest.mark.parametrize("number", [0, 1], ids=["first", "second"])
@pytest.mark.parametrize("topic", TOPICS)
def test_both_keep_the_same_records_of_the_same_batches(
    topic: str, number: int, stages: list[Stage]
) -> None:
    stage = stages[number]
    ours, theirs = shapes(stage.by_logion, topic), shapes(stage.by_apache, topic)
    assert ours == theirs
    assert len(ours) < len(batches_of(stage.dirty, topic))
    assert segments(stage.by_logion, topic) == segments(stage.by_apache, topic)


def segments(data: Path, topic: str) -> list[str]:
    return sorted(it.name for it in (data / f"{topic}-0").glob("*.log"))


def test_apache_kafka_finds_nothing_wrong_in_what_logion_cleaned(
    stages: list[Stage],
) -> None:
    data = stages[1].by_logion
    for suffix in (".log", ".index", ".timeindex", ".txnindex"):
        files = folders.files_of(data, TOPICS, suffix)
        assert files
        is_log = suffix == ".log"
        assert_no_complaint(apache.dump_log_segments(RELEASE, *files, records=is_log))


def test_apache_kafka_reads_what_logion_cleaned(
    stages: list[Stage], tmp_path: Path
) -> None:
    data = shutil.copytree(stages[1].by_logion, tmp_path / "data")
    with apache.zookeeper(RELEASE) as zookeeper:
        folders.create_znodes(RELEASE, zookeeper, folders.znodes_of(data))
        with kafka_on(data, zookeeper, NO_CLEANER) as bootstrap:
            found = {topic: consumed(bootstrap, topic) for topic in TOPICS}
    with open_with_logion(stages[1].by_apache, tmp_path) as broker:
        for topic in TOPICS:
            assert consumed(broker.bootstrap, topic) == found[topic]
            assert found[topic]


@contextmanager
def open_with_logion(data: Path, home: Path) -> Iterator[Broker]:
    """Run logion on a copy of a folder."""
    copy = shutil.copytree(data, home / "copy")
    settings = NO_CLEANER | {"broker.id": str(folders.broker_id_of(data))}
    with Broker(release="3.9", config=settings, data=str(copy)) as broker:
        yield broker


def consumed(bootstrap: str, topic: str) -> list[tuple[int, bytes, bytes | None]]:
    """Return offset, key and value of every record that a careful consumer gets."""
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": "nobody",
        "isolation.level": "read_committed",
        "enable.partition.eof": True,
    }
    consumer = Consumer(settings)
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        return list(until_the_end(consumer))
    finally:
        consumer.close()


def until_the_end(consumer: Consumer) -> Iterator[tuple[int, bytes, bytes | None]]:
    limit = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < limit:
        message = consumer.poll(0.5)
        if message is None:
            continue
        if (error := message.error()) is not None:
            assert error.code() == KafkaError._PARTITION_EOF, error
            return
        yield message.offset(), message.key(), message.value()
    pytest.fail("the end did not come")


@pytest.mark.parametrize("ending", [".swap", ".cleaned"])
def test_a_folder_half_way_through_apache_kafkas_cleaning_opens_whole(
    ending: str, stages: list[Stage], tmp_path: Path
) -> None:
    before, after = stages[0].dirty, stages[0].by_apache
    data = shutil.copytree(before, tmp_path / "data")
    for topic in TOPICS:
        name = f"{0:020d}"
        for file in (after / f"{topic}-0").glob(f"{name}.*"):
            if not file.name.endswith((".snapshot", ".deleted")):
                shutil.copy(file, data / f"{topic}-0" / f"{file.name}{ending}")
    (data / ".kafka_cleanshutdown").unlink(missing_ok=True)
    expected = after if ending == ".swap" else before
    with open_with_logion(data, tmp_path) as broker:
        for topic in TOPICS:
            first = shapes_of_first(expected, topic)
            copy = tmp_path / "copy"
            assert shapes_of_first(copy, topic) == first
            assert broker.records(topic)
            assert not list((copy / f"{topic}-0").glob(f"*{ending}"))


def shapes_of_first(data: Path, topic: str) -> list[int]:
    """Return the offsets of the batches in the first segment."""
    file = data / f"{topic}-0" / f"{0:020d}.log"
    return [batch.last_offset for batch in parse_batches(file.read_bytes())]
