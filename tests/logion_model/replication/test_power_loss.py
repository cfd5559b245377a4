from __future__ import annotations

from logion_model.replication.base import Assignment, Entry, Replica
from logion_model.replication.base import State as World
from logion_model.replication.power_loss import (
    INVARIANTS,
    Scope,
    State,
    followers_copy,
    lose_power,
    no_follower_is_ahead,
)

BOTH = frozenset({0, 1})
A, B = Entry(0, 0), Entry(1, 1)
LEADER = Replica((A,), 1, 1, 0, BOTH)
FOLLOWER = LEADER._replace(high_watermark=0)
SCOPE = Scope(2, 2, 2, 2, 1)


def world(*replicas: Replica) -> State:
    """Return a world in which broker 0 leads."""
    return State(World(replicas, 2, 2, (), Assignment(0, 1, BOTH)))


def test_a_replica_comes_back_with_any_beginning_of_its_log() -> None:
    outcomes = dict(lose_power(SCOPE, world(LEADER, FOLLOWER)))
    names = [str(action) for action in outcomes]
    assert names == [f"lose_power({b}, {end})" for b in (0, 1) for end in (0, 1)]
    lost = next(iter(outcomes.values()))
    assert lost.world.replicas[0] == Replica((), 0, 1, None, frozenset())
    assert not list(lose_power(SCOPE, lost))


def test_replicas_that_differ_or_are_ahead_are_noticed() -> None:
    assert followers_copy(world(LEADER, FOLLOWER))
    assert not followers_copy(world(LEADER, FOLLOWER._replace(log=(B,))))
    assert no_follower_is_ahead(world(LEADER, FOLLOWER))
    assert not no_follower_is_ahead(world(LEADER._replace(log=()), FOLLOWER))


def test_who_is_of_another_epoch_is_not_compared() -> None:
    other = FOLLOWER._replace(log=(B, B), epoch=0)
    assert followers_copy(world(LEADER, other))
    assert no_follower_is_ahead(world(LEADER, other))


def test_committed_records_are_kept_until_power_is_lost() -> None:
    (weak,) = [it for it in INVARIANTS if it.name == "weak-isr"]
    behind = world(LEADER, FOLLOWER._replace(log=()))
    assert weak.holds(world(LEADER, FOLLOWER))
    assert not weak.holds(behind)
    assert weak.holds(behind._replace(losses=1))
