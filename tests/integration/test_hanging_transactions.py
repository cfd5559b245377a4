"""A hanging transaction is found and aborted by Apache Kafka's own tool (KIP-664).

The coordinator knows nothing of it: it began in a batch that came late, which brokers
before 3.6 took (KIP-890), and later ones do if told to. Nobody would ever end it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from confluent_kafka.admin import AdminClient, NewTopic
from logion.client.connection import Address, Options, connect
from logion.names import TopicPartition
from logion.protocol import schema
from logion.protocol.errors import Error
from logion.protocol.messages.describe_producers import (
    DescribeProducersRequest,
    DescribeProducersResponse,
    TopicRequest,
)
from logion.protocol.messages.produce import ProduceResponse
from logion.records.record import BatchOptions
from logion_conformance import apache
from logion_conformance.material import Topic, batch, produce_request

from tests.integration import brokers

pytestmark = pytest.mark.usefixtures("needs_apache")

TOOL, TOOL_RELEASE = "org.apache.kafka.tools.TransactionsCommand", "3.9.1"
RELEASE = "3.9"
TRUSTING = {"transaction.partition.verification.enable": "false"}
"""As brokers before 3.6, which asked no coordinator about what is written."""
PLACE = TopicPartition("t", 0)
LATE = BatchOptions(
    producer_id=4711, producer_epoch=3, base_sequence=0, is_transactional=True
)


def tool(bootstrap: str, *arguments: str) -> str:
    """Return what the tool prints."""
    ran = apache.run(
        TOOL_RELEASE, TOOL, "--bootstrap-server", bootstrap, *arguments, seconds=60
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


async def begin(address: Address) -> None:
    """Write a batch of a transaction that nobody has begun."""
    async with await connect(address, Options(timeout_s=20)) as client:
        request = produce_request(Topic(PLACE.topic), batch(b"late", options=LATE))
        request = schema.replace(request, transactional_id="unknown")
        while True:
            answer = await client.call(request, ProduceResponse)
            (told,) = answer.responses[0].partition_responses
            if told.error_code == Error.NONE:
                return
            await trio.sleep(0.1)


async def open_transactions(address: Address) -> list[int]:
    """Return where open transactions begin in the partition."""
    async with await connect(address, Options(timeout_s=20)) as client:
        wanted = TopicRequest(name=PLACE.topic, partition_indexes=(0,))
        request = DescribeProducersRequest(topics=(wanted,))
        answer = await client.call(request, DescribeProducersResponse)
        states = answer.topics[0].partitions[0].active_producers
        starts = [it.current_txn_start_offset for it in states]
        return [it for it in starts if it >= 0]


def test_kafka_s_tool_finds_and_aborts_a_hanging_transaction(tmp_path: Path) -> None:
    with brokers.target(tmp_path, release=RELEASE, settings=TRUSTING) as broker:
        host, port = broker.bootstrap.split(":")
        address = Address(host, int(port))
        create_topic(broker.bootstrap)
        trio.run(begin, address)
        assert trio.run(open_transactions, address) == [0]
        place = ("--topic", "t", "--partition", "0")
        assert "4711" in tool(broker.bootstrap, "describe-producers", *place)
        assert "4711" in tool(broker.bootstrap, "find-hanging", "--topic", "t")
        tool(broker.bootstrap, "abort", *place, "--start-offset", "0")
        assert trio.run(open_transactions, address) == []


def create_topic(bootstrap: str) -> None:
    """Make the topic."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    made = admin.create_topics([NewTopic(PLACE.topic, 1, 1)])
    made[PLACE.topic].result(20)
