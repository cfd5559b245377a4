from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st
from logion_model.kernel import Action, Property, Spec, explore

Pair = tuple[int, int]


def either_grows(pair: Pair) -> Iterator[tuple[Action, Pair]]:
    """Yield the pairs in which one of the two numbers is one more."""
    yield Action("first"), (pair[0] + 1, pair[1])
    yield Action("second"), (pair[0], pair[1] + 1)


ENDLESS = Spec(
    name="pair",
    initial=((0, 0),),
    next=either_grows,
    actions=("first", "second"),
    invariants=(Property("small", lambda pair: max(pair) < 3, "test"),),
)
"""Two numbers that grow for ever."""


def test_a_state_outside_the_bounds_is_not_counted_and_not_gone_on_from() -> None:
    report = explore(replace(ENDLESS, within=lambda pair: sum(pair) < 3))
    assert (report.distinct, report.depth, report.verdict) == (6, 3, "holds")
    assert report.taken == {"first": 6, "second": 6}


def test_a_state_outside_the_bounds_is_not_judged() -> None:
    bounded = replace(ENDLESS, within=lambda pair: max(pair) < 3)
    assert explore(bounded).verdict == "holds"


def test_steps_that_only_lead_out_of_bounds_are_no_deadlock() -> None:
    bounded = replace(
        ENDLESS, within=lambda pair: sum(pair) < 2, may_stop=lambda _: False
    )
    assert explore(bounded).violation is None


def test_an_initial_state_outside_the_bounds_does_not_count() -> None:
    nothing = explore(replace(ENDLESS, within=lambda _: False))
    assert (nothing.distinct, nothing.depth) == (0, 0)


def test_states_that_look_alike_count_once_and_traces_show_them_whole() -> None:
    seen = replace(
        ENDLESS, view=lambda pair: pair[0], within=lambda pair: max(pair) < 4
    )
    report = explore(seen, to_the_end=True)
    assert (report.distinct, report.depth) == (4, 4)
    assert report.violation is not None
    assert [step.state for step in report.violation.steps] == [
        (0, 0),
        (1, 0),
        (2, 0),
        (3, 0),
    ]


def test_states_that_differ_in_who_is_who_count_once() -> None:
    bounded = replace(ENDLESS, within=lambda pair: max(pair) < 4)
    report = explore(
        replace(bounded, symmetry=lambda pair: (pair, pair[::-1])), to_the_end=True
    )
    assert report.distinct == 10
    assert report.depth == explore(bounded, to_the_end=True).depth == 7
    assert report.violation is not None
    assert [step.action for step in report.violation.steps[1:]] == [Action("first")] * 3


def test_one_representative_serves_as_well_as_all_permutations() -> None:
    def in_order(pair: Pair) -> tuple[Pair]:
        return (min(pair, pair[::-1]),)

    bounded = replace(ENDLESS, within=lambda pair: max(pair) < 4, symmetry=in_order)
    assert explore(bounded, invariants=()).distinct == 10


def test_permutations_are_told_apart_by_more_than_their_hashes() -> None:
    assert hash((-1, -2)) == hash((-2, -1))
    spec = replace(ENDLESS, symmetry=lambda pair: (pair, pair[::-1]))
    assert spec.key((-1, -2)) == spec.key((-2, -1)) != spec.key((-1, -1))


def test_symmetry_acts_before_the_view() -> None:
    spec = replace(
        ENDLESS, view=lambda pair: pair[0], symmetry=lambda pair: (pair, pair[::-1])
    )
    assert spec.key((1, 5)) == spec.key((5, 1)) == spec.key((1, 7))


Trio = tuple[int, int, int]


@given(
    moves=st.dictionaries(st.integers(0, 2), st.sets(st.integers(0, 2)), max_size=3),
    bad=st.sets(st.integers(0, 2), max_size=2),
)
def test_verdicts_and_lengths_are_the_same_with_symmetry_and_without(
    moves: dict[int, set[int]], bad: set[int]
) -> None:
    def next_steps(trio: Trio) -> Iterator[tuple[Action, Trio]]:
        for place, value in enumerate(trio):
            for after in sorted(moves.get(value, ())):
                changed = (*trio[:place], after, *trio[place + 1 :])
                yield Action("move", (place,)), changed

    spec = Spec(
        name="trio",
        initial=((0, 0, 0),),
        next=next_steps,
        actions=("move",),
        invariants=(Property("good", lambda trio: set(trio) != bad, "test"),),
    )
    alike = replace(spec, symmetry=permutations)
    plain, reduced = explore(spec, to_the_end=True), explore(alike, to_the_end=True)
    assert plain.depth == reduced.depth
    assert [it.length for it in plain.violations] == [
        it.length for it in reduced.violations
    ]
