from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion_model.kernel import Action, Fairness, Liveness, Property, Spec, explore
from logion_model.kernel.spec import always

Graph = dict[int, list[tuple[str, int]]]


def spec_of(
    graph: Graph, fairness: tuple[Fairness, ...], promise: Liveness[int]
) -> Spec[int]:
    """Return a specification with these steps, each by its action's name."""

    def next_steps(n: int) -> Iterator[tuple[Action, int]]:
        for name, after in graph.get(n, ()):
            yield Action(name), after

    return Spec(
        name="graph",
        initial=(0,),
        next=next_steps,
        actions=("a", "b"),
        liveness=(promise,),
        fairness=fairness,
    )


WEAK, STRONG = (Fairness("a"),), (Fairness("a", strong=True),)
ARRIVES = Liveness("arrives", lambda n: n == 9, "test")


@pytest.mark.parametrize(
    ("graph", "fairness", "kept"),
    [
        ({0: [("a", 9)]}, (), False),  # without fairness everything may stop
        ({0: [("a", 9)]}, WEAK, True),
        ({0: [("b", 9)]}, WEAK, False),
        (
            {0: [("a", 9), ("b", 1)], 1: [("b", 0)]},
            WEAK,
            False,
        ),  # possible now and then
        ({0: [("a", 9), ("b", 1)], 1: [("b", 0)]}, STRONG, False),  # b may stop at 1
        ({0: [("a", 9), ("b", 1)], 1: [("b", 0)]}, (*STRONG, Fairness("b")), True),
        ({0: [("a", 9), ("b", 1)], 1: [("a", 9), ("b", 0)]}, WEAK, True),
        ({0: [("a", 1)], 1: [("a", 0)]}, STRONG, False),  # it is taken, and in vain
        ({0: [("a", 0)]}, WEAK, False),  # a step that changes nothing
        ({0: [("b", 1), ("a", 9)], 1: [("b", 2)], 2: [("b", 1)]}, STRONG, False),
    ],
)
def test_a_promise_is_kept_if_every_fair_path_keeps_it(
    graph: Graph, fairness: tuple[Fairness, ...], kept: bool
) -> None:
    report = explore(spec_of(graph, fairness, ARRIVES))
    assert report.verdict == ("holds" if kept else "violated")


def test_the_counterexample_is_a_way_and_a_loop() -> None:
    graph = {0: [("b", 1)], 1: [("b", 2)], 2: [("b", 3)], 3: [("a", 2)]}
    violation = explore(spec_of(graph, WEAK, ARRIVES)).violation
    assert violation is not None
    assert str(violation) == "violates arrives (test)\n     and nothing more"
    both = (*WEAK, Fairness("b"))
    violation = explore(spec_of(graph, both, ARRIVES)).violation
    assert violation is not None
    assert [step.state for step in violation.steps] == [0, 1, 2, 3, 2]
    assert violation.again == 2
    assert str(violation).endswith("  4. a()\n     and on with 3")


def test_a_promise_after_an_event_is_due_only_then() -> None:
    promise = Liveness("answered", lambda n: n == 9, "test", after=lambda n: n == 1)
    never_asked = {0: [("a", 2)], 2: [("a", 0)]}
    assert explore(spec_of(never_asked, WEAK, promise)).verdict == "holds"
    asked = {0: [("a", 1)], 1: [("a", 2)], 2: [("a", 9)]}
    assert explore(spec_of(asked, WEAK, promise)).verdict == "holds"
    assert explore(spec_of({**asked, 2: []}, WEAK, promise)).verdict == "violated"


def test_again_and_again_is_more_than_once() -> None:
    graph = {0: [("a", 9)], 9: [("a", 1)], 1: []}
    assert explore(spec_of(graph, WEAK, ARRIVES)).verdict == "holds"
    again = Liveness("again", lambda n: n == 9, "test", after=always)
    assert explore(spec_of(graph, WEAK, again)).verdict == "violated"
    assert explore(spec_of({**graph, 1: [("a", 0)]}, WEAK, again)).verdict == "holds"


def test_what_stays_must_hold_for_ever_in_the_end() -> None:
    settles = Liveness("settles", lambda n: n == 9, "test", stays=True)
    graph = {0: [("a", 9)], 9: [("b", 0)]}
    violation = explore(spec_of(graph, WEAK, settles)).violation
    assert violation is not None
    assert [step.state for step in violation.steps] == [0, 9, 0]
    assert explore(spec_of({0: [("a", 9)]}, WEAK, settles)).verdict == "holds"


def test_fairness_of_each_first_argument_is_more_than_fairness_of_the_name() -> None:
    def next_steps(state: tuple[int, int]) -> Iterator[tuple[Action, tuple[int, int]]]:
        yield Action("turn", (0,)), ((state[0] + 1) % 2, state[1])
        if state[1] < 9:
            yield Action("turn", (1,)), (state[0], 9)

    def spec(each: int) -> Spec[tuple[int, int]]:
        return Spec(
            name="turns",
            initial=((0, 0),),
            next=next_steps,
            actions=("turn",),
            liveness=(Liveness("arrives", lambda state: state[1] == 9, "test"),),
            fairness=(Fairness("turn", each=each),),
        )

    assert explore(spec(each=0)).verdict == "violated"
    assert explore(spec(each=1)).verdict == "holds"


def test_a_step_out_of_bounds_breaks_no_promise() -> None:
    spec = Spec(
        name="endless",
        initial=(0,),
        next=lambda n: [(Action("a"), n + 1)],
        actions=("a",),
        within=lambda n: n < 5,
        liveness=(Liveness("arrives", lambda n: n == 9, "test"),),
        fairness=WEAK,
    )
    assert explore(spec).verdict == "holds"


def test_invariants_and_promises_are_chosen_by_name() -> None:
    small = Property("small", lambda n: n < 1, "test")
    spec = spec_of({0: [("a", 1)]}, WEAK, ARRIVES)
    both = Spec(
        **{it: getattr(spec, it) for it in spec.__slots__} | {"invariants": (small,)}
    )
    found = explore(both, to_the_end=True)
    assert [it.broken for it in found.violations] == ["small", "arrives"]
    assert explore(both, invariants=["arrives"]).violations[0].broken == "arrives"
    assert explore(both, invariants=()).verdict == "holds"


steps = st.tuples(st.sampled_from("ab"), st.integers(0, 4))
graphs = st.dictionaries(st.integers(0, 4), st.lists(steps, max_size=3), max_size=5)


def naive_verdict(graph: Graph, fairness: tuple[Fairness, ...], goal: int) -> str:
    """Look for a set of nodes that a fair path can go round in, among all sets."""
    reached = {0} - {goal}
    for _ in range(5):
        reached |= {m for n in reached for _, m in graph.get(n, ()) if m != goal}
    for chosen in product((False, True), repeat=5):
        loop = {n for n in range(5) if chosen[n]} & reached
        if loop and connected(graph, loop) and is_fair(graph, fairness, loop):
            return "violated"
    return "holds"


def connected(graph: Graph, loop: set[int]) -> bool:
    """Return whether every node of the loop reaches every other within it."""
    for start in loop:
        seen = {start}
        for _ in loop:
            seen |= {m for n in seen for _, m in graph.get(n, ()) if m in loop}
        if seen != loop:
            return False
    return True


def is_fair(graph: Graph, fairness: tuple[Fairness, ...], loop: set[int]) -> bool:
    """Return whether a path through all of the loop is fair."""
    for fair in fairness:
        ways = {
            n: [m for name, m in graph.get(n, ()) if name == fair.action] for n in loop
        }
        possible = [any(m != n for m in ms) for n, ms in ways.items()]
        taken = any(m != n and m in loop for n, ms in ways.items() for m in ms)
        missed = any(possible) if fair.strong else all(possible)
        if missed and not taken:
            return False
    return True


fair_actions = st.lists(
    st.builds(Fairness, st.sampled_from("ab"), st.booleans()), max_size=2
).map(tuple)


@given(graph=graphs, fairness=fair_actions, goal=st.integers(0, 4))
def test_a_naive_search_for_fair_loops_agrees(
    graph: Graph, fairness: tuple[Fairness, ...], goal: int
) -> None:
    report = explore(
        spec_of(graph, fairness, Liveness("arrives", lambda n: n == goal, "test"))
    )
    assert report.verdict == naive_verdict(graph, fairness, goal)
    if (violation := report.violation) is not None:
        lasso_is_real(graph, violation.steps, violation.again, goal)


def lasso_is_real(graph: Graph, path: object, again: int | None, goal: int) -> None:
    """Check that each step of a lasso exists, and that its end leads on."""
    states = [step.state for step in path]  # type: ignore[attr-defined]
    for before, step in zip(states, path[1:], strict=False):  # type: ignore[index]
        assert (step.action.name, step.state) in graph[before]
    assert goal not in states
    assert again is not None
    assert states[again] == states[-1]
