from __future__ import annotations

from logion_model.replication.base import Assignment, Entry, Replica, State
from logion_model.replication.kip_320 import has_next, lags, may_follow, may_join

A, C = Entry(0, 0), Entry(1, 2)
QUORUM = Assignment(0, 2, frozenset({0}))


def world(leader: Replica, follower: Replica) -> State:
    """Return a state in which only the two replicas matter."""
    return State((leader, follower), 2, 3, (), QUORUM)


LEADER = Replica((A, C), high_watermark=1, epoch=2, leader=0)
FOLLOWER = Replica((A, C), epoch=2, leader=0)


def test_a_request_is_followed_only_if_its_leader_is_in_the_epoch_it_names() -> None:
    state = world(LEADER, FOLLOWER)
    assert may_follow(state, Assignment(0, 2, frozenset({0})))
    assert not may_follow(state, Assignment(0, 1, frozenset({0})))
    assert not may_follow(state, Assignment(1, 2, frozenset({0})))


def test_a_follower_of_another_epoch_counts_for_nothing() -> None:
    zombie = world(LEADER, FOLLOWER._replace(epoch=1))
    assert not has_next(zombie, 0, 1)
    assert lags(zombie, 0, 1)
    assert not may_join(zombie, 0, 1)


def test_a_follower_of_this_epoch_counts_for_what_it_has() -> None:
    state = world(LEADER, FOLLOWER)
    assert has_next(state, 0, 1)
    assert not lags(state, 0, 1)
    assert may_join(state, 0, 1)
    behind = world(LEADER, FOLLOWER._replace(log=()))
    assert lags(behind, 0, 1)
    assert not may_join(behind, 0, 1)
