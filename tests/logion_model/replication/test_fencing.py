from __future__ import annotations

from logion_model.replication.base import Assignment, Entry, Replica, State
from logion_model.replication.fencing import has_committed_in_its_epoch, is_same_epoch

QUORUM = Assignment(0, 1, frozenset({0, 1}))


def world(*replicas: Replica) -> State:
    """Return a state in which only the replicas matter."""
    return State(replicas, 2, 2, (), QUORUM)


def test_a_new_leader_must_commit_the_records_of_its_predecessors_first() -> None:
    log = (Entry(0, 0), Entry(1, 1))
    behind = Replica(log, high_watermark=0, epoch=1, leader=0)
    assert not has_committed_in_its_epoch(world(behind), 0)
    assert has_committed_in_its_epoch(world(behind._replace(high_watermark=1)), 0)
    assert has_committed_in_its_epoch(world(behind._replace(high_watermark=2)), 0)


def test_replicas_of_one_leader_in_two_epochs_are_not_of_one_mind() -> None:
    leader = Replica(epoch=1, leader=0)
    assert is_same_epoch(world(leader, Replica(epoch=1, leader=0)), 0, 1)
    assert not is_same_epoch(world(leader, Replica(epoch=0, leader=0)), 0, 1)
    assert not is_same_epoch(world(leader, Replica(epoch=1, leader=1)), 0, 1)
