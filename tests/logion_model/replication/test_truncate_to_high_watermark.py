from __future__ import annotations

from logion_model.replication.base import Assignment, Entry, Replica, State
from logion_model.replication.truncate_to_high_watermark import truncation_point


def test_a_follower_keeps_only_what_it_knows_to_be_committed() -> None:
    log = (Entry(0, 0), Entry(1, 0))
    leader = Replica(log, high_watermark=2)
    follower = Replica(log, high_watermark=1)
    quorum = Assignment(0, 0, frozenset({0, 1}))
    state = State((leader, follower), 2, 1, (), quorum)
    assert truncation_point(state, 0, 1) == 1
