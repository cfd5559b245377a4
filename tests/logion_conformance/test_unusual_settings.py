"""A broker that is right and set otherwise than usual fails no case.

Tried is what stood on a default of Kafka's once, and what is near it, on the reference
with settings that each were one too many for some case.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from logion.client.connection import address_of
from logion.testing import Broker
from logion_conformance.relying import RELIED_ON, to_be_set
from logion_conformance.results.model import Verdict
from logion_conformance.targets import Target, meet
from logion_harness.miniatures.suite import Judge, suite

UNUSUAL = {
    "auto.create.topics.enable": "false",
    "compression.type": "lz4",
    "default.replication.factor": "3",
    "delete.topic.enable": "false",
    "fetch.max.bytes": "1024",
    "group.consumer.assignors": "uniform",
    "group.consumer.max.session.timeout.ms": "47000",
    "group.consumer.max.size": "1",
    "group.consumer.session.timeout.ms": "46000",
    "group.initial.rebalance.delay.ms": "0",
    "group.max.session.timeout.ms": "2147483647",
    "group.max.size": "2",
    "group.min.session.timeout.ms": "20000",
    "log.cleaner.enable": "false",
    "log.cleanup.policy": "compact",
    "log.flush.interval.messages": "1000",
    "log.message.timestamp.after.max.ms": "1000",
    "log.message.timestamp.before.max.ms": "1000000",
    "log.message.timestamp.type": "LogAppendTime",
    "log.retention.bytes": "1000",
    "log.retention.hours": "24",
    "log.roll.jitter.ms": "1000",
    "log.roll.ms": "600000",
    "log.segment.bytes": "1048576",
    "max.incremental.fetch.session.cache.slots": "0",
    "max.request.partition.size.limit": "1",
    "message.max.bytes": "200000",
    "min.insync.replicas": "2",
    "num.partitions": "3",
    "offset.metadata.max.bytes": "1",
    "socket.request.max.bytes": "700000",
    "transaction.max.timeout.ms": "50000",
}

AREAS = {"batches", "configs", "produce", "segments", "sessions", "timestamps"}
"""Of these all cases are tried: what they rely on is a topic's."""

OTHERS = {
    "committed.commit.partitions",
    "committed.commit.simple",
    "compaction.latest",
    "consumer-groups.assignor",
    "consumer-groups.static",
    "fetch.max-bytes.partition",
    "framing.size.too-large",
    "groups.expiry.silent-member",
    "groups.join.leader-alone-sees-members",
    "groups.join.session-timeout",
    "groups.static.replaced",
    "log-dirs.described",
    "metadata.topic.created",
    "quotas.fetch",
    "retention.time",
    "topic-partitions.described",
    "topics.defaults",
    "transactions.describe",
    "transactions.init.timeout",
}

TRIED = [
    name
    for name, it in suite().items()
    if (it.case.area in AREAS or name in OTHERS) and not it.stops_the_broker
]


@pytest.fixture(scope="module")
def set_otherwise() -> Iterator[Target]:
    with Broker(config=UNUSUAL) as broker:
        yield meet((address_of(broker.bootstrap),), None)


@pytest.mark.parametrize("name", TRIED)
async def test_a_broker_that_is_set_otherwise_fails_no_case(
    set_otherwise: Target, name: str
) -> None:
    judge = Judge(set_otherwise, timeout_s=15.0)
    assert await judge.verdict(suite()[name]) is not Verdict.FAIL


def test_what_is_tried_has_cases() -> None:
    assert set(TRIED) >= OTHERS
    assert {suite()[name].case.area for name in TRIED} >= AREAS


def test_a_usual_broker_makes_topics_as_they_are_to_be() -> None:
    with Broker() as broker:
        target = meet((address_of(broker.bootstrap),), None)
    assert target.settings["log.segment.bytes"] == "1073741824"
    assert to_be_set(target.settings) == {}


def test_only_what_would_not_do_is_set() -> None:
    assert to_be_set({}) == {}
    assert to_be_set({"log.segment.bytes": "104857600", "log.retention.ms": "-1"}) == {}
    assert to_be_set({"compression.type": "lz4", "log.retention.hours": "24"}) == {
        "compression.type": "producer",
        "retention.ms": "604800000",
    }


def test_what_is_set_would_do_as_a_default() -> None:
    for relied in RELIED_ON.values():
        assert any(is_fine(relied.value) for is_fine in relied.fine.values())
