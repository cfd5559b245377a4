"""The six kinds of anomalies that are circles: operations that come before each other.

Each edge of a tangled set is judged by the fewest other relations that close a circle
with it: a `wr` edge that `wr` and `ww` close is a G1c; one of a process or of time that
`ww` alone closes with it is a G0, one that needs `wr` a G1c.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from logion_model.history.components import components
from logion_model.history.graph import Graph
from logion_model.history.kinds import Anomaly, Edge, Kind
from logion_model.history.operations import History
from logion_model.history.orders import Orders

TRIES = 50
"""How many edges of a tangled set are closed in search of a short circle."""


class Search(NamedTuple):
    """One kind of circle."""

    kind: Kind
    through: str
    """The relation of the edge that is to be closed."""
    relations: frozenset[str]
    """What may close it."""
    is_tolerated: bool


def _search(kind: Kind, through: str, *others: str, tolerated: bool) -> Search:
    return Search(kind, through, frozenset({through, *others}), tolerated)


_TIME = ("process", "realtime")

SEARCHES = (
    _search(Kind.G0, "ww", tolerated=True),
    _search(Kind.G1C, "wr", tolerated=False),
    _search(Kind.G1C, "wr", "ww", tolerated=True),
    _search(Kind.G0_PROCESS, "process", "ww", tolerated=True),
    _search(Kind.G1C_PROCESS, "process", "wr", tolerated=False),
    _search(Kind.G1C_PROCESS, "process", "ww", "wr", tolerated=True),
    _search(Kind.G0_REALTIME, *_TIME[::-1], "ww", tolerated=True),
    _search(Kind.G1C_REALTIME, *_TIME[::-1], "wr", tolerated=False),
    _search(Kind.G1C_REALTIME, *_TIME[::-1], "ww", "wr", tolerated=True),
)
"""Fewer relations first. Transactions of Kafka do not keep each other's writes apart,
so a circle that needs the order of writes is tolerated; what was seen is not."""


def cycle_anomalies(history: History, orders: Orders) -> Iterator[Anomaly]:
    """Yield a short circle for each kind and each set of operations that shows it."""
    graph = Graph(history, orders)
    for members in graph.tangled():
        edges = graph.edges_among(members)
        for search, cycle in _circles(edges):
            yield Anomaly(
                search.kind,
                f"{len(cycle)} operations come before each other",
                tuple(edge.source for edge in cycle),
                search.is_tolerated,
                cycle=cycle,
            )


def _circles(edges: Sequence[Edge]) -> Iterator[tuple[Search, tuple[Edge, ...]]]:
    """Yield what each search finds among these edges."""
    closed: list[tuple[Search, set[Edge]]] = []
    for search in SEARCHES:
        explained = {
            edge
            for earlier, found in closed
            if earlier.relations < search.relations
            for edge in found
        }
        allowed = [edge for edge in edges if edge.relation in search.relations]
        found: set[Edge] = set()
        for inside in _closable(allowed):
            to_close = [it for it in inside if it.relation == search.through]
            found.update(to_close)
            if new := [edge for edge in to_close if edge not in explained]:
                yield search, _shortest(inside, new[:TRIES])
        closed.append((search, found))


def _closable(edges: Sequence[Edge]) -> list[list[Edge]]:
    """Return the edges that are part of a circle, those of each component together."""
    nodes = sorted({node for edge in edges for node in edge[:2]})
    number = {node: index for index, node in enumerate(nodes)}
    after: list[list[int]] = [[] for _ in nodes]
    for edge in edges:
        after[number[edge.source]].append(number[edge.target])
    component = [-1] * len(nodes)
    count = 0
    for members in components(len(nodes), after.__getitem__):
        for member in members:
            component[member] = count
        count += 1
    found: list[list[Edge]] = [[] for _ in range(count)]
    for edge in edges:
        where = component[number[edge.source]]
        if where >= 0 and where == component[number[edge.target]]:
            found[where].append(edge)
    return found


def _shortest(edges: Sequence[Edge], to_close: Sequence[Edge]) -> tuple[Edge, ...]:
    """Return the shortest circle through one of the edges `to_close`."""
    after: dict[int, list[Edge]] = {}
    for edge in edges:
        after.setdefault(edge.source, []).append(edge)
    cycles = [(edge, *_way(after, edge.target, edge.source)) for edge in to_close]
    best = min(cycles, key=len)
    first = min(range(len(best)), key=lambda at: best[at].source)
    return best[first:] + best[:first]


def _way(after: dict[int, list[Edge]], start: int, goal: int) -> list[Edge]:
    """Return a shortest way from one operation to another; there is one."""
    reached: dict[int, Edge | None] = {start: None}
    level = [start]
    while goal not in reached:
        further = []
        for node in level:
            for edge in after[node]:
                if edge.target not in reached:
                    reached[edge.target] = edge
                    further.append(edge.target)
        level = further
    way: list[Edge] = []
    while (edge_to := reached[goal]) is not None:
        way.append(edge_to)
        goal = edge_to.source
    return way[::-1]
