from __future__ import annotations

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
from logion_model.replication.base import Rules, Scope
from logion_model.replication.packed import BELIEF_BITS, PackedReplication

VARIANTS = (
    truncate_to_high_watermark.RULES,
    kip_101.RULES,
    kip_279.RULES,
    kip_320_first_try.RULES,
    kip_320.RULES,
)
SCOPES = (Scope(2, 2, 2, 1), Scope(3, 2, 2, 0), Scope(1, 2, 2, 1))

variants = pytest.mark.parametrize("rules", VARIANTS, ids=lambda rules: rules.name)


@variants
@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_each_state_has_the_same_successors_and_breaks_the_same_promises(
    rules: Rules, scope: Scope
) -> None:
    search = Search.begun(base.specification(rules, scope), (), to_the_end=True)
    search.run()
    packed = PackedReplication(rules, scope)
    for state in search.parents:
        number = packed.pack(state)
        assert packed.unpack(number) == state
        after, broken = packed.expand(number)
        successors = [it for _, it in base.next_steps(rules, scope, state)]
        assert sorted(map(repr, map(packed.unpack, after))) == sorted(
            map(repr, successors)
        )
        assert set(broken) == {it.name for it in base.INVARIANTS if not it.holds(state)}


@variants
@pytest.mark.parametrize("to_the_end", [True, False])
def test_the_fast_search_reports_what_the_readable_one_reports(
    rules: Rules, to_the_end: bool
) -> None:
    scope = Scope(2, 2, 2, 2)
    readable = explore(base.specification(rules, scope), to_the_end=to_the_end)
    fast = explore_packed(PackedReplication(rules, scope), to_the_end=to_the_end)
    assert fast.verdict == readable.verdict
    assert fast.depth == readable.depth
    assert lengths(fast) == lengths(readable)
    if readable.complete:
        assert fast.distinct == readable.distinct
        assert fast.generated == readable.generated


def lengths(report: object) -> dict[str, int]:
    return {it.broken: it.length for it in report.violations}  # type: ignore[attr-defined]


def test_a_counterexample_of_the_fast_search_is_one_of_the_readable_rules() -> None:
    scope = Scope(2, 2, 2, 1)
    rules = truncate_to_high_watermark.RULES
    report = explore_packed(PackedReplication(rules, scope), invariants=["weak-isr"])
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


def test_a_scope_with_more_replica_states_than_fit_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = PackedReplication(kip_320.RULES, Scope(2, 2, 2, 1))
    for field in packed._beliefs:
        field.bits = 3
    assert BELIEF_BITS > 3
    with pytest.raises(ValueError, match="too large a scope for the fast search"):
        explore_packed(packed)
