"""Leaders and followers of the code do what the replication model does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import pytest
from logion.log.epochs import EpochEnd, Epochs, EpochStart
from logion.names import BrokerId, LeaderEpoch
from logion.replica import follower as following
from logion.replica import isr as in_sync
from logion.replica import leader as code
from logion.replica.follower import Follower
from logion.replica.leader import Leader
from logion.replica.rules import (
    KAFKA_0_8,
    KIP_101,
    KIP_279,
    KIP_320,
    KIP_595,
    ReplicationRules,
)
from logion_harness import replica_refinement
from logion_harness.replica_refinement import ReplicaRefinement
from logion_harness.replica_world import (
    Seeking,
    World,
    first_world,
    follower_of,
    leader_of,
    settled,
    waiting,
    with_leader,
    written,
)
from logion_model.kernel import Violation, explore
from logion_model.replication import (
    kip_101,
    kip_279,
    kip_320,
    truncate_to_high_watermark,
)
from logion_model.replication.base import (
    ACTIONS,
    Assignment,
    Entry,
    Replica,
    Rules,
    Scope,
    State,
    specification,
)

from tests.effort import usually

PAIR = Scope(replicas=2, log_size=2, records=2, epochs=1)
"""Two replicas and two terms."""

LONG = Scope(replicas=2, log_size=3, records=3, epochs=1)
"""As many records as make a code step six of the model."""

TRIO = Scope(replicas=3, log_size=2, records=2, epochs=0)
"""Three replicas in one term."""

TERMS = Scope(replicas=2, log_size=2, records=2, epochs=2)
"""Three terms."""

AGAIN = Scope(replicas=2, log_size=2, records=2, epochs=3)
"""As many terms as make a follower ask twice."""

TWO_TERMS = Scope(replicas=3, log_size=1, records=1, epochs=1)
"""Three replicas, one of which may have left for another leader."""

STEPS = "steps are the model's"
HEARS = "fetches are heard"
COMMITS = "commits what it knows"


def within_its_log(state: State, leader: int, follower: int) -> int:
    """Return KIP-101's truncation point, or where the follower's log ends if before.

    The specification that was published lets such a follower stay away.
    """
    point = kip_101.truncation_point(state, leader, follower)
    return min(point, state.replicas[follower].end_offset)


def trusting(rules: Rules) -> Rules:
    """Return rules by which a follower truncates nothing for the leader it had."""
    return replace(rules, trusts_same_leader=True)


NEWEST = (kip_320.AS_IN_BROKERS, KIP_595)
MODERN = (kip_320.AS_IN_BROKERS, KIP_320)
OLDER = (kip_279.RULES, KIP_279)
OLD = (trusting(replace(kip_101.RULES, truncation_point=within_its_log)), KIP_101)
OLDEST = (trusting(truncate_to_high_watermark.RULES), KAFKA_0_8)

Variant = tuple[Rules, ReplicationRules]
"""The model's rules, and those of the code."""


def broken(
    variant: Variant, scope: Scope, *promises: str, drops_unheard: bool = False
) -> Violation[World] | None:
    code_steps = ReplicaRefinement(*variant, scope, drops_unheard).specification()
    return explore(code_steps, invariants=promises).violation


@pytest.mark.world
@pytest.mark.parametrize(
    ("scope", "longest"),
    [(PAIR, 4), (LONG, 6), (TRIO, 3), (TERMS, 4), (AGAIN, 4)],
    ids=str,
)
@pytest.mark.parametrize("variant", [NEWEST, MODERN], ids=["by fetch", "by question"])
def test_each_step_of_a_replica_is_a_bounded_sequence_of_steps_of_the_model(
    variant: Variant, scope: Scope, longest: int
) -> None:
    refinement = ReplicaRefinement(*variant, scope)
    found = explore(refinement.specification())
    assert found.violation is None, str(found.violation)
    assert found.complete
    assert set(found.never_taken) == (set() if scope.epochs else {"on_answer"})
    assert set(refinement.taken) == set(ACTIONS)
    assert refinement.longest == longest


@pytest.mark.world
@pytest.mark.parametrize("scope", [PAIR, TRIO], ids=str)
@pytest.mark.parametrize("variant", [OLDER, OLD, OLDEST], ids=lambda it: it[0].name)
def test_the_code_with_old_rules_refines_the_old_models_too(
    variant: Variant, scope: Scope
) -> None:
    assert broken(variant, scope, STEPS, COMMITS) is None


UNTRUSTING = (
    truncate_to_high_watermark.RULES,
    replace(KAFKA_0_8, trusts_same_leader=False),
)

SAME_LEADER = (
    trusting(kip_320.AS_IN_BROKERS),
    replace(KIP_320, trusts_same_leader=True),
)


class Flaw(NamedTuple):
    """What old rules break, and the length of a shortest way there."""

    variant: Variant
    scope: Scope
    promise: str
    by_code: int
    by_model: int


FLAWS = (
    Flaw(UNTRUSTING, PAIR, "weak-isr", 9, 9),
    Flaw(UNTRUSTING, PAIR, "strong-isr", 11, 10),
    Flaw(OLD, TERMS, "weak-isr", 13, 12),
    Flaw(OLD, TERMS, "strong-isr", 13, 12),
    Flaw(OLDER, Scope(3, 1, 1, 2), "weak-isr", 11, 11),
    Flaw(SAME_LEADER, Scope(3, 1, 2, 2), "weak-isr", 16, 15),
)


@pytest.mark.world
@pytest.mark.parametrize("flaw", usually(FLAWS, lambda it: it.scope.replicas == 2))
def test_the_code_shows_the_flaws_of_old_rules_about_as_soon_as_the_model_does(
    flaw: Flaw,
) -> None:
    """A follower is told and answered in two steps, the model needs one for both."""
    variant, scope, promise, *lengths = flaw
    shown = broken(variant, scope, promise)
    modelled = explore(specification(variant[0], scope), invariants=[promise]).violation
    assert shown is not None
    assert modelled is not None
    assert [shown.length, modelled.length] == lengths


@pytest.mark.world
def test_leaders_of_no_epoch_do_not_know_what_the_published_kip_279_compares() -> None:
    """A difference: there two logs are compared whole, whoever has been told what.

    Replica 1 follows 0 in epoch 2, which does not know that yet: nothing it knows is of
    epoch 1, so 1 goes by its high watermark, and drops what was committed.
    """
    assert explore(specification(kip_279.RULES, TERMS)).violation is None
    found = broken(OLDER, TERMS, "weak-isr")
    assert found is not None
    actions = [str(step.action) for step in found.steps[1:]]
    assert actions[-3:] == [
        "on_elected(1, 1)",
        "on_leader_changed(1, 0, 2)",
        "on_answer(1, 0)",
    ]


@pytest.mark.world
@pytest.mark.parametrize("variant", [NEWEST, MODERN], ids=["by fetch", "by question"])
def test_a_leader_goes_by_what_a_follower_told_it_before_it_left(
    variant: Variant,
) -> None:
    """A difference: the model looks at the follower's log of this moment."""
    found = broken(variant, TWO_TERMS, STEPS)
    assert found is not None
    actions = [str(step.action) for step in found.steps[1:]]
    assert actions[-3:] == [
        "on_elected(1, 1)",
        "on_fetch(2, 0, 1)",
        "on_fetch(2, 0, 1)",
    ]


@pytest.mark.world
@pytest.mark.parametrize("scope", [PAIR, TWO_TERMS], ids=str)
@pytest.mark.parametrize("variant", [NEWEST, MODERN], ids=["by fetch", "by question"])
def test_no_committed_record_is_lost_by_what_a_leader_was_told_earlier(
    variant: Variant, scope: Scope
) -> None:
    promises = ("weak-isr", "strong-isr", "leader-in-isr", COMMITS)
    assert broken(variant, scope, *promises, drops_unheard=True) is None


BOTH = frozenset({0, 1})


def started(scope: Scope = PAIR) -> World:
    return first_world(specification(kip_320.RULES, scope).initial[0])


def test_a_leader_of_the_code_is_a_leading_replica_of_the_model() -> None:
    isr = frozenset({BrokerId(0), BrokerId(1)})
    known = {BrokerId(0): 2, BrokerId(1): 1}
    leader = Leader(BrokerId(0), LeaderEpoch(1), isr, known, 1, 1, partition_epoch=0)
    asked = waiting(started(), 0, Seeking(Assignment(1, 0, BOTH), None))
    world = with_leader(asked, leader)
    expected = Replica(log=(), high_watermark=1, epoch=1, leader=0, isr=isr)
    assert world.state.replicas == (expected, Replica())
    assert world.seeking == (None, None)
    assert leader_of(world, 0) == leader
    assert leader_of(world, 1) is None


def test_a_follower_is_to_the_model_what_it_was_until_it_copies() -> None:
    led = with_leader(
        started(), Leader(BrokerId(1), LeaderEpoch(0), frozenset(), {}, 0, 0, 0)
    )
    led = written(led, 1, 2)
    told = Assignment(0, 1, BOTH)
    asking = waiting(led, 1, Seeking(told, 0))
    assert asking.state == led.state
    follower = follower_of(asking, 1)
    assert follower == Follower(
        BrokerId(0), LeaderEpoch(1), (EpochStart(0, 0),), 0, 2, 0, asked=0
    )
    cut = settled(asking, 1, told, following.on_epoch_end(follower, EpochEnd(0, 1)))
    replica = cut.state.replicas[1]
    assert replica == Replica((Entry(0, 0),), 0, epoch=1, leader=0, isr=BOTH)
    assert (leader_of(cut, 1), follower_of(cut, 1).asked) == (None, None)


Plant = Callable[[pytest.MonkeyPatch], None]
Isr = frozenset[BrokerId]
Ends = Mapping[BrokerId, int]


def plant(patch: pytest.MonkeyPatch, rule: Callable[[Leader, Isr, Ends], int]) -> None:
    """Let the high watermark be what `rule` says."""

    def planted(leader: Leader, ends: Ends) -> Leader:
        high_watermark = rule(leader, leader.isr, ends)
        return replace(leader, end_offsets=ends, high_watermark=high_watermark)

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
    patch.setattr(code, "on_isr_changed", lambda leader, *_: leader)


def orders_are_taken_again(patch: pytest.MonkeyPatch) -> None:
    """An order that is no newer than what is known is followed."""
    patch.setattr(replica_refinement, "is_newer", lambda told, known: told >= known)


def any_epoch_is_answered(patch: pytest.MonkeyPatch) -> None:
    """Leaders do not look at the epoch that a follower names."""
    patch.setattr(code, "fault_of_epoch", lambda *_: None)


def nothing_is_truncated(patch: pytest.MonkeyPatch) -> None:
    """A follower copies on from where it ends."""
    patch.setattr(following, "_truncated", lambda it, _: replace(it, asked=None))


def everything_is_truncated(patch: pytest.MonkeyPatch) -> None:
    """A follower begins anew."""
    truncate = following._truncated
    patch.setattr(following, "_truncated", lambda it, _: truncate(it, 0))


def the_high_watermark_is_truncated_to(patch: pytest.MonkeyPatch) -> None:
    """A follower goes by its high watermark, as of old."""
    truncate = following._truncated
    patch.setattr(
        following, "_truncated", lambda it, _: truncate(it, it.high_watermark)
    )


def the_leaders_end_is_enough(patch: pytest.MonkeyPatch) -> None:
    """A follower does not look where the leader's epoch ends in its own log."""
    truncate = following._truncated
    patch.setattr(
        following, "on_epoch_end", lambda it, end: truncate(it, max(end.end_offset, 0))
    )


def the_own_end_is_enough(patch: pytest.MonkeyPatch) -> None:
    """A follower does not look where its epoch ends in the leader's log."""
    answer = following.on_epoch_end
    patch.setattr(
        following,
        "on_epoch_end",
        lambda it, end: answer(it, EpochEnd(end.epoch, it.end_offset)),
    )


def nothing_is_asked_again(patch: pytest.MonkeyPatch) -> None:
    """A follower without the leader's epoch ends where its own one before that does."""
    answer = following.on_epoch_end

    def planted(it: Follower, end: EpochEnd) -> Follower:
        again = answer(it, end)
        return again if again.asked is None else following.on_agreed(again)

    patch.setattr(following, "on_epoch_end", planted)


def the_high_watermark_is_past_the_log(patch: pytest.MonkeyPatch) -> None:
    """A follower takes its leader's high watermark as it is."""
    fetched = following.on_fetched

    def planted(it: Follower, epochs: Epochs, end: int, committed: int) -> Follower:
        after = fetched(it, epochs, end, committed)
        return replace(after, high_watermark=committed)

    patch.setattr(following, "on_fetched", planted)


def whoever_has_everything_leaves(patch: pytest.MonkeyPatch) -> None:
    """A follower that was late leaves the ISR although it lacks nothing."""
    patch.setattr(in_sync, "lags", lambda *_: True)


def whoever_fetches_may_join(patch: pytest.MonkeyPatch) -> None:
    """A follower joins the ISR before it has what is committed."""
    patch.setattr(
        in_sync, "may_join", lambda _, leader, follower: follower in leader.end_offsets
    )


def the_epoch_start_does_not_matter(patch: pytest.MonkeyPatch) -> None:
    """A follower joins once it has what the leader knows to be committed."""
    join = in_sync.may_join
    patch.setattr(
        in_sync, "may_join", lambda _, leader, follower: join(KIP_101, leader, follower)
    )


PLANTED = (
    (one_replica_is_enough, STEPS, PAIR),
    (every_replica_counts, COMMITS, PAIR),
    (the_leader_alone_counts, STEPS, PAIR),
    (unheard_members_do_not_count, STEPS, PAIR),
    (the_high_watermark_goes_back, STEPS, PAIR),
    (the_last_record_waits, COMMITS, PAIR),
    (appends_go_unnoticed, COMMITS, PAIR),
    (fetches_go_unnoticed, HEARS, PAIR),
    (the_isr_stays_as_it_was, STEPS, PAIR),
    (orders_are_taken_again, STEPS, PAIR),
    (any_epoch_is_answered, STEPS, TERMS),
    (nothing_is_truncated, STEPS, PAIR),
    (everything_is_truncated, STEPS, PAIR),
    (the_high_watermark_is_truncated_to, STEPS, PAIR),
    (the_leaders_end_is_enough, STEPS, TERMS),
    (the_own_end_is_enough, STEPS, TERMS),
    (nothing_is_asked_again, STEPS, AGAIN),
    (the_high_watermark_is_past_the_log, STEPS, PAIR),
    (whoever_has_everything_leaves, STEPS, PAIR),
    (whoever_fetches_may_join, STEPS, PAIR),
    (the_epoch_start_does_not_matter, "strong-isr", TWO_TERMS),
)


@pytest.mark.parametrize(("plant", "judged", "scope"), PLANTED)
@pytest.mark.parametrize("variant", [NEWEST, MODERN], ids=["by fetch", "by question"])
def test_a_planted_bug_is_caught(
    variant: Variant,
    plant: Plant,
    judged: str,
    scope: Scope,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch)
    assert broken(variant, scope, judged)
