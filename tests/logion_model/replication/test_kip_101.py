from __future__ import annotations

import pytest
from logion_model.replication.base import Assignment, Entry, Replica, State
from logion_model.replication.kip_101 import truncation_point

QUORUM = Assignment(0, 0, frozenset({0, 1}))


@pytest.mark.parametrize(
    ("leader", "follower", "offset"),
    [
        pytest.param([0, 0], [], 0, id="an empty follower has nothing to cut"),
        pytest.param([], [0, 0], 1, id="an empty leader knows no epoch"),
        pytest.param([0, 2], [0, 2], 2, id="the same last epoch ends at the end"),
        pytest.param([0, 2, 2], [0, 1], 1, id="a later epoch began here"),
        pytest.param([0], [0, 1], 1, id="the hole: back to the high watermark"),
    ],
)
def test_a_follower_cuts_where_its_last_epoch_ends_at_the_leader(
    leader: list[int], follower: list[int], offset: int
) -> None:
    theirs = Replica(tuple(Entry(n, epoch) for n, epoch in enumerate(leader)))
    mine = Replica(tuple(Entry(n, epoch) for n, epoch in enumerate(follower)), 1)
    state = State((theirs, mine), 2, 1, (), QUORUM)
    assert truncation_point(state, 0, 1) == offset
