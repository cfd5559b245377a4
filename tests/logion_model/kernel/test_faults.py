from __future__ import annotations

from collections.abc import Iterator

import pytest
from logion_model.kernel import Action, Property, Spec, SpecError, explore


def counter(steps: object, *invariants: Property[int]) -> Spec[int]:
    return Spec("counter", (0,), steps, ("add",), invariants)  # type: ignore[arg-type]


def up_to_nine(n: int) -> Iterator[tuple[Action, int]]:
    if n < 9:
        yield Action("add"), n + 1


def test_a_specification_that_gives_other_steps_another_time_is_named() -> None:
    answers = iter(range(100, 200))

    def never_the_same(n: int) -> Iterator[tuple[Action, int]]:
        yield Action("add"), n + 1 if n < 5 else next(answers)

    with pytest.raises(SpecError, match="gives other steps from the state 5"):
        explore(counter(never_the_same))


class Box:
    """A value that can be changed although it can be hashed."""

    def __init__(self) -> None:
        self.content = 0

    def __repr__(self) -> str:
        return f"Box({self.content})"


def test_a_step_that_changes_the_state_it_starts_from_is_named() -> None:
    def changing(box: Box) -> list[tuple[Action, Box]]:
        box.content += 1
        return []

    spec = Spec("boxes", (Box(),), changing, ("add",))
    with pytest.raises(SpecError, match=r"changed Box\(0\) to the state Box\(1\)"):
        explore(spec)


def test_an_invariant_that_has_no_answer_is_named_with_the_state() -> None:
    divides = Property("divides", lambda n: 10 // (n - 3) > -99, "test")
    with pytest.raises(
        SpecError, match=r"counter: divides cannot be judged in \(ZeroDiv.* the state 3"
    ):
        explore(counter(up_to_nine, divides))


def test_steps_that_fail_are_named_with_the_state() -> None:
    def failing(n: int) -> Iterator[tuple[Action, int]]:
        yield Action("add"), [1, 2, 3][n]

    with pytest.raises(SpecError, match=r"fail in \(IndexError: .* the state 3"):
        explore(counter(failing))


def test_a_state_that_cannot_be_hashed_is_named() -> None:
    with pytest.raises(SpecError, match="unhashable type: 'list'"):
        explore(counter(lambda n: [(Action("add"), [n])]))


def test_steps_of_a_counterexample_that_cannot_be_found_again_are_named() -> None:
    calls = iter(range(10_000))  # each state asks twice, later once

    def later_otherwise(n: int) -> Iterator[tuple[Action, int]]:
        yield Action("add"), n + 1 if next(calls) < 530 else -1

    small = Property("small", lambda n: n < 260, "test")
    with pytest.raises(SpecError, match="gives other steps from"):
        explore(counter(later_otherwise, small))
