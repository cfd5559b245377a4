"""Metadata that is not true any more, or never was.

`as_of` makes an answer tell of a former image of the cluster, `with_leader` of
another leader. Both change answers alone: the broker's own knowledge stays as it is.
"""

from __future__ import annotations

from typing import Any

from logion.broker.faults.answering import Test
from logion.broker.faults.naming import Level
from logion.broker.faults.rule import Rule
from logion.cluster.image import ClusterImage, PartitionInfo
from logion.protocol.errors import Error
from logion.protocol.schema import replace

NO_LEADER = -1


def as_of(answer: Any, image: ClusterImage, is_meant: Test) -> Any:
    """Return an answer about topics that tells what was so in `image`."""
    changes: dict[str, Any] = {
        "topics": tuple(
            _topic_as_of(it, image) if is_meant(Level.TOPIC, it) else it
            for it in answer.topics
        )
    }
    if hasattr(answer, "brokers") and image.brokers:
        brokers = tuple(it for it in answer.brokers if it.node_id in image.brokers)
        changes |= {"brokers": brokers, "controller_id": image.controller_id}
    return replace(answer, **changes)


def _topic_as_of(topic: Any, image: ClusterImage) -> Any:
    known = image.topics.get(topic.name) or image.topics_by_id.get(topic.topic_id)
    if known is None:
        return replace(
            topic, error_code=Error.UNKNOWN_TOPIC_OR_PARTITION, partitions=()
        )
    rows = {row.partition_index: row for row in topic.partitions}
    partitions = tuple(
        _partition_as_of(rows[index], info)
        for index, info in known.partitions.items()
        if index in rows
    )
    return replace(topic, topic_id=known.id, partitions=partitions)


def _partition_as_of(row: Any, info: PartitionInfo) -> Any:
    return replace(
        row,
        leader_id=info.leader,
        leader_epoch=info.leader_epoch,
        replica_nodes=info.replicas,
        isr_nodes=info.isr,
    )


def with_leader(answer: Any, rule: Rule, is_meant: Test) -> Any:
    """Return an answer about topics in which the rule's leader leads what is meant."""
    topics = tuple(
        replace(
            it, partitions=tuple(_led(row, rule, is_meant) for row in it.partitions)
        )
        if is_meant(Level.TOPIC, it)
        else it
        for it in answer.topics
    )
    return replace(answer, topics=topics)


def _led(row: Any, rule: Rule, is_meant: Test) -> Any:
    if not is_meant(Level.PARTITION, row):
        return row
    changes: dict[str, Any] = {}
    if rule.leader is not None:
        is_led = rule.leader != NO_LEADER
        error = Error.NONE if is_led else Error.LEADER_NOT_AVAILABLE
        changes |= {"leader_id": rule.leader, "error_code": error}
    if rule.leader_epoch is not None:
        changes["leader_epoch"] = rule.leader_epoch
    return replace(row, **changes)
