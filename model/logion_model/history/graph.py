"""Which operation came before which: by what is in the log, was seen, or took time.

- `ww`: who wrote a value comes before who wrote the next one of its key;
- `wr`: who sent a value comes before who polled it;
- `process`: an operation that ended ok comes before the next one of its process;
- `realtime`: an operation that ended ok comes before one of another process that began
  later, if no third began after the end of the first and ended ok before the second
  began. What that leaves out follows from what is there.

Operations that failed take no part, nor do assignments; what an operation wrote or saw
of its own puts it before nobody.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from logion_model.history.components import components
from logion_model.history.kinds import Edge
from logion_model.history.operations import FAIL, OK, History, Process, Value
from logion_model.history.orders import Orders


class Graph:
    """The operations of a history, and what came before each of them."""

    def __init__(self, history: History, orders: Orders) -> None:
        """Look at these operations; the order of their values is known."""
        operations = history.operations
        self.operations = operations
        self.writers = history.writers
        self.takes_part = [
            it.outcome != FAIL and it.is_about_records for it in operations
        ]
        self.previous: dict[str, dict[Value, Value]] = {}
        """Key, to value, to the value before it."""
        for key, order in orders.keys.items():
            values = list(order.in_order())
            self.previous[key] = dict(zip(values[1:], values, strict=False))

    def tangled(self) -> Iterator[list[int]]:
        """Yield the sets of operations that come before each other, in order.

        Time is a chain of moments, one for each end of an operation: an operation comes
        after the last moment before it began, which comes after all earlier ends. That
        says as much as an edge between each two operations, with fewer edges.
        """
        count = len(self.operations)
        ended = [
            index
            for index, it in enumerate(self.operations)
            if self.takes_part[index] and it.outcome == OK
        ]
        ended.sort(key=lambda index: self.operations[index].completed or 0)
        ends = [self.operations[index].completed or 0 for index in ended]

        def before(node: int) -> list[int]:
            if node >= count:
                moment = node - count
                return [ended[moment], node - 1] if moment else [ended[0]]
            if not self.takes_part[node]:
                return []
            found = self._seen_or_overwritten(node)
            began = bisect_left(ends, self.operations[node].invoked)
            if began:
                found.append(count + began - 1)
            return found

        for nodes in components(count + len(ended), before):
            yield sorted(node for node in nodes if node < count)

    def _seen_or_overwritten(self, node: int) -> list[int]:
        """Return who comes before an operation by `ww` or `wr`."""
        operation, writers = self.operations[node], self.writers
        found = [
            writers[key][value]
            for poll in operation.polls
            for key, records in poll.items()
            for _, value in records
        ]
        for key, value, _ in operation.sends:
            if key in self.previous and value in self.previous[key]:
                found.append(writers[key][self.previous[key][value]])
        return [index for index in found if self.takes_part[index]]

    def edges_among(self, members: Sequence[int]) -> list[Edge]:
        """Return every edge between these operations, which are a tangled set."""
        inside = set(members)
        found: dict[tuple[int, int, str], Edge] = {}
        for node in members:
            for edge in self._edges_to(node):
                if edge.source in inside and edge.source != node:
                    found.setdefault(edge[:3], edge)
        return [*found.values(), *self._timely(members)]

    def _edges_to(self, node: int) -> Iterator[Edge]:
        operation, writers = self.operations[node], self.writers
        for key, value, _ in operation.sends:
            if key in self.previous and value in self.previous[key]:
                before = self.previous[key][value]
                yield Edge(writers[key][before], node, "ww", key, (before, value))
        for poll in operation.polls:
            for key, records in poll.items():
                for _, value in records:
                    yield Edge(writers[key][value], node, "wr", key, (value,))

    def _timely(self, members: Sequence[int]) -> Iterator[Edge]:
        """Yield the edges of processes and of time between these operations."""
        by_process: dict[Process, list[int]] = {}
        for node in members:
            by_process.setdefault(self.operations[node].process, []).append(node)
        for nodes in by_process.values():
            for source, target in pairwise(nodes):
                yield Edge(source, target, "process")
        for source, target in self._in_time(members):
            if self.operations[source].process != self.operations[target].process:
                yield Edge(source, target, "realtime")

    def _in_time(self, members: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield operations of which the first ended before the second began.

        `latest` are those that ended with nothing since from beginning to end.
        """
        moments = [(self.operations[node].invoked, node) for node in members]
        for node in members:
            operation = self.operations[node]
            if operation.outcome == OK and operation.completed is not None:
                moments.append((operation.completed, node))
        latest: set[int] = set()
        preceding: dict[int, set[int]] = {}
        for _, node in sorted(moments):
            if node in preceding:
                latest = (latest - preceding[node]) | {node}
            else:
                preceding[node] = set(latest)
                for source in sorted(latest):
                    yield source, node
