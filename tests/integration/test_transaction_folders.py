"""Transactions change hands between Apache Kafka and logion while they are open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import trio
from confluent_kafka import Consumer, Producer
from logion.broker.broker import open_broker
from logion.clock import SystemClock
from logion.config import BrokerConfig
from logion.disk import SystemDisk
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.replica.partition import TransactionEnd
from logion.testing import Broker
from logion_conformance import apache

from tests.integration import folders
from tests.integration.test_folders import LOGION_OF

pytestmark = pytest.mark.usefixtures("needs_apache")

RELEASES = ("2.8.2", "3.9.1")
PATIENCE_S = 30.0


def transactional(bootstrap: str) -> Producer:
    """Return a producer that has fenced all before it."""
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": "tx"})
    producer.init_transactions(PATIENCE_S)
    return producer


def commit(producer: Producer, value: bytes) -> None:
    """Write a record in a transaction that is committed."""
    producer.begin_transaction()
    producer.produce("t", value)
    producer.commit_transaction(PATIENCE_S)


def leave_open(producer: Producer, value: bytes) -> None:
    """Write a record in a transaction that nobody ends."""
    producer.begin_transaction()
    producer.produce("t", value)
    assert producer.flush(PATIENCE_S) == 0


def read_committed(bootstrap: str, count: int) -> list[bytes]:
    """Return the first records that are committed."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "readers",
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe(["t"])
    try:
        messages = [consumer.poll(PATIENCE_S) for _ in range(count)]
        return [b"" if it is None else it.value() or b"" for it in messages]
    finally:
        consumer.close()


@contextmanager
def apache_on(release: str, data: Path) -> Iterator[str]:
    """Give Apache Kafka on a folder of ours, as its bootstrap."""
    with ExitStack() as stack:
        zookeeper = stack.enter_context(apache.zookeeper(release))
        folders.create_znodes(release, zookeeper, folders.znodes_of(data))
        own = {"broker.id": str(folders.broker_id_of(data))}
        kafka = stack.enter_context(
            apache.broker(release, zookeeper=zookeeper, data=data, settings=own)
        )
        yield kafka.bootstrap


@pytest.mark.parametrize("release", RELEASES)
def test_what_apache_kafka_left_open_is_ended_here(
    release: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with apache.cluster(release, data=data) as kafka:
        producer = transactional(kafka.bootstrap)
        commit(producer, b"before")
        leave_open(producer, b"open")
    with Broker(release=LOGION_OF[release], data=str(data)) as broker:
        commit(transactional(broker.bootstrap), b"after")
        assert read_committed(broker.bootstrap, 2) == [b"before", b"after"]
        found = broker.inspect().transaction("tx")
        assert found.epoch == 2, "one epoch fences what was open, the next is given"


@pytest.mark.parametrize("release", RELEASES)
def test_what_logion_left_open_is_ended_by_apache_kafka(
    release: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with Broker(release=LOGION_OF[release], data=str(data)) as broker:
        producer = transactional(broker.bootstrap)
        commit(producer, b"before")
        leave_open(producer, b"open")
    with apache_on(release, data) as bootstrap:
        commit(transactional(bootstrap), b"after")
        assert read_committed(bootstrap, 2) == [b"before", b"after"]


@pytest.mark.parametrize("release", RELEASES)
def test_what_logion_decided_is_carried_out_by_apache_kafka(
    release: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with Broker(release=LOGION_OF[release], data=str(data)) as broker:
        leave_open(transactional(broker.bootstrap), b"decided")
    trio.run(decide, LOGION_OF[release], data)
    with apache_on(release, data) as bootstrap:
        assert read_committed(bootstrap, 1) == [b"decided"]


async def decide(release: str, data: Path) -> None:
    """Commit what is open in a folder, and stop before any marker is written."""
    from logion.transaction.ending import End
    from logion.transaction.state import Claim

    async def no_markers(
        end: TransactionEnd, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Error]:
        await trio.sleep_forever()
        raise AssertionError(end, partitions)

    settings = {
        "log.dirs": str(data),
        "listeners": "PLAINTEXT://127.0.0.1:0",
        "broker.id": str(folders.broker_id_of(data)),
    }
    config = BrokerConfig.of(settings, release=release)
    async with open_broker(config, SystemClock(), SystemDisk()) as broker:
        coordinator = broker.state.transactions
        await coordinator.loaded()
        coordinator._world = coordinator._world._replace(write_markers=no_markers)
        (known,) = coordinator.transactions()
        claim = Claim("tx", known.producer_id, known.epoch)
        await coordinator.end(End(claim, is_commit=True))
