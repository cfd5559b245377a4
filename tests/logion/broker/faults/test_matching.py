from __future__ import annotations

from typing import Any

import pytest
from logion.broker.faults.matching import Asked, is_meant
from logion.broker.faults.plan import read_rule
from logion.names import Uuid
from logion.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
)
from logion.protocol.messages.describe_groups import DescribeGroupsRequest
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest
from logion.protocol.messages.heartbeat import HeartbeatRequest
from logion.protocol.messages.init_producer_id import InitProducerIdRequest
from logion.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)

from tests.logion.broker.running import fetch_request, produce_request

PRODUCE = produce_request("t", b"", b"")
HEARTBEAT = HeartbeatRequest(group_id="g", generation_id=1, member_id="m")
TOPIC_ID = Uuid(b"i" * 16)


def means(request: Any, version: int = 9, **when: Any) -> bool:
    """Tell whether a rule with these fields means a request of the client `shop-1`."""
    rule = read_rule({"delay_ms": 1, **when})
    api = type(request).__wire__.api
    names = {TOPIC_ID: "by-id"}
    return is_meant(rule, Asked(api, version, "shop-1", request, names.get))


@pytest.mark.parametrize(
    ("when", "is_so"),
    [
        ({}, True),
        ({"api": "Produce"}, True),
        ({"api": 0}, True),
        ({"api": ["Fetch", "Produce"]}, True),
        ({"api": "Fetch"}, False),
        ({"versions": "9"}, True),
        ({"versions": "3-8"}, False),
        ({"versions": "9+"}, True),
        ({"client_id": "shop-1"}, True),
        ({"client_id": "shop-*"}, True),
        ({"client_id": "shop"}, False),
        ({"topic": "t"}, True),
        ({"topic": "?"}, True),
        ({"topic": "u"}, False),
        ({"topic": "t", "partition": 1}, True),
        ({"topic": "t", "partition": [1, 7]}, True),
        ({"topic": "t", "partition": 2}, False),
        ({"group": "g"}, False),
        ({"transactional_id": "*"}, False),
        ({"api": "Produce", "topic": "t", "client_id": "x"}, False),
    ],
)
def test_a_rule_means_a_request_that_fits_all_its_fields(
    when: dict[str, Any], is_so: bool
) -> None:
    assert means(PRODUCE, **when) is is_so


def test_a_topic_can_be_named_by_its_id() -> None:
    request = produce_request("", b"", topic_id=TOPIC_ID)
    assert means(request, 13, topic="by-id")
    assert not means(produce_request("", b"", topic_id=Uuid(b"x" * 16)), 13, topic="*")
    assert means(fetch_request("", topic_id=TOPIC_ID), 13, topic="by-*", partition=0)


def test_who_asks_for_all_topics_asks_for_each() -> None:
    assert means(MetadataRequest(topics=None), topic="t")
    assert not means(MetadataRequest(topics=()), topic="t")
    assert means(MetadataRequest(topics=()), 0, topic="t")
    named = MetadataRequest(topics=(MetadataRequestTopic(name="t"),))
    assert means(named, topic="t", partition=3)
    assert not means(named, topic="u")


def test_settings_are_of_a_topic_or_a_group() -> None:
    def asks(kind: int, name: str) -> DescribeConfigsRequest:
        resource = DescribeConfigsResource(
            resource_type=kind, resource_name=name, configuration_keys=None
        )
        return DescribeConfigsRequest(resources=(resource,))

    assert means(asks(2, "t"), topic="t")
    assert not means(asks(4, "1"), topic="1")
    assert means(asks(32, "g"), group="g")
    assert not means(asks(2, "g"), group="g")


@pytest.mark.parametrize(
    "request_",
    [
        HEARTBEAT,
        DescribeGroupsRequest(groups=("f", "g")),
        FindCoordinatorRequest(key="g"),
        FindCoordinatorRequest(coordinator_keys=("f", "g")),
        OffsetFetchRequest(group_id="g", topics=None),
        OffsetFetchRequest(groups=(OffsetFetchRequestGroup(group_id="g", topics=()),)),
    ],
    ids=lambda it: type(it).__name__,
)
def test_a_group_is_found_wherever_it_is_named(request_: Any) -> None:
    assert means(request_, group="g")
    assert not means(request_, group="h")
    assert not means(request_, transactional_id="g")


def test_a_topic_of_a_group_is_found() -> None:
    topics = (OffsetFetchRequestTopics(name="t", partition_indexes=(0, 1)),)
    group = OffsetFetchRequestGroup(group_id="g", topics=topics)
    request = OffsetFetchRequest(groups=(group,))
    assert means(request, group="g", topic="t", partition=1)
    assert not means(request, group="g", topic="t", partition=2)


def test_a_transactional_id_is_found_wherever_it_is_named() -> None:
    topic = AddPartitionsToTxnTopic(name="t", partitions=(0,))
    transaction = AddPartitionsToTxnTransaction(
        transactional_id="x", producer_id=1, producer_epoch=0, topics=(topic,)
    )
    batched = AddPartitionsToTxnRequest(transactions=(transaction,))
    for request in (
        batched,
        AddPartitionsToTxnRequest(v3_and_below_transactional_id="x"),
        InitProducerIdRequest(transactional_id="x", transaction_timeout_ms=1),
        FindCoordinatorRequest(key="x", key_type=1),
        FindCoordinatorRequest(coordinator_keys=("x",), key_type=1),
    ):
        assert means(request, 4, transactional_id="x")
        assert not means(request, 4, transactional_id="y")
        assert not means(request, 4, group="x")
    assert means(batched, 4, topic="t", partition=0)
