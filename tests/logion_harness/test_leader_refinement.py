from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from logion.names import BrokerId, LeaderEpoch
from logion.replica import leader as code
from logion.replica.leader import Leader
from logion_harness.leader_refinement import (
    LeaderRefinement,
    World,
    fetched,
    leader_of,
    with_leader,
    written,
)
from logion_model.kernel import Violation, explore
from logion_model.replication import kip_101, kip_320, truncate_to_high_watermark
from logion_model.replication.base import ACTIONS, Replica, Rules, Scope, specification

PAIR = Scope(replicas=2, log_size=2, records=2, epochs=1)
"""Two replicas and two terms."""

LONG = Scope(replicas=2, log_size=3, records=3, epochs=1)
"""As many records as make a code step six of the model."""

TRIO = Scope(replicas=3, log_size=2, records=2, epochs=0)
"""Three replicas in one term."""

TWO_TERMS = Scope(replicas=3, log_size=1, records=1, epochs=1)
"""Three replicas, one of which may have left for another leader."""

STEPS = "steps are the model's"
COMMITS = "commits what it knows"


def broken(rules: Rules, scope: Scope, *promises: str) -> Violation[World] | None:
    code_steps = LeaderRefinement(rules, scope).specification()
    return explore(code_steps, invariants=promises).violation


@pytest.mark.world
@pytest.mark.parametrize("scope", [PAIR, LONG, TRIO], ids=str)
def test_each_step_of_a_leader_is_a_bounded_sequence_of_steps_of_the_model(
    scope: Scope,
) -> None:
    refinement = LeaderRefinement(kip_320.RULES, scope)
    found = explore(refinement.specification())
    assert found.violation is None, str(found.violation)
    assert found.complete
    assert found.never_taken == ()
    assert set(refinement.taken) == set(ACTIONS)
    assert refinement.longest == 2 * scope.log_size


@pytest.mark.parametrize("scope", [PAIR, TRIO], ids=str)
def test_the_same_leader_refines_the_oldest_rules_too(scope: Scope) -> None:
    rules = truncate_to_high_watermark.RULES
    assert broken(rules, scope, STEPS, COMMITS) is None


@pytest.mark.world
@pytest.mark.parametrize(
    ("rules", "epochs", "promise", "length"),
    [
        (truncate_to_high_watermark.RULES, 1, "weak-isr", 9),
        (truncate_to_high_watermark.RULES, 1, "strong-isr", 10),
        (kip_101.RULES, 2, "weak-isr", 12),
        (kip_101.RULES, 2, "strong-isr", 12),
    ],
)
def test_the_code_shows_the_flaws_of_old_rules_as_soon_as_the_model_does(
    rules: Rules, epochs: int, promise: str, length: int
) -> None:
    scope = PAIR._replace(epochs=epochs)
    by_code = broken(rules, scope, promise)
    by_model = explore(specification(rules, scope), invariants=[promise]).violation
    assert by_code is not None
    assert by_model is not None
    assert by_code.length == by_model.length == length


@pytest.mark.world
def test_a_leader_goes_by_what_a_follower_told_it_before_it_left() -> None:
    """The one difference: the model looks at the follower's log of this moment."""
    found = broken(kip_320.RULES, TWO_TERMS, STEPS)
    assert found is not None
    actions = [str(step.action) for step in found.steps[1:]]
    assert actions[-3:] == [
        "on_elected(1, 1)",
        "on_follower_fetch(2, 0, 1)",
        "on_follower_fetch(2, 0, 0)",
    ]


@pytest.mark.world
def test_no_committed_record_is_lost_by_what_a_leader_was_told_earlier() -> None:
    promises = ("weak-isr", "strong-isr", "leader-in-isr", COMMITS)
    assert broken(kip_320.RULES, TWO_TERMS, *promises) is None


def test_a_leader_of_the_code_is_a_leading_replica_of_the_model() -> None:
    start = specification(kip_320.RULES, PAIR).initial[0]
    isr = frozenset({BrokerId(0), BrokerId(1)})
    known = {BrokerId(0): 2, BrokerId(1): 1}
    leader = Leader(BrokerId(0), LeaderEpoch(1), isr, known, 1)
    world = with_leader(World(start, (None, None)), leader)
    expected = Replica(log=(), high_watermark=1, epoch=1, leader=0, isr=isr)
    assert world.state.replicas == (expected, Replica())
    assert leader_of(world, 0) == leader
    assert leader_of(world, 1) is None


def test_a_fetch_gives_records_and_the_high_watermark_below_them() -> None:
    state = written(specification(kip_320.RULES, LONG).initial[0], 0, 3)
    leader = state.replicas[0]._replace(high_watermark=2)
    state = state._replace(replicas=(leader, Replica()))
    assert fetched(state, 1, 0, 0) == state
    after = fetched(state, 1, 0, 1).replicas[1]
    assert (after.log, after.high_watermark) == (leader.log[:1], 1)
    assert fetched(state, 1, 0, 3).replicas[1].high_watermark == 2


Plant = Callable[[pytest.MonkeyPatch], None]
Isr = frozenset[BrokerId]
Ends = Mapping[BrokerId, int]


def plant(patch: pytest.MonkeyPatch, rule: Callable[[Leader, Isr, Ends], int]) -> None:
    """Let the high watermark be what `rule` says."""

    def planted(leader: Leader, isr: Isr, ends: Ends) -> Leader:
        return Leader(leader.broker, leader.epoch, isr, ends, rule(leader, isr, ends))

    patch.setattr(code, "_with", planted)


def committed(isr: Isr, ends: Ends) -> int:
    return min(ends.get(broker, 0) for broker in isr)


def one_replica_is_enough(patch: pytest.MonkeyPatch) -> None:
    """The largest end offset of the ISR instead of the smallest."""
    plant(patch, lambda _, isr, ends: max(ends.get(broker, 0) for broker in isr))


def every_replica_counts(patch: pytest.MonkeyPatch) -> None:
    """The ISR is not looked at: a replica that was dropped holds commitment up."""
    plant(patch, lambda it, _, ends: max(it.high_watermark, min(ends.values())))


def the_leader_alone_counts(patch: pytest.MonkeyPatch) -> None:
    """What the leader has is committed."""
    plant(patch, lambda it, _, ends: ends[it.broker])


def unheard_members_do_not_count(patch: pytest.MonkeyPatch) -> None:
    """A member of the ISR that has not fetched yet is left out."""

    def heard(leader: Leader, isr: Isr, ends: Ends) -> int:
        return max(leader.high_watermark, min(ends[it] for it in isr if it in ends))

    plant(patch, heard)


def the_high_watermark_goes_back(patch: pytest.MonkeyPatch) -> None:
    """What was committed is not, once a member is behind."""
    plant(patch, lambda _, isr, ends: committed(isr, ends))


def the_last_record_waits(patch: pytest.MonkeyPatch) -> None:
    """Commitment stops one record early."""
    plant(
        patch,
        lambda it, isr, ends: max(it.high_watermark, committed(isr, ends) - 1),
    )


def appends_go_unnoticed(patch: pytest.MonkeyPatch) -> None:
    """The leader's own end offset stays."""
    patch.setattr(code, "on_append", lambda leader, _: leader)


def fetches_go_unnoticed(patch: pytest.MonkeyPatch) -> None:
    """A follower's end offset stays."""
    patch.setattr(code, "on_follower_fetch", lambda leader, *_: leader)


def the_isr_stays_as_it_was(patch: pytest.MonkeyPatch) -> None:
    """A confirmed ISR is not taken over."""
    patch.setattr(code, "on_isr_changed", lambda leader, _: leader)


PLANTED = (
    (one_replica_is_enough, STEPS),
    (every_replica_counts, COMMITS),
    (the_leader_alone_counts, STEPS),
    (unheard_members_do_not_count, STEPS),
    (the_high_watermark_goes_back, STEPS),
    (the_last_record_waits, COMMITS),
    (appends_go_unnoticed, COMMITS),
    (fetches_go_unnoticed, STEPS),
    (the_isr_stays_as_it_was, STEPS),
)


@pytest.mark.parametrize(("plant", "judged"), PLANTED)
def test_a_planted_bug_is_caught(
    plant: Plant, judged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert broken(kip_320.RULES, PAIR, judged)
