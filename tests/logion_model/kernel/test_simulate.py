from __future__ import annotations

from collections.abc import Iterator

import pytest
from logion_model.catalogue import CATALOGUE, MODELS
from logion_model.kernel import DEADLOCK, Action, Property, Spec, simulate

LARGE = MODELS["truncate-to-high-watermark"].at((4, 5, 9, 9))
"""A world that nobody can exhaust."""

SCOPE_IN_THE_END = next(it.scope for it in CATALOGUE if it.name == "kip-966-in-the-end")


def test_random_walks_find_in_a_large_world_what_is_broken_often() -> None:
    report = simulate(LARGE, walks=3_000, steps_max=60, seed=1)
    assert report.verdict == "violated"
    assert report.violation is not None
    assert report.violation.broken in {"weak-isr", "strong-isr"}


def test_each_step_of_a_walk_is_one_of_the_specification() -> None:
    violation = simulate(LARGE, walks=3_000, steps_max=60, seed=1).violation
    assert violation is not None
    states = [step.state for step in violation.steps]
    for before, step in zip(states, violation.steps[1:], strict=False):
        assert (step.action, step.state) in list(LARGE.next(before))


def test_the_same_seed_walks_the_same_way() -> None:
    def walked(seed: int) -> object:
        return simulate(LARGE, walks=5, steps_max=30, seed=seed, invariants=())

    assert walked(7) == walked(7)
    assert walked(7) != walked(8)


def test_walks_that_break_nothing_do_not_claim_to_have_seen_everything() -> None:
    report = simulate(MODELS["kip-320"].at((2, 2, 2, 1)), walks=20, steps_max=20)
    assert report.verdict == "bounded"
    assert 1 < report.depth <= 21
    assert 1 < report.distinct < 957


def test_a_walk_ends_at_a_bound_and_finds_a_deadlock() -> None:
    def up(n: int) -> Iterator[tuple[Action, int]]:
        if n < 5:
            yield Action("up"), n + 1

    small = Property("small", lambda n: n < 4, "test")
    spec = Spec("up", (0,), up, ("up",), (small,), within=lambda n: n < 4)
    assert simulate(spec, walks=1, steps_max=9).violation is None
    stuck = Spec("up", (0,), up, ("up",), may_stop=lambda n: n != 5)
    violation = simulate(stuck, walks=1, steps_max=9).violation
    assert violation is not None
    assert (violation.broken, violation.length) == (DEADLOCK.name, 6)


def test_what_must_happen_in_the_end_is_refused_where_single_states_are_judged() -> (
    None
):
    promised = MODELS["kip-966-in-the-end"]
    spec = promised.at(SCOPE_IN_THE_END)
    with pytest.raises(ValueError, match="writes-are-answered is judged by the whole"):
        simulate(spec, walks=1, steps_max=5, invariants=["writes-are-answered"])
    assert simulate(spec, walks=1, steps_max=5).verdict == "bounded"
