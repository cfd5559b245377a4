"""Committed offsets and groups change hands between Apache Kafka and logion."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from logion.testing import Broker
from logion_conformance import apache
from logion_conformance.apache import version_of

from tests.effort import usually
from tests.integration import folders
from tests.integration.test_folders import LOGION_OF

pytestmark = pytest.mark.usefixtures("needs_apache")

RELEASES = ("0.10.0.1", "2.8.2", "3.9.1")
FIRST_STATIC = "2.3"
"""Oldest release whose groups keep static members (KIP-345)."""

PATIENCE_S = 30.0
READ = 3


def settings(group: str, bootstrap: str, release: str) -> dict[str, object]:
    """Return the settings of a member that stays in its group when it closes."""
    chosen: dict[str, object] = {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": 30_000,
    }
    if is_static(release):
        chosen["group.instance.id"] = "instance"
    if version_of(release) < (0, 10):
        chosen["broker.version.fallback"] = release
    return chosen


def is_static(release: str) -> bool:
    """Whether members of a release can be static."""
    return version_of(release) >= version_of(FIRST_STATIC)


def read_and_commit(bootstrap: str, release: str) -> None:
    """Have a group read some of a topic, and another one commit without reading."""
    producer = Producer({"bootstrap.servers": bootstrap})
    for number in range(2 * READ):
        producer.produce("t", b"%d" % number)
    assert producer.flush(PATIENCE_S) == 0
    consumer = Consumer(settings("readers", bootstrap, release))
    consumer.subscribe(["t"])
    for _ in range(READ):
        message = consumer.poll(PATIENCE_S)
        assert message is not None
        assert message.error() is None
        consumer.commit(message, asynchronous=False)
    consumer.close()
    simple = Consumer(settings("simple", bootstrap, "0.10.0"))
    simple.commit(offsets=[TopicPartition("t", 0, 5)], asynchronous=False)
    simple.close()


def committed(bootstrap: str, group: str) -> int:
    """Return what a group has committed.

    Before 0.10.2 a coordinator that is still reading its topic says so of each
    partition, where librdkafka leaves it to its caller to ask again.
    """
    consumer = Consumer(settings(group, bootstrap, "0.10.0"))
    limit = time.perf_counter() + PATIENCE_S
    try:
        while True:
            (found,) = consumer.committed([TopicPartition("t", 0)], PATIENCE_S)
            if found.error is None:
                return int(found.offset)
            if time.perf_counter() > limit:
                raise KafkaException(found.error)
            consumer.poll(0.05)
    finally:
        consumer.close()


@pytest.mark.parametrize("release", usually(RELEASES, lambda it: it != "2.8.2"))
def test_groups_that_apache_kafka_wrote_are_known_here(
    release: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with apache.cluster(release, data=data) as kafka:
        read_and_commit(kafka.bootstrap, release)
    with Broker(release=LOGION_OF[release], data=str(data)) as broker:
        assert committed(broker.bootstrap, "readers") == READ
        assert committed(broker.bootstrap, "simple") == 5
        if is_static(release):
            group = broker.inspect().group("readers")
            assert (group.state, len(group.members)) == ("Stable", 1)
            (member,) = group.members
            assert member.instance_id == "instance"
            assert [str(it) for it in member.assigned] == ["t-0"]


@pytest.mark.parametrize("release", usually(RELEASES, lambda it: it != "2.8.2"))
def test_groups_that_logion_wrote_are_known_to_apache_kafka(
    release: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with Broker(release=LOGION_OF[release], data=str(data)) as broker:
        read_and_commit(broker.bootstrap, release)
    said = decoded(release, data)
    assert "readers" in said
    assert "simple" in said
    with ExitStack() as stack:
        zookeeper = stack.enter_context(apache.zookeeper(release))
        folders.create_znodes(release, zookeeper, folders.znodes_of(data))
        own = {"broker.id": str(folders.broker_id_of(data))}
        kafka = stack.enter_context(
            apache.broker(release, zookeeper=zookeeper, data=data, settings=own)
        )
        assert committed(kafka.bootstrap, "readers") == READ
        assert committed(kafka.bootstrap, "simple") == 5


def decoded(release: str, data: Path) -> str:
    """Return what the release's own tool reads in `__consumer_offsets`."""
    logs = folders.files_of(data, ["__consumer_offsets"], ".log")
    ran = apache.run(
        release,
        "kafka.tools.DumpLogSegments",
        "--offsets-decoder",
        "--print-data-log",
        "--files",
        ",".join(map(str, logs)),
    )
    said = ran.stdout + ran.stderr
    assert "Exception" not in said, said
    return said
