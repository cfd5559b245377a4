"""Committed offsets on their way: written, and not yet known to be committed.

Requests that wait for the replicas go on in any order. What counts is the order of the
log, which is what a coordinator that loads it finds. Those that a transaction commits
wait for its marker too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from typing import NamedTuple

from logion.group.offsets import CommittedOffset, Offsets
from logion.group.open_offsets import OpenOffsets
from logion.names import TopicPartition


class _Written(NamedTuple):
    """What one request has written."""

    end_offset: int
    group_id: str
    offsets: dict[TopicPartition, CommittedOffset]


class _Ended(NamedTuple):
    """A marker that was written."""

    end_offset: int
    producer_id: int
    is_commit: bool


class PendingOffsets:
    """The offsets on their way in one partition of `__consumer_offsets`."""

    __slots__ = ("_queue", "open")

    def __init__(self, known: OpenOffsets | None = None) -> None:
        """Know of none but those of open transactions that were read from the log."""
        self._queue: deque[_Written | _Ended] = deque()
        self.open = OpenOffsets() if known is None else known
        """Those of transactions whose end is not committed."""

    def add(self, end_offset: int, group_id: str, offsets: Offsets) -> None:
        """Note what is committed once everything below `end_offset` is, the present
        end of the log."""
        self._queue.append(_Written(end_offset, group_id, dict(offsets)))

    def end(self, end_offset: int, producer_id: int, *, is_commit: bool) -> None:
        """Note that a transaction ends once everything below `end_offset` is committed,
        the present end of the log."""
        self._queue.append(_Ended(end_offset, producer_id, is_commit))

    def take(self, high_watermark: int) -> Iterator[tuple[str, Offsets]]:
        """Take out what is committed, with its group, in the order of the log."""
        queue = self._queue
        while queue and queue[0].end_offset <= high_watermark:
            match queue.popleft():
                case _Ended(end_offset, producer_id, is_commit):
                    yield from self.open.end(
                        producer_id, end_offset, is_commit=is_commit
                    )
                case _Written(end_offset, group_id, offsets) if offsets:
                    self.open.supersede(group_id, offsets, end_offset)
                    yield group_id, offsets

    def drop(self, group_id: str, partitions: Collection[TopicPartition]) -> None:
        """Let what was written so far of these partitions never count."""
        for written in self._queue:
            if isinstance(written, _Written) and written.group_id == group_id:
                for partition in partitions:
                    written.offsets.pop(partition, None)
        self.open.drop(group_id, partitions)

    def has(self, group_id: str, partition: TopicPartition) -> bool:
        """Tell whether an offset of a partition is on its way."""
        return self.open.has(group_id, partition) or any(
            isinstance(it, _Written)
            and it.group_id == group_id
            and partition in it.offsets
            for it in self._queue
        )
