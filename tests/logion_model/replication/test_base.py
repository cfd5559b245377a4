from __future__ import annotations

import pytest
from logion_model.kernel import explore
from logion_model.replication.base import (
    Assignment,
    Entry,
    Replica,
    Scope,
    State,
    advance_high_watermark,
    elect_leader,
    leader_in_isr,
    replicate,
    shrink_isr,
    specification,
    strong_isr,
    weak_isr,
    write,
)
from logion_model.replication.truncate_to_high_watermark import RULES

BOTH = frozenset({0, 1})
SCOPE = Scope(2, 2, 2, 1)
LEADER = Replica(log=(Entry(0, 0),), epoch=0, leader=0, isr=BOTH)
FOLLOWER = Replica(epoch=0, leader=0, isr=BOTH)
QUORUM = Assignment(0, 0, BOTH)


def world(*replicas: Replica, quorum: Assignment = QUORUM) -> State:
    """Return a state after one election and one write."""
    return State(replicas, 1, 1, (quorum,), quorum)


def test_only_another_member_of_the_isr_is_elected() -> None:
    ((action, after),) = elect_leader(world(LEADER, FOLLOWER))
    assert str(action) == "elect_leader(1)"
    assert after.quorum == after.requests[-1] == Assignment(1, 1, BOTH)


def test_the_last_leader_stays_in_the_isr_when_it_fails() -> None:
    alone = Assignment(0, 0, frozenset({0}))
    ((_, after),) = shrink_isr(world(LEADER, FOLLOWER, quorum=alone))
    assert after.quorum == Assignment(None, 1, frozenset({0}))


def test_a_record_is_committed_only_once_the_whole_isr_has_it() -> None:
    before = world(LEADER, FOLLOWER)
    assert list(advance_high_watermark(RULES, SCOPE, before)) == []
    ((_, copied),) = replicate(RULES, before)
    ((_, committed),) = advance_high_watermark(RULES, SCOPE, copied)
    assert committed.replicas[0].high_watermark == 1


def test_a_write_carries_the_epoch_that_its_leader_believes_in() -> None:
    ((_, after),) = write(SCOPE, world(LEADER, FOLLOWER))
    assert after.replicas[0].log == (Entry(0, 0), Entry(1, 0))


def test_the_promises_tell_a_lost_record_from_a_kept_one() -> None:
    exposed = LEADER._replace(high_watermark=1)
    lost = world(exposed, FOLLOWER)
    assert not weak_isr(lost)
    assert not strong_isr(lost)
    dropped = world(exposed._replace(isr=frozenset({0})), FOLLOWER)
    assert weak_isr(dropped)
    assert not strong_isr(dropped)
    assert strong_isr(world(exposed, FOLLOWER._replace(log=LEADER.log)))


def test_a_leader_outside_its_isr_is_noticed() -> None:
    outside = Assignment(0, 0, frozenset({1}))
    assert not leader_in_isr(world(LEADER, FOLLOWER, quorum=outside))
    assert leader_in_isr(world(LEADER, FOLLOWER))


def test_two_explorations_find_the_same_counterexample() -> None:
    spec = specification(RULES, SCOPE)
    first, second = (explore(spec, invariants=["weak-isr"]) for _ in range(2))
    assert first.violation == second.violation


def test_a_world_without_replicas_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one replica"):
        specification(RULES, Scope(0, 1, 1, 1))
