from __future__ import annotations

from logion_model.kernel import explore
from logion_model.replication.base import (
    Assignment,
    Entry,
    Replica,
    Scope,
    State,
    become_follower,
    elect_unclean_leader,
    specification,
)
from logion_model.replication.kip_320 import RULES
from logion_model.replication.kip_320_faults import SAME_LEADER, UNCLEAN_ELECTION

BOTH, ALONE = frozenset({0, 1}), frozenset({0})


def test_an_unclean_leader_is_alone_in_its_isr() -> None:
    state = State((Replica(), Replica()), 0, 1, (), Assignment(0, 0, ALONE))
    ((action, after),) = elect_unclean_leader(state)
    assert str(action) == "elect_unclean_leader(1)"
    assert after.quorum == Assignment(1, 1, frozenset({1}))


def test_unclean_elections_lose_what_was_committed() -> None:
    spec = specification(UNCLEAN_ELECTION, Scope(2, 2, 2, 1))
    violation = explore(spec, invariants=["strong-isr"]).violation
    assert violation is not None
    assert violation.length == 7


def test_a_follower_that_trusts_the_same_leader_truncates_nothing() -> None:
    leader = Replica((Entry(1, 2),), 0, 2, 0, BOTH)
    follower = Replica((Entry(0, 0),), 0, 0, 0, BOTH)
    told = Assignment(0, 2, BOTH)
    state = State((leader, follower), 2, 3, (told,), told)
    for rules, log in ((RULES, ()), (SAME_LEADER, (Entry(0, 0),))):
        ((_, after),) = become_follower(rules, state)
        assert after.replicas[1].log == log
