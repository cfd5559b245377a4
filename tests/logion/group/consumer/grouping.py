"""A group under test, and consumers that behave as the protocol asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from logion.cluster.image import ClusterImage, PartitionInfo, TopicInfo
from logion.group.consumer.changes import apply, empty_group
from logion.group.consumer.heartbeat import on_heartbeat, on_leave
from logion.group.consumer.state import (
    Client,
    ConsumerGroup,
    GroupRecord,
    Moment,
    Outcome,
    Settings,
    TopicIdPartition,
)
from logion.names import Uuid
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
    TopicPartitions,
)

GROUP = "g"
CLIENT = Client("client", "/127.0.0.1")


def topic_id(name: str) -> Uuid:
    """Return an id that can be read."""
    return Uuid(name.encode().ljust(16, b"."))


def cluster(**sizes: int) -> ClusterImage:
    """Return a cluster with topics of these names and numbers of partitions."""
    topics = {
        name: TopicInfo(
            name, topic_id(name), {it: PartitionInfo(it, ()) for it in range(size)}
        )
        for name, size in sizes.items()
    }
    return ClusterImage(
        topics=topics, topics_by_id={it.id: it for it in topics.values()}
    )


def parts(**partitions: tuple[int, ...]) -> frozenset[TopicIdPartition]:
    """Return these partitions of topics of these names."""
    return frozenset(
        TopicIdPartition(topic_id(name), it)
        for name, those in partitions.items()
        for it in those
    )


def request(member_id: str, epoch: int, **fields: Any) -> ConsumerGroupHeartbeatRequest:
    """Return a heartbeat; one that joins says what it must."""
    first = {"rebalance_timeout_ms": 60_000, "topic_partitions": ()}
    return ConsumerGroupHeartbeatRequest(
        group_id=GROUP,
        member_id=member_id,
        member_epoch=epoch,
        **({**first, **fields} if epoch == 0 else fields),
    )


def wire(owned: frozenset[TopicIdPartition]) -> tuple[TopicPartitions, ...]:
    """Return partitions as a heartbeat says them."""
    ids = sorted({it.topic_id for it in owned})
    return tuple(
        TopicPartitions(
            topic_id=each,
            partitions=tuple(sorted(p for t, p in owned if t == each)),
        )
        for each in ids
    )


@dataclass
class World:
    """A group, its records, and what is around it."""

    image: ClusterImage
    settings: Settings = field(default_factory=Settings)
    now_ms: int = 1_000
    group: ConsumerGroup = field(init=False)
    records: list[GroupRecord] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.group = empty_group(GROUP, self.settings)

    @property
    def moment(self) -> Moment:
        """Return the present; the wall clock shows more than the monotonic one."""
        return Moment(self.image, self.now_ms, self.now_ms + 10**12, self.settings)

    def take(self, outcome: Outcome) -> Outcome:
        """Go on with what a rule leads to."""
        self.group = outcome.group
        self.records += outcome.records
        self.problems += outcome.problems
        return outcome

    def beat(
        self, member_id: str, epoch: int, **fields: Any
    ) -> ConsumerGroupHeartbeatResponse:
        """Send a heartbeat that joins or stays; returns its answer."""
        sent = request(member_id, epoch, **fields)
        outcome, answer = on_heartbeat(self.group, sent, CLIENT, self.moment)
        self.take(outcome)
        return answer

    def leave(
        self, member_id: str, epoch: int = -1, **fields: Any
    ) -> ConsumerGroupHeartbeatResponse:
        """Send a heartbeat that leaves; returns its answer."""
        sent = request(member_id, epoch, **fields)
        outcome, answer = on_leave(self.group, sent, self.moment)
        self.take(outcome)
        return answer

    def replayed(self) -> ConsumerGroup:
        """Return the group as a coordinator that starts would find it."""
        group = empty_group(GROUP, self.settings)
        for key, value in self.records:
            group = apply(group, key, value)
        return group

    def settle(self, *consumers: Consumer) -> None:
        """Have every consumer send heartbeats until nothing changes."""
        for _ in range(20):
            before = self.group, [(it.epoch, it.owned) for it in consumers]
            for consumer in consumers:
                consumer.beat()
            if before == (self.group, [(it.epoch, it.owned) for it in consumers]):
                return
        raise AssertionError("the group does not settle")


@dataclass
class Consumer:
    """A consumer: it gives up at once what it shall not have, and says so."""

    world: World
    id: str
    topics: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    epoch: int = 0
    owned: frozenset[TopicIdPartition] = frozenset()
    has_said_all: bool = False

    def beat(self) -> ConsumerGroupHeartbeatResponse:
        """Send a heartbeat and do what the answer says."""
        said: dict[str, Any] = {"topic_partitions": wire(self.owned)}
        if self.epoch == 0 or not self.has_said_all:
            said |= {"subscribed_topic_names": self.topics, **self.fields}
        answer = self.world.beat(self.id, self.epoch, **said)
        self.epoch, self.has_said_all = answer.member_epoch, True
        if answer.assignment is not None:
            self.owned = frozenset(
                TopicIdPartition(it.topic_id, partition)
                for it in answer.assignment.topic_partitions
                for partition in it.partitions
            )
        return answer


def without_deadlines(group: ConsumerGroup) -> ConsumerGroup:
    """Return what records can say of a group."""
    return replace(group, timers={}, image_seen=None)
