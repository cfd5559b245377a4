"""How fast states are visited: `python tests/benchmarks/model.py [--quick]`.

Prints a line of JSON. The model is KIP-320, with every promise judged. At 3,2,2,2
(`--quick`: 2,2,2,2) by TLC with one worker, by the readable search, by the fast search
with numpy and without, and by the barest loop over the readable steps, which judges
nothing; and by the hashed search, alone and shared by two processes. At 3,2,2,3
(`--quick`: 2,2,2,2) by the fast search alone: ten million states and more.

Ours are measured by the processor's time; TLC, ten million states, and two processes
beside one, by the clock.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from logion_conformance import apache
from logion_model.catalogue import specification
from logion_model.kernel import (
    Report,
    explore,
    explore_hashed,
    explore_packed,
    explore_shared,
)
from logion_model.kernel.hashed import HashedSearch
from logion_model.replication import base, kip_320
from logion_model.replication.base import Scope
from logion_model.replication.packed import PackedReplication

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

from tests.integration import tlc  # noqa: E402

FULL, QUICK = Scope(3, 2, 2, 2), Scope(2, 2, 2, 2)
LARGE = Scope(3, 2, 2, 3)
MANY = 10_000_000

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
    return counts(explore(base.specification(kip_320.RULES, scope)))


def fast(scope: Scope) -> Counts:
    """Visit every state with the fast search, its tables made anew."""
    return counts(explore_packed(PackedReplication(kip_320.RULES, scope)))


def one_by_one(scope: Scope) -> Counts:
    """Do the same as if there were no numpy."""
    packed = PackedReplication(kip_320.RULES, scope)
    packed.batches = lambda: None  # type: ignore[method-assign]
    return counts(explore_packed(packed))


def counts(report: Report[Any]) -> Counts:
    """Return what is compared."""
    assert report.verdict == "holds", report
    return report.distinct, report.depth


def rate(search: Callable[[Scope], Counts], scope: Scope) -> tuple[float, Counts]:
    """Return distinct states a second of the processor's time, and what was counted."""
    began = time.process_time()
    found = search(scope)
    return found[0] / (time.process_time() - began), found


def measure(scope: Scope) -> dict[str, float | None]:
    """Return the rates; every search must count the same."""
    searches = (bare, readable, one_by_one, fast)
    found = {search.__name__: rate(search, scope) for search in searches}
    rates: dict[str, float | None] = {name: it[0] for name, it in found.items()}
    all_counts = {it[1] for it in found.values()}
    rates["tlc"] = None
    if apache.missing() is None:
        names = ("N", "LogSize", "Records", "Epochs")
        constants = dict(zip(names, scope, strict=True))
        theirs = tlc.check("Replication", constants, ["WeakIsr", "StrongIsr"])
        all_counts.add((theirs.distinct, theirs.depth))
        rates["tlc"] = theirs.distinct / theirs.seconds
    assert len(all_counts) == 1, all_counts
    return rates | {"distinct": all_counts.pop()[0]}


def many_s(scope: Scope) -> float:
    """Return the seconds that ten million states take, of a scope with about as many.

    With fewer states than that it is what so many would take at the same rate.
    """
    began = time.perf_counter()
    distinct, _ = fast(scope)
    return MANY * (time.perf_counter() - began) / distinct


class Shared(NamedTuple):
    """The hashed search, alone and by two processes."""

    hashed: float
    """States a second."""
    bytes_each: float
    """What is kept of a state once it was visited."""
    two: float
    """How many times as fast two processes are."""


def shared(scope: Scope) -> Shared:
    """Measure the hashed search; the processes must count the same."""
    make = partial(specification, "kip-320", tuple(scope))
    began = time.perf_counter()
    alone = explore_hashed(make())
    alone_s = time.perf_counter() - began
    began = time.perf_counter()
    both = explore_shared(make, 2)
    two_s = time.perf_counter() - began
    assert counts(alone) == counts(both)
    return Shared(alone.distinct / alone_s, kept(scope), alone_s / two_s)


def kept(scope: Scope) -> float:
    """Return the bytes that the hashed search keeps of each state."""
    spec = base.specification(kip_320.RULES, scope)
    search = HashedSearch.begun(spec, (), to_the_end=True)
    search.run(states_max=100_000)
    arrays = (search.parents, search.places)
    size = search.seen.size + sum(len(it) * it.itemsize for it in arrays)
    return size / search.distinct


def main() -> None:
    """Print all figures."""
    is_quick = "--quick" in sys.argv
    found = measure(QUICK if is_quick else FULL)
    found["many_s"] = many_s(QUICK if is_quick else LARGE)
    print(json.dumps(found | shared(QUICK if is_quick else FULL)._asdict()))


if __name__ == "__main__":
    main()
