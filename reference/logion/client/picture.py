"""What Metadata says of a cluster, as a value: brokers, leaders, topic ids.

Pure: a picture is made from an answer, and a newer answer about some topics is laid
over an older one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from logion.names import ZERO_UUID, TopicPartition, Uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.metadata import (
    MetadataResponse,
    MetadataResponseTopic,
)


class Node(NamedTuple):
    """Where a broker can be reached."""

    node_id: int
    host: str
    port: int


class Leader(NamedTuple):
    """Who leads a partition."""

    node_id: int
    leader_epoch: int
    """Its term, -1 if the broker does not say."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A cluster as its brokers describe it."""

    nodes: Mapping[int, Node] = field(default_factory=dict)
    controller_id: int = -1
    leaders: Mapping[TopicPartition, Leader] = field(default_factory=dict)
    topic_ids: Mapping[str, Uuid] = field(default_factory=dict)
    errors: Mapping[str, Error] = field(default_factory=dict)
    """Topics that Metadata answered with an error."""

    def leader(self, partition: TopicPartition) -> Leader:
        """Return who leads; an ApiError, worth a refresh, if that is not known."""
        leader = self.leaders.get(partition)
        if leader is not None and leader.node_id in self.nodes:
            return leader
        error = self.errors.get(partition.topic, Error.LEADER_NOT_AVAILABLE)
        raise ApiError(error, f"{partition} has no known leader")

    def partitions(self, topic: str) -> tuple[TopicPartition, ...]:
        """Return the known partitions of a topic, in order."""
        return tuple(sorted(each for each in self.leaders if each.topic == topic))

    def without(self, topics: Iterable[str]) -> Picture:
        """Return the picture with nothing known of `topics`."""
        gone = set(topics)
        return replace(
            self,
            leaders={
                at: who for at, who in self.leaders.items() if at.topic not in gone
            },
            topic_ids={t: u for t, u in self.topic_ids.items() if t not in gone},
            errors={t: e for t, e in self.errors.items() if t not in gone},
        )


def seen(before: Picture, answer: MetadataResponse) -> Picture:
    """Return `before` with what a Metadata answer says of its topics laid over it."""
    rest = before.without(topic.name or "" for topic in answer.topics)
    sound = [topic for topic in answer.topics if not topic.error_code]
    refused = [topic for topic in answer.topics if topic.error_code]
    ids = {t.name or "": t.topic_id for t in sound if t.topic_id != ZERO_UUID}
    return Picture(
        nodes={b.node_id: Node(b.node_id, b.host, b.port) for b in answer.brokers},
        controller_id=answer.controller_id,
        leaders={**rest.leaders, **leaders_of(sound)},
        topic_ids={**rest.topic_ids, **ids},
        errors={
            **rest.errors,
            **{topic.name or "": Error.of(topic.error_code) for topic in refused},
        },
    )


def leaders_of(
    topics: Iterable[MetadataResponseTopic],
) -> dict[TopicPartition, Leader]:
    """Return the leaders of the partitions that have one."""
    return {
        TopicPartition(topic.name or "", each.partition_index): Leader(
            each.leader_id, each.leader_epoch
        )
        for topic in topics
        for each in topic.partitions
        if each.leader_id >= 0
    }
