"""The cluster as one broker sees it at some moment: an image that never changes.

A change of a node gives the next image; what did not change is shared with the one
before. It is built from the tree by the same steps that keep it current.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from logion.names import (
    BrokerId,
    ControllerEpoch,
    LeaderEpoch,
    PartitionEpoch,
    Uuid,
)

NO_LEADER = BrokerId(-1)
NO_BROKER = BrokerId(-1)


class Endpoint(NamedTuple):
    """Where a broker can be reached by one of its listeners."""

    listener: str
    host: str
    port: int
    security_protocol: str = "PLAINTEXT"


class BrokerInfo(NamedTuple):
    """A broker that is alive."""

    id: BrokerId
    endpoints: tuple[Endpoint, ...]
    rack: str | None = None
    epoch: int = -1
    """Transaction that registered it: it differs after every restart (KIP-380)."""

    def endpoint(self, listener: str) -> Endpoint | None:
        """Return where `listener` is reached, None if the broker has no such one."""
        return next((e for e in self.endpoints if e.listener == listener), None)


class PartitionInfo(NamedTuple):
    """Who has a partition, and who leads it."""

    partition: int
    """Its index: 0, 1, 2, ..."""
    replicas: tuple[BrokerId, ...]
    """In order of preference."""
    isr: tuple[BrokerId, ...] = ()
    leader: BrokerId = NO_LEADER
    leader_epoch: LeaderEpoch = LeaderEpoch(-1)
    controller_epoch: ControllerEpoch = ControllerEpoch(0)
    partition_epoch: PartitionEpoch = PartitionEpoch(-1)
    """Version of its state; -1 until the controller has written one."""
    adding: tuple[BrokerId, ...] = ()
    removing: tuple[BrokerId, ...] = ()
    """Replicas on their way in and out (KIP-455)."""


class TopicInfo(NamedTuple):
    """A topic and its partitions."""

    name: str
    id: Uuid
    """ZERO_UUID in releases before 2.8."""
    partitions: Mapping[int, PartitionInfo]
    """By index, in order of it."""


K = TypeVar("K")
V = TypeVar("V")


def _nothing() -> Mapping[K, V]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ClusterImage:
    """Brokers, topics and settings at one moment; look-ups cost one step."""

    cluster_id: str | None = None
    controller_id: BrokerId = NO_BROKER
    controller_epoch: ControllerEpoch = ControllerEpoch(0)  # noqa: RUF009 - an int
    brokers: Mapping[BrokerId, BrokerInfo] = field(default_factory=_nothing)
    """Those alive."""
    topics: Mapping[str, TopicInfo] = field(default_factory=_nothing)
    topics_by_id: Mapping[Uuid, TopicInfo] = field(default_factory=_nothing)
    topic_configs: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    """What was set for each topic."""
    broker_configs: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    """What was set while running for a broker id, or for all as `<default>`."""
    entity_configs: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    """Quotas and credentials of users, client ids and addresses, by their paths below
    `/config`, such as `users/alice/clients/app`."""
    group_configs: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    metrics_configs: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    """What was set for metrics of clients, by the name of the subscription."""
    deleting: frozenset[str] = frozenset()
    """Topics marked for deletion."""

    def partition(self, topic: str, index: int) -> PartitionInfo | None:
        """Return one partition, None if there is no such topic or partition."""
        found = self.topics.get(topic)
        return None if found is None else found.partitions.get(index)

    def config_of(self, topic: str) -> Mapping[str, str]:
        """Return what was set for a topic; empty if nothing was."""
        return self.topic_configs.get(topic, {})
