from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion_model.kernel import DEADLOCK, Action, Property, Spec, explore

from tests.logion_model.kernel import two_phase_commit


def counter(limit: int, **changes: object) -> Spec[int]:
    """Return a number that grows by one or two, up to `limit`."""

    def next_steps(n: int) -> Iterator[tuple[Action, int]]:
        for step in (1, 2):
            if n + step <= limit:
                yield Action("add", (step,)), n + step

    spec = Spec(
        name="counter",
        initial=(0,),
        next=next_steps,
        actions=("add",),
        invariants=(
            Property("below five", lambda n: n < 5, "test"),
            Property("never three", lambda n: n != 3, "test"),
        ),
    )
    values = {name: getattr(spec, name) for name in spec.__slots__} | changes
    return Spec(**values)


def test_every_state_is_visited_once_and_depth_counts_the_states_on_the_way() -> None:
    report = explore(counter(4), invariants=())
    assert (report.distinct, report.generated, report.depth) == (5, 7, 3)
    assert report.complete
    assert report.verdict == "holds"
    assert report.taken == {"add": 7}


def test_the_counterexample_is_a_shortest_one_and_reads_as_a_program() -> None:
    report = explore(counter(9), invariants=["below five"])
    assert report.violation is not None
    assert report.violation.length == 4
    assert [step.state for step in report.violation.steps] == [0, 1, 3, 5]
    assert str(report.violation) == (
        "violates below five (test)\n  1. add(1)\n  2. add(2)\n  3. add(2)"
    )
    assert report.verdict == "violated"
    assert not report.complete


def test_a_search_to_the_end_judges_every_property_and_counts_every_state() -> None:
    report = explore(counter(9), to_the_end=True)
    found = {violation.broken: violation.length for violation in report.violations}
    assert found == {"never three": 3, "below five": 4}
    assert report.violation is report.violations[0]
    assert (report.distinct, report.depth, report.complete) == (10, 6, True)
    assert report.verdict == "violated"


def test_an_initial_state_that_breaks_an_invariant_is_a_trace_of_one_state() -> None:
    report = explore(counter(9, initial=(3,)))
    assert report.violation is not None
    assert report.violation.length == report.depth == 1
    assert report.violation.broken == "never three"


def test_an_unknown_invariant_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="counter has no property odd; it has below"):
        explore(counter(1), invariants=["odd"])


def test_a_state_without_steps_is_a_deadlock_unless_it_may_stop() -> None:
    report = explore(counter(2, may_stop=lambda n: n == 5), invariants=())
    assert report.violation is not None
    assert report.violation.broken == DEADLOCK.name
    assert [step.state for step in report.violation.steps] == [0, 2]
    assert explore(counter(2), invariants=()).violation is None


def test_an_action_that_is_never_taken_is_reported() -> None:
    report = explore(counter(2, actions=("add", "subtract")))
    assert report.never_taken == ("subtract",)


def test_a_model_in_which_nothing_interesting_happens_is_vacuous() -> None:
    wanted = (
        Property("reaches two", lambda n: n == 2, "test"),
        Property("reaches ten", lambda n: n == 10, "test"),
    )
    report = explore(counter(2, sometimes=wanted))
    assert report.unreached == ("reaches ten",)
    assert report.verdict == "vacuous"


@pytest.mark.parametrize("bound", [{"states_max": 3}, {"depth_max": 2}])
def test_a_search_that_hits_a_bound_does_not_claim_to_be_complete(
    bound: dict[str, int],
) -> None:
    report = explore(counter(100), invariants=(), **bound)
    assert report.verdict == "bounded"
    assert report.distinct == 3


@pytest.mark.parametrize(
    ("managers", "distinct"),
    [
        (3, 288),
        (4, 1_568),
        (5, 8_832),
        pytest.param(6, 50_816, marks=pytest.mark.world),
    ],
)
def test_two_phase_commit_has_as_many_states_as_other_checkers_count(
    managers: int, distinct: int
) -> None:
    report = explore(two_phase_commit.specification(managers))
    assert report.distinct == distinct
    assert report.verdict == "holds"


graphs = st.dictionaries(
    st.integers(0, 12), st.lists(st.integers(0, 12), max_size=4), max_size=12
)


@given(graph=graphs, bad=st.sets(st.integers(0, 12), max_size=3))
def test_a_naive_checker_agrees_on_random_models(
    graph: dict[int, list[int]], bad: set[int]
) -> None:
    spec = Spec(
        name="graph",
        initial=(0,),
        next=lambda n: [(Action("go", (m,)), m) for m in graph.get(n, ())],
        actions=("go",),
        invariants=(Property("good", lambda n: n not in bad, "test"),),
    )
    distance = {0: 1}
    for _ in range(14):  # no shortest path is longer than there are nodes
        for n, depth in list(distance.items()):
            for m in graph.get(n, ()):
                distance[m] = min(distance.get(m, depth + 1), depth + 1)

    everything = explore(spec, invariants=())
    assert everything.distinct == len(distance)
    assert everything.depth == max(distance.values())
    wrong = [depth for n, depth in distance.items() if n in bad]
    violation = explore(spec).violation
    assert (violation and violation.length) == (min(wrong) if wrong else None)
