"""A second checker, too plain to be wrong in the same way, on thousands of models."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import pytest
from logion_model.kernel import DEADLOCK, Action, Property, Spec, explore

MODELS_EACH = 500
"""Models of one test; there are eight tests."""

Steps = dict[int, tuple[int, ...]]


class World(NamedTuple):
    """A random model: nodes below 16, told apart by what is left of them modulo 8."""

    steps: Steps
    initial: tuple[int, ...]
    within: frozenset[int]
    bad: frozenset[int]
    may_stop: bool
    is_blurred: bool
    """Whether nodes that are equal modulo 8 count as one (and then lead on alike)."""

    def look(self, node: int) -> int:
        """Return what a node is known by."""
        return node % 8 if self.is_blurred else node

    @property
    def spec(self) -> Spec[int]:
        """Return it as a specification."""

        def next_steps(node: int) -> Iterator[tuple[Action, int]]:
            for after in self.steps[self.look(node)]:
                yield Action("go", (after,)), after

        return Spec(
            name="world",
            initial=self.initial,
            next=next_steps,
            actions=("go",),
            invariants=(Property("good", lambda n: self.look(n) not in self.bad, ""),),
            may_stop=lambda _: self.may_stop,
            within=lambda node: self.look(node) in self.within,
            view=self.look if self.is_blurred else None,
        )


def world(chance: Random) -> World:
    """Return a random model."""
    return World(
        steps={
            node: tuple(chance.choices(range(16), k=chance.choice((0, 1, 1, 2, 3))))
            for node in range(16)
        },
        initial=tuple(chance.sample(range(16), chance.choice((1, 1, 2)))),
        within=frozenset(chance.sample(range(16), chance.choice((8, 14, 16)))),
        bad=frozenset(chance.sample(range(16), chance.choice((0, 1, 2)))),
        may_stop=chance.random() < 0.5,
        is_blurred=chance.random() < 0.5,
    )


def distances(it: World) -> dict[int, int]:
    """Return how many states a shortest way to each node has, by trying long enough."""
    found = {it.look(node): 1 for node in it.initial if it.look(node) in it.within}
    for _ in range(16):
        for node, length in list(found.items()):
            for after in map(it.look, it.steps[node]):
                if after in it.within and length + 1 < found.get(after, 99):
                    found[after] = length + 1
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_naive_checker_agrees_on_counts_depths_and_lengths(seed: int) -> None:
    chance = Random(seed)
    for _ in range(MODELS_EACH):
        it = world(chance)
        known = distances(it)
        report = explore(it.spec, to_the_end=True)
        assert report.distinct == len(known)
        assert report.depth == max(known.values(), default=0)
        wrong = [length for node, length in known.items() if node in it.bad]
        stuck = [length for node, length in known.items() if not it.steps[node]]
        expected = {"good": min(wrong)} if wrong else {}
        if stuck and not it.may_stop:
            expected[DEADLOCK.name] = min(stuck)
        assert {found.broken: found.length for found in report.violations} == expected
