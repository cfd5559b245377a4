from __future__ import annotations

import pytest
from logion_model.replication.base import Assignment, Entry, Replica, State
from logion_model.replication.kip_279 import truncation_point

A, B, C = Entry(0, 0), Entry(1, 1), Entry(2, 2)


@pytest.mark.parametrize(
    ("leader", "follower", "offset"),
    [
        pytest.param((), (A,), 0, id="nothing in common with an empty leader"),
        pytest.param((A, C), (A, B), 1, id="one record in common"),
        pytest.param((A, B, C), (A, B), 2, id="a shorter copy"),
        pytest.param((C,), (A, B), 0, id="nothing in common"),
    ],
)
def test_a_follower_keeps_what_it_shares_with_the_leader(
    leader: tuple[Entry, ...], follower: tuple[Entry, ...], offset: int
) -> None:
    quorum = Assignment(0, 0, frozenset({0, 1}))
    state = State((Replica(leader), Replica(follower)), 2, 1, (), quorum)
    assert truncation_point(state, 0, 1) == offset
