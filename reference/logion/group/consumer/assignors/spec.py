"""What an assignor gets and gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion.group.consumer.state import Assignment, TopicIdPartition
from logion.names import Uuid


class MemberSpec(NamedTuple):
    """What an assignor knows of a member."""

    topics: frozenset[Uuid]
    """Topics it wants; all of them exist."""
    assigned: Assignment = frozenset()
    """What it was to have so far."""
    instance_id: str | None = None
    """Its `group.instance.id` if it is static."""


@dataclass(frozen=True, slots=True)
class GroupSpec:
    """What an assignor knows of a group."""

    members: Mapping[str, MemberSpec]
    """By member id."""
    sizes: Mapping[Uuid, int]
    """Number of partitions of every topic that somebody wants."""

    def partitions(self, topic_id: Uuid) -> Iterator[TopicIdPartition]:
        """Yield the partitions of a topic, in order."""
        for partition in range(self.sizes[topic_id]):
            yield TopicIdPartition(topic_id, partition)

    def kept(self, member_id: str) -> list[TopicIdPartition]:
        """Return what a member had and may keep: it exists and is wanted, in order."""
        topics, assigned, _ = self.members[member_id]
        return sorted(
            it
            for it in assigned
            if it.topic_id in topics and it.partition < self.sizes[it.topic_id]
        )


Assignor: TypeAlias = Callable[[GroupSpec], Mapping[str, Assignment]]
"""Gives every member its partitions, by member id."""
