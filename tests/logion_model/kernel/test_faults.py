from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from logion_model.cli import main
from logion_model.kernel import (
    Action,
    Liveness,
    Property,
    Spec,
    SpecError,
    explore,
    explore_packed,
)
from logion_model.replication import base, kip_320, packed
from logion_model.replication.packed import PackedReplication


def counter(steps: object, *invariants: Property[int]) -> Spec[int]:
    return Spec("counter", (0,), steps, ("add",), invariants)  # type: ignore[arg-type]


def up_to_nine(n: int) -> Iterator[tuple[Action, int]]:
    if n < 9:
        yield Action("add"), n + 1


def up_to(most: int) -> Callable[[int], bool]:
    return lambda n: n <= most


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


def test_an_invariant_that_changes_the_state_that_it_judges_is_named() -> None:
    def changes(box: Box) -> bool:
        box.content += 1
        return True

    spec = Spec(
        "boxes", (Box(),), lambda _: (), ("add",), (Property("idle", changes, "no"),)
    )
    with pytest.raises(SpecError, match=r"idle changed Box\(0\) to the state Box\(1\)"):
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


@pytest.mark.parametrize("failing", ["goal", "after"])
def test_a_promise_that_has_no_answer_is_named_with_the_state(failing: str) -> None:
    promise = Liveness("arrives", up_to(1), "test", up_to(8))
    fails = replace(promise, **{failing: lambda n: 10 // (n - 3) > 99})
    spec = replace(counter(up_to_nine), liveness=(fails,))
    with pytest.raises(
        SpecError, match=r"counter: arrives cannot be judged in \(ZeroDiv.* the state 3"
    ):
        explore(spec)


def test_what_a_model_must_show_is_named_if_it_has_no_answer() -> None:
    shows = Property("shows", lambda n: 10 // (n - 3) > 99, "test")
    with pytest.raises(SpecError, match=r"shows cannot be judged in .* the state 3"):
        explore(replace(counter(up_to_nine), sometimes=(shows,)))


def test_steps_that_fail_late_are_named_as_such() -> None:
    def failing(n: int) -> Iterator[tuple[Action, int]]:
        yield Action("add"), n + 1
        yield Action("divide"), 1 // (n - 300)

    below = Property("below", up_to(999), "test")
    with pytest.raises(SpecError, match=r"its steps fail in .* the state 300"):
        explore(counter(failing, below))


def failing_guard(_state: base.State, leader: int, _follower: int) -> bool:
    return 1 // (leader - leader) > 0


@pytest.mark.parametrize("has_numpy", [True, False])
def test_a_guard_that_fails_in_the_fast_search_is_named_with_the_state(
    has_numpy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_numpy:
        monkeypatch.setattr(packed, "find_spec", lambda _: None)
    rules = replace(kip_320.RULES, may_join=failing_guard)
    spec = PackedReplication(rules, base.Scope(2, 2, 2, 1))
    with pytest.raises(
        SpecError, match=r"kip-320: its steps fail in \(ZeroDiv.* the state State\("
    ):
        explore_packed(spec)


def test_a_fault_that_only_the_fast_search_has_is_named_with_the_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = PackedReplication(kip_320.RULES, base.Scope(2, 2, 2, 1))
    monkeypatch.setattr(packed, "JUDGES", {})
    with pytest.raises(
        SpecError,
        match=r"kip-320: the fast search cannot go on from \(KeyError: .* the",
    ):
        explore_packed(spec)


@pytest.mark.parametrize("command", ["check", "explore"])
def test_a_specification_at_fault_is_told_in_a_line(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(*_: object) -> bool:
        raise RuntimeError("odd")

    monkeypatch.setattr(base, "write", failing)
    assert main([command, "kip-320", "--scope", "2,2,2,1"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(
        "logion model: kip-320: its steps fail in (RuntimeError: odd)"
    )
    assert told.count("\n") == 1
