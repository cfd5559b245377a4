from __future__ import annotations

from typing import Any

from logion.broker.faults.answering import meant_by
from logion.broker.faults.rule import Rule
from logion.broker.faults.staleness import as_of, with_leader
from logion.cluster.image import BrokerInfo, ClusterImage, PartitionInfo, TopicInfo
from logion.names import ZERO_UUID, BrokerId, LeaderEpoch
from logion.protocol.errors import Error
from logion.protocol.messages.metadata import (
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)

ONE, TWO = BrokerId(1), BrokerId(2)


def answer(*topics: str, partitions: int = 2) -> Any:
    """Return an answer of brokers 1 and 2 in which broker 1 leads all in epoch 5."""
    rows = tuple(
        MetadataResponsePartition(
            error_code=0,
            partition_index=index,
            leader_id=1,
            leader_epoch=5,
            replica_nodes=(1, 2),
            isr_nodes=(1, 2),
        )
        for index in range(partitions)
    )
    return MetadataResponse(
        brokers=tuple(
            MetadataResponseBroker(node_id=it, host="h", port=1) for it in (1, 2)
        ),
        controller_id=1,
        topics=tuple(
            MetadataResponseTopic(error_code=0, name=name, partitions=rows)
            for name in topics
        ),
    )


def image(*topics: str) -> ClusterImage:
    """Return an image of broker 2, which leads the one partition of each topic."""
    info = PartitionInfo(0, (ONE, TWO), (TWO,), TWO, LeaderEpoch(4))
    return ClusterImage(
        controller_id=TWO,
        brokers={TWO: BrokerInfo(TWO, ())},
        topics={name: TopicInfo(name, ZERO_UUID, {0: info}) for name in topics},
    )


def told(topic: Any) -> list[tuple[int, int, int]]:
    return [
        (it.partition_index, it.leader_id, it.leader_epoch) for it in topic.partitions
    ]


def meant(**when: Any) -> Any:
    return meant_by(Rule("r", **when), lambda _: None)


def test_an_old_answer_tells_the_leaders_brokers_and_partitions_of_then() -> None:
    old = as_of(answer("t", "u"), image("t", "u"), meant(topic="t"))
    assert [told(it) for it in old.topics] == [[(0, 2, 4)], [(0, 1, 5), (1, 1, 5)]]
    assert [it.node_id for it in old.brokers] == [2]
    assert old.controller_id == 2


def test_a_topic_that_was_not_there_is_unknown() -> None:
    old = as_of(answer("t"), image(), meant())
    assert old.topics[0].error_code == Error.UNKNOWN_TOPIC_OR_PARTITION
    assert old.topics[0].partitions == ()


def test_before_any_broker_was_known_the_brokers_are_those_of_now() -> None:
    old = as_of(answer("t"), ClusterImage(), meant())
    assert [it.node_id for it in old.brokers] == [1, 2]


def test_another_leader_is_told_of_what_is_meant() -> None:
    rule = Rule("r", leader=7, leader_epoch=9, topic="t", partitions=frozenset({1}))
    other = with_leader(answer("t", "u"), rule, meant_by(rule, lambda _: None))
    assert told(other.topics[0]) == [(0, 1, 5), (1, 7, 9)]
    assert told(other.topics[1]) == [(0, 1, 5), (1, 1, 5)]


def test_a_partition_without_leader_has_the_error_of_it() -> None:
    rule = Rule("r", leader=-1)
    (topic,) = with_leader(answer("t"), rule, meant()).topics
    assert {it.error_code for it in topic.partitions} == {Error.LEADER_NOT_AVAILABLE}
    epoch = Rule("r", leader_epoch=8)
    assert told(with_leader(answer("t"), epoch, meant()).topics[0])[0] == (0, 1, 8)
