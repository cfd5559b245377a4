"""Who is who does not count in replication: what is left out has the same future."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

import pytest
from logion_model.kernel import Search, Spec, Violation, explore, explore_hashed
from logion_model.replication import (
    base,
    kip_101,
    kip_279,
    kip_320,
    kip_320_first_try,
    truncate_to_high_watermark,
)
from logion_model.replication.base import Rules, Scope, State
from logion_model.replication.symmetry import alike, renamed, symmetric

VARIANTS = (
    truncate_to_high_watermark.RULES,
    kip_101.RULES,
    kip_279.RULES,
    kip_320_first_try.RULES,
    kip_320.RULES,
)


def whole(spec: Spec[State]) -> list[State]:
    search = Search.begun(spec, (), to_the_end=True)
    search.run()
    return list(search.parents)


@pytest.mark.parametrize(
    ("rules", "scope"),
    [
        *((rules, Scope(2, 2, 2, 1)) for rules in VARIANTS),
        (kip_320.RULES, Scope(3, 2, 2, 0)),
    ],
    ids=lambda it: getattr(it, "name", None) or str(it),
)
def test_renamed_replicas_have_the_same_steps_and_keep_the_same_promises(
    rules: Rules, scope: Scope
) -> None:
    spec = base.specification(rules, scope)
    for state in whole(spec):
        steps = sorted((action.name, repr(after)) for action, after in spec.next(state))
        for order in permutations(range(scope.replicas)):
            other = renamed(state, order)
            back = sorted(range(scope.replicas), key=order.__getitem__)
            returned = [
                (action.name, repr(renamed(after, back)))
                for action, after in spec.next(other)
            ]
            assert sorted(returned) == steps
            for it in (*spec.invariants, *spec.sometimes):
                assert it.holds(other) == it.holds(state)


@pytest.mark.parametrize("scope", [Scope(2, 2, 2, 1), Scope(3, 2, 2, 0)], ids=str)
def test_states_that_differ_in_who_is_who_and_no_others_count_as_one(
    scope: Scope,
) -> None:
    states = whole(base.specification(kip_320.RULES, scope))
    orders = list(permutations(range(scope.replicas)))
    found: dict[State, frozenset[State]] = {}
    for state in states:
        if state not in found:
            same = [renamed(state, order) for order in orders]
            found |= dict.fromkeys(same, frozenset(same))
    for state in states:
        assert found[state] >= set(alike(state))
        (stands_for_all,) = {frozenset(alike(other)) for other in found[state]}
        assert stands_for_all == set(alike(state))
    spec = symmetric(base.specification(kip_320.RULES, scope), "symmetric")
    assert explore(spec).distinct == len(set(found.values()))


@pytest.mark.parametrize("rules", VARIANTS, ids=lambda it: it.name)
def test_what_breaks_and_after_how_many_states_is_the_same_as_of_all_worlds(
    rules: Rules,
) -> None:
    spec = base.specification(rules, Scope(2, 2, 2, 2))
    every = explore(spec, to_the_end=True)
    for search in (explore, explore_hashed):
        fewer = search(symmetric(spec, "symmetric"), to_the_end=True)
        assert fewer.distinct <= every.distinct / 2 + 50
        assert (fewer.depth, fewer.verdict) == (every.depth, every.verdict)
        assert lengths(fewer.violations) == lengths(every.violations)


def lengths(violations: Iterable[Violation[State]]) -> dict[str, int]:
    return {it.broken: it.length for it in violations}


def test_more_replicas_than_can_be_exchanged_in_a_moment_are_refused() -> None:
    spec = base.specification(kip_320.RULES, Scope(6, 1, 1, 0))
    with pytest.raises(ValueError, match="symmetric: 6 replicas, at most 5"):
        symmetric(spec, "symmetric")
