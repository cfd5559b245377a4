"""A leader that waits for its ISR commits what the model says, and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from logion.names import BrokerId
from logion.replica import isr as in_sync
from logion.replica import leader as leading
from logion.replica.leader import Leader
from logion_harness.isr_refinement import IsrRefinement, World, leader_of, with_leader
from logion_model.async_isr import Scope, State, Versioned
from logion_model.kernel import explore

PAIR = Scope(replicas=2, offset=2, version=3)

STEPS, COMMITS = "steps are the model's", "commits what the model does"

BOTH = frozenset({BrokerId(0), BrokerId(1)})


@pytest.mark.parametrize("scope", [PAIR, Scope(3, 2, 2)], ids=str)
def test_each_step_of_a_leader_that_asks_for_its_isr_is_the_models(
    scope: Scope,
) -> None:
    found = explore(IsrRefinement(scope).specification())
    assert found.violation is None, str(found.violation)
    assert found.complete
    assert found.never_taken == ()


def test_a_leader_of_the_code_is_the_leader_of_the_model() -> None:
    known = Versioned(frozenset({0}), 2)
    state = State(Versioned(BOTH, 3), known, (2, 1), frozenset({0, 1}), is_waiting=True)
    world = World(state, 1)
    leader = leader_of(world)
    assert (leader.isr, leader.partition_epoch, leader.proposed) == ({0}, 2, BOTH)
    assert with_leader(world, leader) == world


Plant = Callable[[pytest.MonkeyPatch], None]


def the_proposed_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """The leader does not know whom it has proposed."""
    patch.setattr(leading, "on_isr_proposed", lambda leader, _: leader)


def an_older_isr_is_taken(patch: pytest.MonkeyPatch) -> None:
    """Versions are not compared."""
    change = leading.on_isr_changed

    def planted(leader: Leader, isr: frozenset[BrokerId], version: int) -> Leader:
        return change(replace(leader, partition_epoch=-1), isr, version)

    patch.setattr(leading, "on_isr_changed", planted)


def proposals_outlive_their_version(patch: pytest.MonkeyPatch) -> None:
    """Those who were proposed count for ever."""
    change = leading.on_isr_changed

    def planted(leader: Leader, isr: frozenset[BrokerId], version: int) -> Leader:
        return replace(change(leader, isr, version), proposed=leader.proposed)

    patch.setattr(leading, "on_isr_changed", planted)


def whoever_lacks_a_record_may_join(patch: pytest.MonkeyPatch) -> None:
    """A follower joins before it has reached the high watermark."""
    patch.setattr(in_sync, "may_join", lambda *_: True)


def the_high_watermark_waits_for_none_proposed(patch: pytest.MonkeyPatch) -> None:
    """Who was proposed is remembered, and not counted."""
    rule = leading._with

    def planted(leader: Leader, ends: Mapping[BrokerId, int]) -> Leader:
        alone = rule(replace(leader, proposed=frozenset()), ends)
        return replace(alone, proposed=leader.proposed)

    patch.setattr(leading, "_with", planted)


@pytest.mark.parametrize(
    ("plant", "judged"),
    [
        (the_proposed_are_forgotten, STEPS),
        (the_high_watermark_waits_for_none_proposed, COMMITS),
        (an_older_isr_is_taken, STEPS),
        (proposals_outlive_their_version, STEPS),
        (whoever_lacks_a_record_may_join, STEPS),
    ],
)
def test_a_planted_bug_is_caught(
    plant: Plant, judged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    code = IsrRefinement(PAIR).specification()
    assert explore(code, invariants=[judged]).violation is not None
