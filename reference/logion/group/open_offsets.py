"""Offsets that open transactions commit: they count from the marker on (KIP-98).

Pure. What counts in the end is the order in which offsets were written, not in which
transactions end: a later commit of a partition, in a transaction or in none, stays when
an earlier one's transaction is committed after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from logion.group.offsets import CommittedOffset, Offsets
from logion.names import TopicPartition

_Key: TypeAlias = tuple[str, TopicPartition]


class _Open(NamedTuple):
    """One offset of an open transaction."""

    committed: CommittedOffset | None
    """None if a later commit counts."""
    position: int
    """Offset in the log after its batch."""


class OpenOffsets:
    """The offsets of open transactions in one partition of `__consumer_offsets`."""

    __slots__ = ("_by_group", "_by_producer")

    def __init__(self) -> None:
        """Know of none."""
        self._by_producer: dict[int, dict[_Key, _Open]] = {}
        self._by_group: defaultdict[str, dict[TopicPartition, set[int]]]
        self._by_group = defaultdict(dict)

    def add(
        self, producer_id: int, group_id: str, offsets: Offsets, position: int
    ) -> None:
        """Note what a transaction wrote; `position` is the offset after its batch."""
        mine = self._by_producer.setdefault(producer_id, {})
        for partition, committed in offsets.items():
            mine[group_id, partition] = _Open(committed, position)
            self._by_group[group_id].setdefault(partition, set()).add(producer_id)

    def supersede(
        self, group_id: str, partitions: Iterable[TopicPartition], position: int
    ) -> None:
        """Let what was written of partitions before `position` not count any more.

        It is still open: readers that want stable offsets wait for its end.
        """
        of_group = self._by_group.get(group_id)
        if of_group is None:
            return
        for partition in partitions:
            for producer_id in of_group.get(partition, ()):
                mine = self._by_producer[producer_id]
                if mine[group_id, partition].position < position:
                    mine[group_id, partition] = _Open(None, position)

    def drop(self, group_id: str, partitions: Collection[TopicPartition]) -> None:
        """Forget what was written so far of these partitions."""
        of_group = self._by_group.get(group_id, {})
        for partition in partitions:
            for producer_id in of_group.pop(partition, ()):
                del self._by_producer[producer_id][group_id, partition]
        self._forget_if_empty(group_id)

    def end(
        self, producer_id: int, position: int, *, is_commit: bool
    ) -> Iterator[tuple[str, Offsets]]:
        """End a producer's transaction; yield the offsets that count now, by group.

        `position` is the one of the marker: what was written after it stays open.
        """
        mine = self._by_producer.pop(producer_id, {})
        counting: defaultdict[str, dict[TopicPartition, CommittedOffset]]
        counting = defaultdict(dict)
        for (group_id, partition), found in mine.items():
            if found.position > position:
                self._by_producer.setdefault(producer_id, {})[group_id, partition] = (
                    found
                )
                continue
            self._close(producer_id, group_id, partition)
            if is_commit and found.committed is not None:
                counting[group_id][partition] = found.committed
                self.supersede(group_id, (partition,), found.position)
        yield from counting.items()

    def has(self, group_id: str, partition: TopicPartition) -> bool:
        """Tell whether a transaction that is open commits an offset of a partition."""
        return partition in self._by_group.get(group_id, ())

    def of_group(self, group_id: str) -> list[TopicPartition]:
        """Return the partitions of which open transactions commit offsets."""
        return list(self._by_group.get(group_id, ()))

    def _close(
        self, producer_id: int, group_id: str, partition: TopicPartition
    ) -> None:
        producers = self._by_group[group_id][partition]
        producers.discard(producer_id)
        if not producers:
            del self._by_group[group_id][partition]
        self._forget_if_empty(group_id)

    def _forget_if_empty(self, group_id: str) -> None:
        if not self._by_group.get(group_id, True):
            del self._by_group[group_id]
