"""How fast states are visited: `python tests/benchmarks/model.py [--quick]`.

Prints a line of JSON. The model is KIP-320, at 3,2,2,2 (`--quick`: 2,2,2,2), with every
promise judged: by TLC with one worker, by the readable search, by the fast search, and
by the barest loop over the readable steps, which judges nothing. Ours are measured by
the processor's time, TLC by the clock.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from logion_model.kernel import explore, explore_packed
from logion_model.replication import base, kip_320
from logion_model.replication.base import Scope
from logion_model.replication.packed import PackedReplication

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

from logion_conformance import apache  # noqa: E402

from tests.integration import tlc  # noqa: E402

FULL, QUICK = Scope(3, 2, 2, 2), Scope(2, 2, 2, 2)

Counts = tuple[int, int]
"""Distinct states and depth."""


def bare(scope: Scope) -> Counts:
    """Visit every state with nothing but a set and a list."""
    spec = base.specification(kip_320.RULES, scope)
    seen, level, depth = set(spec.initial), list(spec.initial), 0
    while level:
        depth += 1
        following = []
        for state in level:
            for _, after in spec.next(state):
                if after not in seen:
                    seen.add(after)
                    following.append(after)
        level = following
    return len(seen), depth


def readable(scope: Scope) -> Counts:
    """Visit every state with the readable search."""
    report = explore(base.specification(kip_320.RULES, scope))
    return report.distinct, report.depth


def fast(scope: Scope) -> Counts:
    """Visit every state with the fast search, its tables made anew."""
    report = explore_packed(PackedReplication(kip_320.RULES, scope))
    return report.distinct, report.depth


def rate(search: Callable[[Scope], Counts], scope: Scope) -> tuple[float, Counts]:
    """Return distinct states a second of the processor's time, and what was counted."""
    began = time.process_time()
    counts = search(scope)
    return counts[0] / (time.process_time() - began), counts


def measure(scope: Scope) -> dict[str, float | None]:
    """Return the rates; every search must count the same."""
    found = {search.__name__: rate(search, scope) for search in (bare, readable, fast)}
    rates: dict[str, float | None] = {name: it[0] for name, it in found.items()}
    counts = {it[1] for it in found.values()}
    rates["tlc"] = None
    if apache.missing() is None:
        names = ("N", "LogSize", "Records", "Epochs")
        constants = dict(zip(names, scope, strict=True))
        theirs = tlc.check("Replication", constants, ["WeakIsr", "StrongIsr"])
        counts.add((theirs.distinct, theirs.depth))
        rates["tlc"] = theirs.distinct / theirs.seconds
    assert len(counts) == 1, counts
    return rates | {"distinct": counts.pop()[0]}


if __name__ == "__main__":
    print(json.dumps(measure(QUICK if "--quick" in sys.argv else FULL)))
