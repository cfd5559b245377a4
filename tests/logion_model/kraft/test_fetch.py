from __future__ import annotations

import pytest
from logion_model.kraft.fetch import end_of_epoch
from logion_model.kraft.promises import initial
from logion_model.kraft.rules import Scope
from logion_model.kraft.state import End, Entry, Role, View

LEADER = initial(Scope(2, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0)).brokers[0]
A, B = Entry(1, 0), Entry(3, 1)


@pytest.mark.parametrize(
    ("epoch", "end"),
    [
        pytest.param(0, End(0, 0), id="before the first epoch of the log"),
        pytest.param(1, End(1, 1), id="where the next epoch begins"),
        pytest.param(2, End(1, 1), id="the largest epoch below one not in the log"),
        pytest.param(3, End(3, 2), id="the last epoch ends with the log"),
        pytest.param(4, End(4, 2), id="the leader's own epoch ends with the log"),
    ],
)
def test_an_epoch_ends_where_the_next_one_begins(epoch: int, end: End) -> None:
    leader = LEADER._replace(log=(A, B), role=Role.LEADER, view=View(leader_epoch=4))
    assert end_of_epoch(leader, epoch) == end
