from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from logion_model.catalogue import CATALOGUE, MODELS
from logion_model.entry import Entry
from logion_model.kernel import (
    DEADLOCK,
    Action,
    Property,
    Report,
    Spec,
    explore,
    explore_hashed,
)
from logion_model.kernel.fingerprints import odds_of_collision
from logion_model.kernel.hashed import PACKED_TOGETHER, Waiting

SMALL = {
    entry.name: entry
    for entry in CATALOGUE
    if entry.quick and entry.distinct is not None and entry.distinct < 600
}
"""One entry of each model that has a small one."""


def found(report: Report[Any]) -> object:
    """Return all but the counterexamples' states and the odds."""
    lengths = [(it.broken, it.length) for it in report.violations]
    counts = (report.distinct, report.generated, report.depth, dict(report.taken))
    return counts, report.verdict, report.complete, report.unreached, lengths


@pytest.mark.world
@pytest.mark.parametrize("to_the_end", [True, False])
@pytest.mark.parametrize("entry", SMALL.values(), ids=str)
def test_the_hashed_search_reports_what_the_readable_one_reports(
    entry: Entry, to_the_end: bool
) -> None:
    spec = MODELS[entry.name].at(entry.scope)
    names = [it.name for it in spec.invariants]
    readable = explore(spec, invariants=names, to_the_end=to_the_end)
    hashed = explore_hashed(spec, invariants=names, to_the_end=to_the_end)
    assert found(hashed) == found(readable)
    assert hashed.odds_of_collision == odds_of_collision(readable.distinct)
    assert readable.odds_of_collision == 0
    for violation in hashed.violations:
        check_way(spec, violation.steps)


def check_way(spec: Spec[Any], steps: Any) -> None:
    """Check that a counterexample begins at the beginning and takes steps there are."""
    assert steps[0].state in spec.initial
    for before, step in pairwise(steps):
        assert (step.action, step.state) in list(spec.next(before.state))


def grid(side: int, **changes: Any) -> Spec[tuple[tuple[int, ...], str]]:
    """Return three counters that grow to `side`."""

    def steps(state: Any) -> Iterator[tuple[Action, Any]]:
        counters, name = state
        for n, value in enumerate(counters):
            if value + 1 < side:
                more = (*counters[:n], value + 1, *counters[n + 1 :])
                yield Action("grow", (n,)), (more, name)

    return Spec("grid", (((0, 0, 0), "grid"),), steps, ("grow",), **changes)


def tree(levels: int) -> Spec[int]:
    """Return a binary tree: half of its states wait at once, far more than usual."""

    def steps(n: int) -> Iterator[tuple[Action, int]]:
        if n < 1 << (levels - 1):
            yield Action("left"), 2 * n
            yield Action("right"), 2 * n + 1

    return Spec("tree", (1,), steps, ("left", "right"))


@pytest.mark.world
def test_a_state_takes_less_than_forty_bytes_with_its_way_and_its_waiting() -> None:
    explore_hashed(tree(5))  # what is made once for all searches is not counted
    tracemalloc.start()
    try:
        report = explore_hashed(tree(16))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (report.distinct, report.depth) == (65_535, 16)
    assert peak / report.distinct < 40


def test_a_deadlock_is_found_with_its_way_also_if_it_was_reached_once_more() -> None:
    def steps(n: int) -> Iterator[tuple[Action, int]]:
        for after in {0: (1, 2), 1: (3, 2), 2: ()}.get(n, (n,)):
            yield Action("go", (after,)), after

    spec = Spec("stuck", (0,), steps, ("go",), may_stop=lambda _: False)
    violation = explore_hashed(spec).violation
    assert violation is not None
    assert violation.broken == DEADLOCK.name
    assert [step.state for step in violation.steps] == [0, 2]


def test_states_that_look_alike_or_differ_in_names_count_as_one() -> None:
    alike = grid(4, view=lambda state: state[0][:2])
    assert explore_hashed(alike).distinct == explore(alike).distinct == 16
    turned = grid(
        4, symmetry=lambda state: [(state[0][n:] + state[0][:n], "") for n in range(3)]
    )
    assert explore_hashed(turned).distinct == explore(turned).distinct == 24


def test_a_promise_about_the_end_is_refused_by_name() -> None:
    model = MODELS["kip-966-in-the-end"]
    entry = next(it for it in CATALOGUE if it.name == model.name)
    with pytest.raises(ValueError, match="needs whole states, not hashed"):
        explore_hashed(model.at(entry.scope))


def test_a_hashed_search_stops_when_it_is_told_to_and_at_a_bound() -> None:
    stopped = explore_hashed(grid(20), watch=lambda progress: progress.depth < 5)
    assert (stopped.depth, stopped.verdict) == (5, "bounded")
    assert explore_hashed(grid(20), states_max=10).distinct == 10


def test_the_first_of_several_initial_states_that_is_wrong_is_the_whole_way() -> None:
    wrong: Property[Any] = Property("small", lambda state: state[0][0] < 2, "test")
    spec = grid(4, invariants=(wrong,))
    starts = tuple(((n, 0, 0), "grid") for n in range(3))
    violation = explore_hashed(
        Spec("grid", starts, spec.next, spec.actions, spec.invariants)
    ).violation
    assert violation is not None
    assert [step.state for step in violation.steps] == [starts[2]]


@pytest.mark.parametrize("many", [0, 1, PACKED_TOGETHER, 2 * PACKED_TOGETHER + 3])
def test_waiting_states_come_back_in_order(many: int) -> None:
    waiting = Waiting[tuple[int, str]]()
    for number in range(many):
        waiting.append((number, "x"))
    assert len(waiting) == many
    assert [waiting[n] for n in range(many)] == [(n, "x") for n in range(many)]
