"""How far groups have read: committed offsets, and when they are forgotten.

Source: Kafka documentation, `offsets.retention.minutes`; KIP-211, KIP-320.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import NamedTuple, TypeAlias

from logion.names import NO_LEADER_EPOCH, TopicPartition

NO_OFFSET = -1
"""What stands for an offset that nobody committed."""


class CommittedOffset(NamedTuple):
    """What a group committed for one partition."""

    offset: int
    """Offset of the next record to read."""
    leader_epoch: int = NO_LEADER_EPOCH
    """Leader epoch of the last record read; -1 if unknown (KIP-320)."""
    metadata: str = ""
    """The client's own text."""
    commit_ms: int = -1
    """When it was committed, in ms since 1970."""
    expire_ms: int | None = None
    """When it is forgotten, in ms since 1970, if the commit itself said so."""


Offsets: TypeAlias = Mapping[TopicPartition, CommittedOffset]


class Retention(NamedTuple):
    """How long the offsets of a group are kept, and from when on that counts."""

    duration_ms: int
    """`offsets.retention.minutes`."""
    since_ms: int | None = None
    """When the group became empty; None: each offset's own time counts."""
    kept_topics: Container[str] = ()
    """Topics that members read: their offsets stay."""


def expired(
    offsets: Offsets, retention: Retention, now_ms: int
) -> list[TopicPartition]:
    """Return the partitions whose offsets are to be forgotten."""
    return [
        partition
        for partition, committed in offsets.items()
        if partition.topic not in retention.kept_topics
        and _is_over(committed, retention, now_ms)
    ]


def _is_over(committed: CommittedOffset, retention: Retention, now_ms: int) -> bool:
    if committed.expire_ms is not None:
        return now_ms >= committed.expire_ms
    since_ms = retention.since_ms
    since_ms = committed.commit_ms if since_ms is None else since_ms
    return now_ms - since_ms >= retention.duration_ms
