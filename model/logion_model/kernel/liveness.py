"""What must happen in the end: is there a fair path on which it never does?

All states and steps within bounds form a graph. A promise is broken if some fair path,
from a state where it is due, stays for ever among states that do not fulfil it. Such a
path ends in a loop. It is fair if it does justice to each fair action: it takes it, or
passes a state where it is not possible (for a weakly fair one), or never passes a state
where it is (for a strongly fair one). Standing still is a loop too: a path may stop
wherever no fair action is possible.

The counterexample is a lasso: steps to the loop, then the loop. Symmetry is not used:
it would mix up who waits for what. Steps that lead out of bounds count as possible, and
are never taken, so that bounds break no promise.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Generic, NamedTuple, TypeAlias

from logion_model.kernel.faults import Checked
from logion_model.kernel.report import Step, Violation
from logion_model.kernel.spec import Action, Fairness, Liveness, S, Spec

Node: TypeAlias = int
"""A state by its number, in order of discovery."""


class Duty(NamedTuple):
    """A fair action, with those of its arguments that tell one from another."""

    fair: Fairness
    arguments: tuple[object, ...]


class Edge(NamedTuple):
    """A step that changes something."""

    action: Action
    after: Node


@dataclass(slots=True)
class Graph(Generic[S]):
    """Every state within bounds, its steps, and which fair actions it allows."""

    spec: Spec[S]
    states: list[S] = field(default_factory=list)
    edges: list[list[Edge]] = field(default_factory=list)
    possible: list[frozenset[Duty]] = field(default_factory=list)
    starts: int = 0
    """How many of the first states are initial."""

    def duties(self, action: Action) -> Iterator[Duty]:
        """Yield the duties that taking this action fulfils."""
        for fair in self.spec.fairness:
            if fair.action == action.name:
                yield Duty(fair, action.arguments[: fair.each])


def graph_of(spec: Spec[S]) -> Graph[S]:
    """Return the graph of all states within bounds; `view` tells states apart."""
    graph = Graph(replace(spec, symmetry=None))
    numbers: dict[object, Node] = {}

    def number(state: S) -> Node | None:
        key = state if spec.view is None else spec.view(state)
        if key not in numbers:
            if not spec.within(state):
                return None
            numbers[key] = len(graph.states)
            graph.states.append(state)
        return numbers[key]

    for state in spec.initial:
        number(state)
    graph.starts = len(graph.states)
    for node, state in enumerate(graph.states):  # grows while it is gone through
        _add_steps(graph, node, spec.next(state), number)
    return graph


def _add_steps(
    graph: Graph[S],
    node: Node,
    steps: Iterable[tuple[Action, S]],
    number: Callable[[S], Node | None],
) -> None:
    edges, possible = [], set[Duty]()
    for action, after in steps:
        to = number(after)
        if to != node:
            possible.update(graph.duties(action))
            if to is not None:
                edges.append(Edge(action, to))
    graph.edges.append(edges)
    graph.possible.append(frozenset(possible))


def judged(spec: Spec[S], promises: Sequence[Liveness[S]]) -> list[Violation[S]]:
    """Return a lasso for each of these promises that some fair path breaks.

    Raises SpecError for one that has no answer in some state.
    """
    checked = Checked(spec)
    with checked:
        graph = graph_of(replace(spec, next=checked.steps))
        found = [broken_promise(graph, _noted(checked, it)) for it in promises]
    return [violation for violation in found if violation is not None]


def _noted(checked: Checked[S], promise: Liveness[S]) -> Liveness[S]:
    """Return a promise whose predicates are named if they fail."""
    goal, after = checked.noted(promise.goal, promise.name), promise.after
    due = None if after is None else checked.noted(after, promise.name)
    return replace(promise, goal=goal, after=due)


def broken_promise(graph: Graph[S], promise: Liveness[S]) -> Violation[S] | None:
    """Return a fair path on which the promise is not kept, None if there is none."""
    unmet = {n for n, state in enumerate(graph.states) if not promise.goal(state)}
    if promise.stays:
        return _never_settles(graph, promise, unmet)
    due = [n for n in sorted(unmet) if _is_due(graph, promise, n)]
    reached = _reached(graph, due, unmet)
    loop_of = {n: loop for loop in _fair_loops(graph, set(reached)) for n in loop}
    for node in reached:
        if node in loop_of:
            return _lasso(graph, promise, _way_back(reached, node), loop_of[node])
    return None


def _is_due(graph: Graph[S], promise: Liveness[S], node: Node) -> bool:
    if promise.after is None:
        return node < graph.starts
    return promise.after(graph.states[node])


def _never_settles(
    graph: Graph[S], promise: Liveness[S], unmet: set[Node]
) -> Violation[S] | None:
    """Return a fair loop that leaves the goal again and again."""
    for loop in _fair_loops(graph, set(range(len(graph.states)))):
        if loop & unmet:
            return _lasso(graph, promise, [min(loop & unmet)], loop)
    return None


def _reached(
    graph: Graph[S], starts: Iterable[Node], among: set[Node]
) -> dict[Node, Node | None]:
    """Return the nodes reached without leaving `among`, nearest first, with parents."""
    parents: dict[Node, Node | None] = dict.fromkeys(starts)
    waiting = deque(parents)
    while waiting:
        node = waiting.popleft()
        for edge in graph.edges[node]:
            if edge.after in among and edge.after not in parents:
                parents[edge.after] = node
                waiting.append(edge.after)
    return parents


def _way_back(parents: dict[Node, Node | None], node: Node) -> list[Node]:
    way = [node]
    while (parent := parents[way[-1]]) is not None:
        way.append(parent)
    return way[::-1]


def _fair_loops(graph: Graph[S], among: set[Node]) -> Iterator[set[Node]]:
    """Yield sets of nodes that a fair path can go round in, standing still included."""
    waiting = [among]
    while waiting:
        for component in _components(graph, waiting.pop()):
            missed = _missed(graph, component)
            if not missed:
                yield component
            elif all(duty.fair.strong for duty in missed):
                # fair only where none of those is possible
                never = {n for n in component if not graph.possible[n] & missed}
                waiting.append(never)


def _missed(graph: Graph[S], component: set[Node]) -> set[Duty]:
    """Return the duties that going round in this component does not do justice to."""
    possible = [graph.possible[node] for node in component]
    strong = {duty for duties in possible for duty in duties if duty.fair.strong}
    due = frozenset.intersection(*possible) | strong
    done = {
        duty
        for node in component
        for edge in graph.edges[node]
        if edge.after in component
        for duty in graph.duties(edge.action)
    }
    return set(due) - done


def _components(graph: Graph[S], among: set[Node]) -> Iterator[set[Node]]:
    """Yield the strongly connected components of these nodes.

    Kosaraju: walk forwards and note when nodes are left for good, then backwards from
    the last one left; what is reached and not yet taken belongs together.
    """
    back: dict[Node, list[Node]] = {node: [] for node in among}
    for node in among:
        for edge in graph.edges[node]:
            if edge.after in among:
                back[edge.after].append(node)
    taken: set[Node] = set()
    for last in reversed(list(_left(graph, among))):
        if last not in taken:
            component, waiting = {last}, [last]
            while waiting:
                new = set(back[waiting.pop()]) - taken - component
                component |= new
                waiting += new
            taken |= component
            yield component


def _left(graph: Graph[S], among: set[Node]) -> Iterator[Node]:
    """Yield the nodes in the order in which a walk in depth leaves them."""
    entered: set[Node] = set()
    for root in sorted(among):
        path = [] if root in entered else [(root, iter(graph.edges[root]))]
        entered.add(root)
        while path:
            node, edges = path[-1]
            for edge in edges:
                if edge.after in among and edge.after not in entered:
                    entered.add(edge.after)
                    path.append((edge.after, iter(graph.edges[edge.after])))
                    break
            else:
                path.pop()
                yield node


def _lasso(
    graph: Graph[S], promise: Liveness[S], way: Sequence[Node], loop: set[Node]
) -> Violation[S]:
    """Return the counterexample: to the start of `way`, along it, round the loop."""
    everywhere = set(range(len(graph.states)))
    before = _way_back(_reached(graph, range(graph.starts), everywhere), way[0])
    path = [*before, *way[1:]]
    steps = [Step(None, graph.states[path[0]])]
    steps += [_step(graph, *pair) for pair in pairwise(path)]
    around = _around(graph, path[-1], loop)
    again = len(steps) - 1
    return Violation(promise.name, promise.source, (*steps, *around), again)


def _step(graph: Graph[S], before: Node, after: Node) -> Step[S]:
    edges = graph.edges[before]
    action = next(edge.action for edge in edges if edge.after == after)
    return Step(action, graph.states[after])


def _around(graph: Graph[S], start: Node, loop: set[Node]) -> list[Step[S]]:
    """Return steps from `start` back to it that do justice to every duty."""
    steps: list[Step[S]] = []
    here = start
    for duty in sorted(_duties_in(graph, loop), key=repr):
        goal = _witness(graph, duty, loop)
        if goal is not None:
            there, edge = goal
            steps += _through(graph, here, there, loop)
            here = there
            if edge is not None:
                steps.append(Step(edge.action, graph.states[edge.after]))
                here = edge.after
    return steps + _through(graph, here, start, loop)


def _duties_in(graph: Graph[S], loop: set[Node]) -> frozenset[Duty]:
    return frozenset.union(*(graph.possible[node] for node in loop))


def _witness(
    graph: Graph[S], duty: Duty, loop: set[Node]
) -> tuple[Node, Edge | None] | None:
    """Return where the loop does justice to a duty: a node, and a step from there."""
    for node in sorted(loop):
        if not duty.fair.strong and duty not in graph.possible[node]:
            return node, None
        for edge in graph.edges[node]:
            if edge.after in loop and duty in graph.duties(edge.action):
                return node, edge
    return None


def _through(
    graph: Graph[S], here: Node, there: Node, loop: set[Node]
) -> list[Step[S]]:
    way = _way_back(_reached(graph, [here], loop), there)
    return [_step(graph, *pair) for pair in pairwise(way)]
