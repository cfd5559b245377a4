from __future__ import annotations

from logion_model.replication.base import Assignment, Entry, Replica, State
from logion_model.replication.kip_320_first_try import (
    has_diverged,
    lags,
    may_fetch,
    may_join,
)

A, B, C = Entry(0, 0), Entry(1, 1), Entry(2, 2)
QUORUM = Assignment(0, 2, frozenset({0}))


def world(leader: tuple[Entry, ...], follower: tuple[Entry, ...]) -> State:
    """Return a leader in epoch 2 that has committed nothing, and a follower."""
    replicas = (Replica(leader, 0, 2, 0), Replica(follower, 0, 2, 0))
    return State(replicas, 3, 3, (), QUORUM)


def test_a_fetch_is_answered_only_if_the_last_record_has_the_same_epoch() -> None:
    assert may_fetch(world((A, C), (A,)), 0, 1)
    assert not may_fetch(world((A, C), (A, B)), 0, 1)


def test_a_follower_that_left_the_leaders_log_is_told_so() -> None:
    assert has_diverged(world((A, C), (A, B)), 0, 1)
    assert has_diverged(world((A,), (A, B)), 0, 1)
    assert not has_diverged(world((A, C), (A,)), 0, 1)
    assert not has_diverged(world((A,), ()), 0, 1)


def test_a_follower_lags_until_it_has_the_leaders_last_record() -> None:
    assert lags(world((A, C), (A,)), 0, 1)
    assert not lags(world((A, C), (A, C)), 0, 1)


def test_nobody_joins_before_the_leader_committed_in_its_own_epoch() -> None:
    assert not may_join(world((A, C), (A, C)), 0, 1)
    assert may_join(world((C,), (C,)), 0, 1)
