from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from logion_model.kernel import Search, explore, explore_packed
from logion_model.replication import (
    base,
    kip_101,
    kip_279,
    kip_320,
    kip_320_first_try,
    truncate_to_high_watermark,
)
from logion_model.replication.base import Rules, Scope, State
from logion_model.replication.packed import PackedReplication

VARIANTS = (
    truncate_to_high_watermark.RULES,
    kip_101.RULES,
    kip_279.RULES,
    kip_320_first_try.RULES,
    kip_320.RULES,
)
SCOPES = (Scope(2, 2, 2, 1), Scope(3, 2, 2, 0), Scope(1, 2, 2, 1))

variants = pytest.mark.parametrize("rules", VARIANTS, ids=lambda rules: rules.name)


def batches_of(
    packed: PackedReplication, states: Iterable[State]
) -> dict[int, tuple[list[int], set[str]]]:
    """Return what follows each state, and what it breaks, all found at once."""
    batches = packed.batches()
    assert batches is not None
    numbers = [packed.pack(state) for state in states]
    after, origins, broken = batches.expand(np.array(numbers, np.uint64))
    found: list[tuple[list[int], set[str]]] = [([], set()) for _ in numbers]
    for place, new in zip(origins.tolist(), after.tolist(), strict=True):
        found[place][0].append(new)
    for name, places in broken.items():
        for place in places.tolist():
            found[place][1].add(name)
    sorted_found = [(sorted(after), broken) for after, broken in found]
    return dict(zip(numbers, sorted_found, strict=True))


@variants
@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_each_state_has_the_same_successors_and_breaks_the_same_promises(
    rules: Rules, scope: Scope
) -> None:
    search = Search.begun(base.specification(rules, scope), (), to_the_end=True)
    search.run()
    packed = PackedReplication(rules, scope)
    at_once = batches_of(packed, search.parents)
    for state in search.parents:
        number = packed.pack(state)
        assert packed.unpack(number) == state
        after, broken = packed.expand(number)
        assert (sorted(after), set(broken)) == at_once[number]
        successors = [it for _, it in base.next_steps(rules, scope, state)]
        assert sorted(map(repr, map(packed.unpack, after))) == sorted(
            map(repr, successors)
        )
        assert set(broken) == {it.name for it in base.INVARIANTS if not it.holds(state)}


def one_by_one(rules: Rules, scope: Scope) -> PackedReplication:
    """Return a variant of replication as it is without numpy."""
    packed = PackedReplication(rules, scope)
    packed.batches = lambda: None  # type: ignore[method-assign]
    return packed


ways = pytest.mark.parametrize(
    "packed_for", [PackedReplication, one_by_one], ids=["arrays", "one by one"]
)
"""With numpy, and without."""

PackedFor = Callable[[Rules, Scope], PackedReplication]


@pytest.mark.world
@ways
@variants
@pytest.mark.parametrize("to_the_end", [True, False])
def test_the_fast_search_reports_what_the_readable_one_reports(
    rules: Rules, to_the_end: bool, packed_for: PackedFor
) -> None:
    scope = Scope(2, 2, 2, 2)
    readable = explore(base.specification(rules, scope), to_the_end=to_the_end)
    fast = explore_packed(packed_for(rules, scope), to_the_end=to_the_end)
    assert fast.verdict == readable.verdict
    assert fast.depth == readable.depth
    assert lengths(fast) == lengths(readable)
    if readable.complete:
        assert fast.distinct == readable.distinct
        assert fast.generated == readable.generated


def lengths(report: object) -> dict[str, int]:
    return {it.broken: it.length for it in report.violations}  # type: ignore[attr-defined]


@ways
def test_a_counterexample_of_the_fast_search_is_one_of_the_readable_rules(
    packed_for: PackedFor,
) -> None:
    scope = Scope(2, 2, 2, 1)
    rules = truncate_to_high_watermark.RULES
    report = explore_packed(packed_for(rules, scope), invariants=["weak-isr"])
    assert report.violation is not None
    assert report.violation.length == 9
    states = [step.state for step in report.violation.steps]
    for before, step in zip(states, report.violation.steps[1:], strict=False):
        assert (step.action, step.state) in base.next_steps(rules, scope, before)
    assert not base.weak_isr(states[-1])


def test_the_fast_search_stops_when_it_is_told_to() -> None:
    packed = PackedReplication(kip_320.RULES, Scope(2, 2, 2, 1))
    report = explore_packed(packed, watch=lambda progress: progress.depth < 5)
    assert report.depth == 5
    assert report.verdict == "bounded"


def test_a_scope_with_more_replica_states_than_fit_is_refused() -> None:
    packed = PackedReplication(kip_320.RULES, Scope(2, 2, 2, 1))
    beliefs = packed.layout.beliefs[0].known
    assert beliefs.bits > 3
    beliefs.bits = 3
    with pytest.raises(ValueError, match="too large a scope for the fast search"):
        explore_packed(packed)


def test_numbers_that_do_not_fit_64_bits_are_gone_on_from_one_by_one() -> None:
    packed = PackedReplication(kip_320.RULES, Scope(4, 1, 1, 2))
    assert packed.batches() is None
    small = explore_packed(packed, watch=lambda progress: progress.depth < 4)
    readable = Search.begun(packed.spec, (), to_the_end=True)
    assert small.distinct == sum(size_of_levels(readable, 5))


def size_of_levels(search: Search[State], depth: int) -> list[int]:
    search.run(depth_max=depth)
    return search.sizes


def test_without_numpy_the_fast_search_goes_on_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scope = Scope(2, 2, 2, 1)
    assert PackedReplication(kip_320.RULES, scope).batches() is not None
    monkeypatch.setattr("logion_model.replication.packed.find_spec", lambda _: None)
    assert PackedReplication(kip_320.RULES, scope).batches() is None
