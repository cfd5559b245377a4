"""When to look at which group next: one queue for all of them.

A deadline that moves later costs nothing: when the old one comes, the group says when
to look again.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count

from logion.group.cell import GroupCell
from logion.group.shard import Shard


class Timers:
    """Groups by the time at which something may be due in them."""

    __slots__ = ("_order", "_queue")

    def __init__(self) -> None:
        """Nothing is due."""
        self._queue: list[tuple[int, int, Shard, GroupCell]] = []
        self._order = count()

    @property
    def next_ms(self) -> int | None:
        """Return when the first group is due, None if there is none."""
        return self._queue[0][0] if self._queue else None

    def add(self, shard: Shard, cell: GroupCell, deadline_ms: int) -> bool:
        """Have a group looked at at `deadline_ms`, unless it is looked at before.

        Return whether it is the first one now.
        """
        if cell.scheduled_ms is not None and cell.scheduled_ms <= deadline_ms:
            return False
        cell.scheduled_ms = deadline_ms
        heappush(self._queue, (deadline_ms, next(self._order), shard, cell))
        return self._queue[0][3] is cell

    def due(self, now_ms: int) -> list[tuple[Shard, GroupCell]]:
        """Take out the groups that are due."""
        found = []
        while self._queue and self._queue[0][0] <= now_ms:
            deadline_ms, _, shard, cell = heappop(self._queue)
            if cell.scheduled_ms == deadline_ms:  # else it was looked at before
                cell.scheduled_ms = None
                found.append((shard, cell))
        return found
