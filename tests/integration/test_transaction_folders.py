"""A data folder changes hands in the middle of a transaction, both ways.

Apache Kafka 3.9 and logion find each other's open transactions, the offsets that they
commit, what was aborted before, and end them as if they had begun them themselves.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trio
from confluent_kafka import (
    Consumer,
    KafkaException,
    Producer,
    TopicPartition,
)
from logion.client.connection import Address, Options, connect
from logion.protocol.errors import Error
from logion.protocol.messages.describe_transactions import (
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    TransactionState,
)
from logion.protocol.messages.end_txn import EndTxnRequest, EndTxnResponse
from logion_conformance import apache

from tests.integration import brokers, folders

pytestmark = pytest.mark.usefixtures("needs_apache")

APACHE, LOGION = "3.9.1", "3.9"
ID, GROUP, TOPIC = "it", "g", "t"
SECONDS = 30
SETTINGS = {
    "num.partitions": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
}
PLACE = TopicPartition(TOPIC, 0)
PATIENCE_S = 20.0


def consumer(bootstrap: str, **settings: Any) -> Consumer:
    """Return a reader of committed records."""
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": GROUP,
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            **settings,
        }
    )


def leave_open(bootstrap: str) -> Producer:
    """Commit a, abort b, and leave c and an offset of the group in the open."""
    settings = {"bootstrap.servers": bootstrap, "transactional.id": ID}
    producer = Producer(settings | {"transaction.timeout.ms": 600_000})
    producer.init_transactions(SECONDS)
    for value, commits in ((b"a", True), (b"b", False)):
        producer.begin_transaction()
        producer.produce(TOPIC, value, partition=0)
        producer.flush(SECONDS)
        if commits:
            producer.commit_transaction(SECONDS)
        else:
            producer.abort_transaction(SECONDS)
    producer.begin_transaction()
    producer.produce(TOPIC, b"c", partition=0)
    reader = consumer(bootstrap)
    producer.send_offsets_to_transaction(
        [TopicPartition(TOPIC, 0, 5)], reader.consumer_group_metadata(), SECONDS
    )
    producer.flush(SECONDS)
    reader.close()
    return producer


def committed_values(bootstrap: str) -> list[bytes]:
    """Return what readers of committed records get, up to the last stable offset."""
    reader = consumer(bootstrap)
    reader.assign([TopicPartition(TOPIC, 0, 0)])
    found: list[bytes] = []
    while True:
        message = reader.poll(PATIENCE_S)
        assert message is not None, f"nothing more after {found}"
        if message.error():
            break
        found.append(message.value())
    reader.close()
    return found


def committed_offset(bootstrap: str) -> int | None:
    """Return what group g has committed, None while a transaction may change it."""
    reader = consumer(bootstrap)
    try:
        (found,) = reader.committed([PLACE], timeout=3)
    except KafkaException:
        return None
    finally:
        reader.close()
    assert found.error is None
    return int(found.offset)


def commit(bootstrap: str) -> TransactionState:
    """Commit the transaction that was left open; return what it was."""

    async def end() -> TransactionState:
        host, port = bootstrap.split(":")
        options = Options(timeout_s=SECONDS)
        async with await connect(Address(host, int(port)), options) as client:
            described = DescribeTransactionsRequest(transactional_ids=(ID,))
            while True:
                answer = await client.call(described, DescribeTransactionsResponse)
                (state,) = answer.transaction_states
                if state.error_code == Error.NONE:
                    break
                await trio.sleep(0.1)  # it is still loaded
            request = EndTxnRequest(
                transactional_id=ID,
                producer_id=state.producer_id,
                producer_epoch=state.producer_epoch,
                committed=True,
            )
            ended = await client.call(request, EndTxnResponse)
            assert ended.error_code == Error.NONE, Error.of(ended.error_code)
            return state

    return trio.run(end)


def go_on(bootstrap: str) -> None:
    """Find the transaction open, commit it, and see what that has made of it."""
    assert committed_values(bootstrap) == [b"a"]
    assert committed_offset(bootstrap) is None, "an open transaction may change it"
    state = commit(bootstrap)
    assert state.transaction_state == "Ongoing"
    named = {(it.topic, *it.partitions) for it in state.topics}
    assert named == {(TOPIC, 0), ("__consumer_offsets", 0)}
    until_ended(bootstrap)
    assert committed_values(bootstrap) == [b"a", b"c"]
    after = Producer({"bootstrap.servers": bootstrap, "transactional.id": ID})
    after.init_transactions(SECONDS)
    after.begin_transaction()
    after.produce(TOPIC, b"d", partition=0)
    after.commit_transaction(SECONDS)
    assert committed_values(bootstrap) == [b"a", b"c", b"d"]


def until_ended(bootstrap: str) -> None:
    """Wait for the markers: they come a little after the answer to EndTxn."""
    for _ in range(20):
        if committed_offset(bootstrap) == 5:
            return
    raise AssertionError("the offset of the transaction does not count")


def test_logion_commits_what_apache_kafka_began(tmp_path: Path) -> None:
    data = tmp_path / "apache"
    with apache.cluster(APACHE, data=data, settings=SETTINGS) as kafka:
        producer = leave_open(kafka.bootstrap)
    del producer
    moved = tmp_path / "data"
    shutil.copytree(data, moved)
    home = tmp_path / "home"
    with brokers.logion(home, release=LOGION, data=moved, settings=SETTINGS) as broker:
        go_on(broker.bootstrap)


def test_apache_kafka_commits_what_logion_began(tmp_path: Path) -> None:
    data, home = tmp_path / "data", tmp_path / "home"
    with brokers.logion(home, release=LOGION, data=data, settings=SETTINGS) as broker:
        producer = leave_open(broker.bootstrap)
    del producer
    for suffix in (".log", ".snapshot", ".txnindex"):
        files = folders.files_of(data, [TOPIC], suffix)
        assert files, suffix
        said = apache.dump_log_segments(APACHE, *files, records=suffix == ".log")
        assert "Exception" not in said, said
    with ExitStack() as stack:
        zookeeper = stack.enter_context(apache.zookeeper(APACHE))
        folders.create_znodes(APACHE, zookeeper, folders.znodes_of(data))
        settings = SETTINGS | {"broker.id": str(folders.broker_id_of(data))}
        kafka = stack.enter_context(
            apache.broker(APACHE, zookeeper=zookeeper, data=data, settings=settings)
        )
        go_on(kafka.bootstrap)
