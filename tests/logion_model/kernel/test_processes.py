from __future__ import annotations

import os
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from multiprocessing import parent_process
from signal import SIG_BLOCK, SIGINT, pthread_sigmask
from typing import Any

import pytest
from logion_model.catalogue import CATALOGUE, specification
from logion_model.kernel import (
    DEADLOCK,
    Action,
    Property,
    Report,
    SharedSearch,
    Spec,
    SpecError,
    explore,
    explore_hashed,
    explore_shared,
    locality,
    part,
    processes,
)
from logion_model.kernel.part import Part
from logion_model.kernel.processes import Question

FIRST = {entry.name: entry for entry in reversed(CATALOGUE) if entry.distinct}
BROKEN = ("truncate-to-high-watermark", (2, 2, 2, 1))


def counter(limit: int) -> Spec[int]:
    """Return a number that grows by one or two, and gets stuck at its limit."""

    def steps(n: int) -> Iterator[tuple[Action, int]]:
        for more in (1, 2):
            if n + more <= limit:
                yield Action("add", (more,)), n + more

    return Spec(
        name="counter",
        initial=(0,),
        next=steps,
        actions=("add", "subtract"),
        invariants=(Property("below seven", lambda n: n < 7, "test"),),
        sometimes=(Property("negative", lambda n: n < 0, "test"),),
        within=lambda n: n < 9,
        may_stop=lambda n: n != 5,
    )


def raising() -> Spec[int]:
    """Return a specification whose invariant has no answer for a state."""
    invariant: Property[int] = Property("divides", lambda n: 1 // (3 - n) > -9, "test")
    return Spec("raising", (0,), counter(5).next, ("add",), (invariant,))


def test_two_processes_count_and_find_what_one_search_does() -> None:
    spec = specification(*BROKEN)
    one = explore(spec, to_the_end=True)
    two = explore_shared(partial(specification, *BROKEN), 2, to_the_end=True)
    assert (two.distinct, two.generated, two.depth) == (1_251, one.generated, 16)
    assert two.taken == one.taken
    assert two.complete
    assert {it.broken: it.length for it in two.violations} == {
        "weak-isr": 9,
        "strong-isr": 10,
    }
    for violation in two.violations:
        assert violation.steps[0].state in spec.initial
        for before, step in pairwise(violation.steps):
            assert (step.action, step.state) in list(spec.next(before.state))


@pytest.mark.world
def test_a_violation_a_deadlock_and_a_watch_end_the_search() -> None:
    stuck = explore_shared(partial(counter, 5), 1)
    assert stuck.violation is not None
    assert [step.state for step in stuck.violation.steps] == [0, 1, 3, 5]
    assert stuck.violation.broken == DEADLOCK.name
    wrong = explore_shared(partial(counter, 20), 1)
    assert (wrong.verdict, wrong.depth) == ("violated", 5)
    watched = explore_shared(partial(counter, 20), 1, watch=lambda it: it.depth < 3)
    assert (watched.verdict, watched.depth) == ("bounded", 3)
    assert watched.unreached == ("negative",)
    assert watched.never_taken == ("subtract",)


def test_a_specification_that_contradicts_itself_is_named_by_who_asks() -> None:
    with pytest.raises(SpecError, match=r"divides cannot be judged in .* the state 3"):
        explore_shared(raising, 1)


def dying() -> Spec[int]:
    """Return a specification that ends the process which asks it for steps."""
    return Spec("dying", (0,), lambda _: os._exit(1), ("add",))


def test_a_process_that_ends_too_soon_ends_the_search_with_a_reason() -> None:
    with pytest.raises(ConnectionError, match="ended too soon"):
        explore_shared(dying, 1)


def deaf() -> Spec[int]:
    """Return what only a process can make that has never heard Ctrl-C."""
    if parent_process() and SIGINT not in pthread_sigmask(SIG_BLOCK, ()):
        os._exit(1)
    return replace(counter(4), initial=(4,))


def test_processes_are_deaf_to_ctrl_c_from_their_very_start() -> None:
    assert explore_shared(deaf, 1).complete
    assert SIGINT not in pthread_sigmask(SIG_BLOCK, ())


def test_a_search_of_no_process_is_refused() -> None:
    with pytest.raises(ValueError, match="0 processes: at least one"):
        explore_shared(partial(counter, 5), 0)


def test_a_promise_about_the_end_is_refused_before_anything_starts() -> None:
    entry = next(it for it in CATALOGUE if it.name == "kip-966-in-the-end")
    with pytest.raises(ValueError, match="needs whole states"):
        explore_shared(partial(specification, entry.name, entry.scope), 1)


@dataclass
class Direct:
    """A link to a part in this process."""

    part: Part[Any]
    answers: deque[Any] = field(default_factory=deque)

    def send(self, question: Question, /) -> None:
        what, arguments, options = question
        self.answers.append(getattr(self.part, what)(*arguments, **options))

    def recv(self) -> Any:
        return self.answers.popleft()


def parts(spec: Spec[Any], many: int) -> SharedSearch:
    """Return a search whose parts are all in this process."""
    links = [Direct(Part(spec, spec.invariants, nth, many)) for nth in range(many)]
    return SharedSearch(spec, links, True, {it.name for it in spec.sometimes})


def begun(spec: Spec[Any], many: int) -> SharedSearch:
    search = parts(spec, many)
    search.begin()
    return search


@pytest.mark.world
@pytest.mark.parametrize("many", [1, 2, 3])
@pytest.mark.parametrize("name", ["kip-320", "group-classic", "log"])
def test_parts_together_count_what_one_search_counts(
    name: str, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "PIECES_A_ROUND", 1)
    monkeypatch.setattr(part, "PACKED_TOGETHER", 5)
    spec = specification(name, FIRST[name].scope)
    found, alone = begun(spec, many).run(), explore_hashed(spec, to_the_end=True)
    assert without_steps(found) == without_steps(alone)


@pytest.mark.world
@pytest.mark.parametrize("name", ["kip-320", "kraft-keeps-fetcher"])
def test_states_may_fall_to_the_process_that_a_part_of_them_decides(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locality, "VALUES_EACH", 1)
    spec = specification(name, FIRST[name].scope)
    assert locality.deciding_part(spec, 2) is not None
    found, alone = begun(spec, 2).run(), explore_hashed(spec, to_the_end=True)
    assert without_steps(found) == without_steps(alone)


def without_steps(report: Report[Any]) -> Report[Any]:
    """Return a report without the violations, of which many are as short."""
    return replace(report, violations=())


def test_a_level_is_divided_evenly() -> None:
    search = begun(specification("kip-320", (2, 2, 2, 1)), 3)
    search.run(lambda it: it.depth < 12)
    assert search.sizes[-1] == sum(search.left)
    assert max(search.left) - min(search.left) <= 2


def test_a_deadlock_is_told_in_its_place_among_what_is_broken() -> None:
    spec = replace(counter(5), invariants=(Property("not 4", lambda n: n != 4, ""),))
    report = begun(replace(spec, may_stop=lambda _: False), 2).run()
    assert [(it.broken, it.length) for it in report.violations] == [
        ("not 4", 3),
        (DEADLOCK.name, 4),
    ]


@pytest.mark.parametrize("rounds", [1, 9, 30])
def test_a_search_goes_on_between_any_two_rounds(
    rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "PIECES_A_ROUND", 1)
    monkeypatch.setattr(part, "PACKED_TOGETHER", 20)
    monkeypatch.setattr(processes, "deciding_part", lambda *_: 3)
    spec = specification(*BROKEN)
    search = begun(spec, 2)
    left = iter(range(rounds))
    assert search.run(lambda _: next(left, None) is not None).verdict != "holds"
    again = parts(spec, 2)
    again.resume(search.saved(), list(search.pieces()))
    assert again.progress == search.progress
    assert again.run() == begun(spec, 2).run()


def test_a_search_goes_on_by_no_others_than_it_was_shared_among() -> None:
    spec = counter(5)
    search = begun(spec, 2)
    with pytest.raises(ValueError, match="shared among 2 processes, not 3"):
        parts(spec, 3).resume(search.saved(), list(search.pieces()))


def test_who_is_asked_says_once_that_a_fingerprint_is_new() -> None:
    asked = array("Q", [7, 8]).tobytes()
    told = Part(counter(4), (), 0, 2).round([asked, asked], [b"", b""], expands=False)
    assert told.answered == [b"\1\1", b"\0\0"]
