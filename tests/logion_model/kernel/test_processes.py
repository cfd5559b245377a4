from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import pytest
from logion_model.catalogue import CATALOGUE, specification
from logion_model.kernel import (
    DEADLOCK,
    Action,
    Property,
    Spec,
    SpecError,
    explore,
    explore_shared,
)
from logion_model.kernel.hashed import Waiting
from logion_model.kernel.part import Part

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


def test_a_search_of_no_process_is_refused() -> None:
    with pytest.raises(ValueError, match="0 processes: at least one"):
        explore_shared(partial(counter, 5), 0)


def test_a_promise_about_the_end_is_refused_before_anything_starts() -> None:
    entry = next(it for it in CATALOGUE if it.name == "kip-966-in-the-end")
    with pytest.raises(ValueError, match="needs whole states"):
        explore_shared(partial(specification, entry.name, entry.scope), 1)


@pytest.mark.parametrize("many", [1, 3])
def test_parts_together_visit_what_one_search_visits(many: int) -> None:
    spec = counter(20)
    parts = [Part(spec, spec.invariants, index, many) for index in range(many)]
    behind = [part.begin() for part in parts]
    sizes, broken = [], []
    while sizes[-1:] != [0]:
        admitted = [
            part.admit([it.outbox[part.index] for it in behind]) for part in parts
        ]
        sizes.append(sum(it.size for it in admitted))
        broken += [name for it in admitted for name, _ in it.broken]
        behind = [part.expand() for part in parts]
    assert sizes == [1, 2, 2, 2, 2, 0]
    assert set(broken) == {"below seven"}
    report = explore(spec, to_the_end=True)
    assert (report.distinct, report.depth) == (9, 5)


def test_a_state_that_another_process_has_is_sent_once() -> None:
    spec = counter(4)
    parts = [Part(spec, (), index, 2) for index in range(2)]
    behind = [part.begin() for part in parts]
    for part in parts:
        part.admit([it.outbox[part.index] for it in behind])
    sent: list[Waiting[object]] = [
        box for part in parts for box in part.expand().outbox
    ]
    assert sum(map(len, sent)) <= 2
