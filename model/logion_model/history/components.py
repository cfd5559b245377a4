"""Strongly connected components of a directed graph (Tarjan 1972), no recursion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

Neighbours: TypeAlias = Callable[[int], Iterable[int]]


def components(count: int, neighbours: Neighbours) -> Iterator[list[int]]:
    """Yield the components of nodes 0 to `count` - 1 that have more than one node.

    `neighbours` is asked once for each node. A graph turned round has the same
    components, so either direction will do.
    """
    visit = _Visit(count, neighbours)
    for root in range(count):
        if not visit.numbers[root]:
            yield from visit.all_from(root)


class _Visit:
    """What has been seen of the graph."""

    def __init__(self, count: int, neighbours: Neighbours) -> None:
        self.neighbours = neighbours
        self.numbers = [0] * count
        """By node: 0 before it is visited, then its turn, then past all turns."""
        self.lowest = [0] * count
        """By node: the lowest number that was reached from it."""
        self.past = count + 1
        self.visited = 0
        self.open: list[int] = []
        """Visited nodes that are not yet in a component."""

    def all_from(self, root: int) -> Iterator[list[int]]:
        """Visit what can be reached from a node; yield the components."""
        numbers, lowest = self.numbers, self.lowest
        path: list[tuple[int, Iterator[int]]] = []
        self._enter(root, path)
        while path:
            node, rest = path[-1]
            low = lowest[node]
            for other in rest:
                number = numbers[other]
                if not number:
                    if self._enter(other, path):
                        break
                elif number < low:
                    low = number
            else:
                path.pop()
                if path and low < lowest[path[-1][0]]:
                    lowest[path[-1][0]] = low
                if low == numbers[node]:
                    yield from self._close(node)
            lowest[node] = min(lowest[node], low)

    def _enter(self, node: int, path: list[tuple[int, Iterator[int]]]) -> bool:
        """Put a node on the path, unless it leads nowhere new: tell whether it is."""
        numbers, past = self.numbers, self.past
        rest = [other for other in self.neighbours(node) if numbers[other] != past]
        if not rest:
            numbers[node] = past
            return False
        self.visited += 1
        numbers[node] = self.lowest[node] = self.visited
        self.open.append(node)
        path.append((node, iter(rest)))
        return True

    def _close(self, node: int) -> Iterator[list[int]]:
        """Take the component that was entered at `node` off the open nodes."""
        start = len(self.open) - 1
        while self.open[start] != node:
            start -= 1
        found = self.open[start:]
        del self.open[start:]
        for member in found:
            self.numbers[member] = self.past
        if len(found) > 1:
            yield found
