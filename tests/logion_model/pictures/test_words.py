"""A counterexample in words says what each step changed."""

from __future__ import annotations

from logion_model.kernel import Action, Step, Violation
from logion_model.pictures.words import WIDTH, words_of


def test_below_each_step_stands_what_it_changed() -> None:
    steps = (Step(None, (0, 0)), Step(Action("add", (1,)), (1, 0)))
    violation = Violation("no ones", "the test", steps)
    assert words_of(violation) == (
        "violates no ones (the test)\n  1. add(1)\n       [0]: 0 -> 1"
    )


def test_long_lines_are_cut() -> None:
    steps = (Step(None, ("",)), Step(Action("grow"), ("x" * 500,)))
    last = words_of(Violation("short", "the test", steps)).splitlines()[-1]
    assert len(last) == WIDTH
    assert last.endswith("xxx...")
