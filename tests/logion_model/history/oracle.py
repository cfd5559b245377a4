"""The nineteen kinds once more, from their definitions and as slowly as they are said.

It shares with the checker what an operation is, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, permutations
from typing import Any

from logion_model.history.operations import History, Operation

Finding = tuple[Any, ...]
Edges = dict[str, set[tuple[int, int]]]


class Oracle:
    """A small history, and everything that is wrong with it."""

    def __init__(self, history: History) -> None:
        self.ops = history.operations
        self.keys = sorted(
            {send.key for op in self.ops for send in op.sends}
            | {key for op in self.ops for poll in op.polls for key in poll}
        )
        self.all_polled = {
            key: [record for op in self.ops for record in self.polled(op, key)]
            for key in self.keys
        }
        self.done = [op for op in self.ops if self.happened(op)]
        self.seen = {
            key: self.all_polled[key] + self.acknowledged(key) for key in self.keys
        }
        """All sightings of a key, those of polls first."""

    def findings(self) -> set[Finding]:
        """Return each anomaly as its kind, whether it is tolerated, and its subject."""
        found = set(self.values()) | set(self.reads()) | set(self.moves())
        return found | set(self.sends()) | set(self.circles())

    # --- what is known of a key -----------------------------------------------

    def polled(self, op: Operation, key: str) -> list[tuple[int, Any]]:
        return [tuple(r) for poll in op.polls for r in poll.get(key, ())]

    def is_polled(self, key: str, value: Any) -> bool:
        return any(value == other for _, other in self.all_polled[key])

    def happened(self, op: Operation) -> bool:
        seen = any(self.is_polled(send.key, send.value) for send in op.sends)
        return op.outcome == "ok" or (op.outcome == "unknown" and seen)

    def acknowledged(self, key: str) -> list[tuple[int, Any]]:
        return [
            (send.offset, send.value)
            for op in self.done
            for send in op.sends
            if send.key == key and send.offset is not None
        ]

    def index(self, key: str, offset: int) -> int:
        return len({other for other, _ in self.seen[key] if other < offset})

    def lowest(self, key: str, value: Any) -> int | None:
        return min((o for o, v in self.seen[key] if v == value), default=None)

    def order(self, key: str) -> list[Any]:
        """Return the values in their order."""
        first = {}
        for offset, value in self.seen[key]:
            first.setdefault(offset, value)
        return [first[o] for o in sorted(first) if self.lowest(key, first[o]) == o]

    def writer(self, key: str, value: Any) -> int:
        return next(
            index
            for index, op in enumerate(self.ops)
            if any(send[:2] == (key, value) for send in op.sends)
        )

    # --- single values --------------------------------------------------------

    def values(self) -> Iterator[Finding]:
        for key in self.keys:
            seen = set(self.seen[key])
            for offset in {offset for offset, _ in seen}:
                at = frozenset(v for o, v in seen if o == offset)
                if len(at) > 1:
                    yield "inconsistent-offsets", False, key, at
            for value in {value for _, value in seen}:
                if len({o for o, v in seen if v == value}) > 1:
                    yield "duplicate", False, key, frozenset({value})
        for op in self.done:
            for send in op.sends:
                yield from self.fate(op, *send)

    def fate(self, op: Operation, key: str, value: Any, at: Any) -> Iterator[Finding]:
        if self.is_polled(key, value):
            return
        if at is not None and any(o >= at for o, _ in self.all_polled[key]):
            yield "lost-write", False, key, value
        if op.outcome == "ok":
            yield "unseen", False, key, frozenset({value})

    def reads(self) -> Iterator[Finding]:
        for index, op in enumerate(self.ops):
            for key in self.keys:
                for _, value in self.polled(op, key):
                    writer = self.writer(key, value)
                    if op.outcome == "ok" and self.ops[writer].outcome == "fail":
                        yield "G1a", False, key, frozenset({value}), index
                    if writer == index:
                        yield "precommitted-read", False, key, frozenset({value})

    # --- consumers and producers ----------------------------------------------

    def moves(self) -> Iterator[Finding]:
        for index, op in enumerate(self.ops):
            for key in self.keys:
                polled = self.polled(op, key)
                if key not in op.rebalanced:
                    for one, two in pairwise(polled):
                        yield from self.move("int-", False, key, one, two)
                before = self.stood(index, key)
                if before is not None and polled:
                    tolerated = self.is_subscribed(index)
                    yield from self.move("", tolerated, key, before, polled[0])

    def move(
        self, prefix: str, tolerated: bool, key: str, one: Any, two: Any
    ) -> Iterator[Finding]:
        apart = self.index(key, two[0]) - self.index(key, one[0])
        if apart > 1:
            yield f"{prefix}poll-skip", tolerated, key, frozenset({one[1], two[1]})
        if apart < 1:
            values = frozenset({one[1], two[1]})
            yield f"{prefix}nonmonotonic-poll", tolerated, key, values

    def earlier(self, index: int) -> list[Operation]:
        """Return what the same process did before, the last first."""
        process = self.ops[index].process
        return [op for op in self.ops[:index] if op.process == process][::-1]

    def stood(self, index: int, key: str) -> tuple[int, Any] | None:
        """Return the last record of a key that a process polled, if that is known."""
        for op in self.earlier(index):
            if op.f in ("assign", "subscribe") or (op.polls and op.outcome != "ok"):
                return None
            if self.polled(op, key):
                return self.polled(op, key)[-1]
        return None

    def is_subscribed(self, index: int) -> bool:
        chosen = [
            op.f
            for op in self.earlier(index)
            if op.f in ("assign", "subscribe") and op.outcome != "fail"
        ]
        return chosen[:1] == ["subscribe"]

    def sends(self) -> Iterator[Finding]:
        for key in self.keys:
            landed = [
                (op, index, send.value, self.place(send))
                for index, op in enumerate(self.ops)
                if op in self.done
                for send in op.sends
                if send.key == key and self.place(send) is not None
            ]
            for process in {op.process for op in self.ops}:
                own = [it for it in landed if it[0].process == process]
                for (_, op1, v1, o1), (_, op2, v2, o2) in pairwise(own):
                    values = frozenset({v1, v2})
                    if o2 < o1:
                        prefix = "int-" if op1 == op2 else ""
                        yield f"{prefix}nonmonotonic-send", False, key, values
                    elif op1 == op2 and self.index(key, o2) - self.index(key, o1) > 1:
                        yield "int-send-skip", True, key, values

    def place(self, send: Any) -> int | None:
        return self.lowest(send.key, send.value) if send.offset is None else send.offset

    # --- circles --------------------------------------------------------------

    def circles(self) -> Iterator[Finding]:
        edges = self.edges()
        if any(self.closes(edges, {"ww"}, edge) for edge in edges["ww"]):
            yield "G0", True
        for edge in edges["wr"]:
            if self.closes(edges, {"wr"}, edge):
                yield "G1c", False
            elif self.closes(edges, {"ww", "wr"}, edge):
                yield "G1c", True
        yield from self.timed(edges, "process", {"process"})
        yield from self.timed(edges, "realtime", {"process", "realtime"})

    def timed(self, edges: Edges, name: str, time: set[str]) -> Iterator[Finding]:
        for edge in edges[name]:
            written = self.closes(edges, {"ww", *time}, edge)
            seen = self.closes(edges, {"wr", *time}, edge)
            if written:
                yield f"G0-{name}", True
            if seen:
                yield f"G1c-{name}", False
            if (
                not written
                and not seen
                and self.closes(edges, {"ww", "wr", *time}, edge)
            ):
                yield f"G1c-{name}", True

    def closes(self, edges: Edges, allowed: set[str], edge: tuple[int, int]) -> bool:
        reached, growing = {edge[1]}, True
        while growing:
            more = {b for it in allowed for a, b in edges[it] if a in reached}
            growing = not more <= reached
            reached |= more
        return edge[0] in reached

    def edges(self) -> Edges:
        nodes = [i for i, op in enumerate(self.ops) if self.takes_part(op)]
        pairs = list(permutations(nodes, 2))
        same = {it for it in pairs if self.process(it[0]) == self.process(it[1])}
        return {
            "ww": {it for key in self.keys for it in self.ww(key)} & set(pairs),
            "wr": {it for key in self.keys for it in self.wr(key)} & set(pairs),
            "process": {
                (a, c)
                for a, c in same
                if a < c and not any((a, b) in same and a < b < c for b in nodes)
            },
            "realtime": {
                (a, c)
                for a, c in pairs
                if self.precedes(a, c)
                and not any(self.precedes(a, b) and self.precedes(b, c) for b in nodes)
            }
            - same,
        }

    def ww(self, key: str) -> Iterator[tuple[int, int]]:
        for one, two in pairwise(self.order(key)):
            yield self.writer(key, one), self.writer(key, two)

    def wr(self, key: str) -> Iterator[tuple[int, int]]:
        for index, op in enumerate(self.ops):
            for _, value in self.polled(op, key):
                yield self.writer(key, value), index

    def process(self, index: int) -> Any:
        return self.ops[index].process

    def takes_part(self, op: Operation) -> bool:
        return op.outcome != "fail" and op.f not in ("assign", "subscribe")

    def precedes(self, a: int, b: int) -> bool:
        one, two = self.ops[a], self.ops[b]
        ended = one.outcome == "ok" and one.completed is not None
        return ended and one.completed < two.invoked
