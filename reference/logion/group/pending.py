"""Committed offsets on their way: written, and not yet known to be committed.

Requests that wait for the replicas go on in any order. What counts is the order of the
log, which is what a coordinator that loads it finds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from typing import NamedTuple

from logion.group.offsets import CommittedOffset, Offsets
from logion.names import TopicPartition


class _Written(NamedTuple):
    """What one request has written."""

    end_offset: int
    group_id: str
    offsets: dict[TopicPartition, CommittedOffset]


class PendingOffsets:
    """The offsets on their way in one partition of `__consumer_offsets`."""

    __slots__ = ("_queue",)

    def __init__(self) -> None:
        """Know of none."""
        self._queue: deque[_Written] = deque()

    def add(self, end_offset: int, group_id: str, offsets: Offsets) -> None:
        """Note what is committed once everything below `end_offset` is, the present
        end of the log."""
        self._queue.append(_Written(end_offset, group_id, dict(offsets)))

    def take(self, high_watermark: int) -> Iterator[tuple[str, Offsets]]:
        """Take out what is committed, with its group, in the order of the log."""
        queue = self._queue
        while queue and queue[0].end_offset <= high_watermark:
            written = queue.popleft()
            if written.offsets:
                yield written.group_id, written.offsets

    def drop(self, group_id: str, partitions: Collection[TopicPartition]) -> None:
        """Let what was written so far of these partitions never count."""
        for written in self._queue:
            if written.group_id == group_id:
                for partition in partitions:
                    written.offsets.pop(partition, None)

    def has(self, group_id: str, partition: TopicPartition) -> bool:
        """Tell whether an offset of a partition is on its way."""
        return any(
            it.group_id == group_id and partition in it.offsets for it in self._queue
        )
