from __future__ import annotations

from collections.abc import Callable

import pytest
from logion_model.catalogue import CATALOGUE, check
from logion_model.entry import difference
from logion_model.kraft import fetch
from logion_model.kraft.fetch import end_of_epoch
from logion_model.kraft.promises import initial
from logion_model.kraft.rules import Scope
from logion_model.kraft.state import Broker, End, Entry, Role, View

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


@pytest.mark.world
@pytest.mark.parametrize("name", ["last-replica-standing", "kip-966"])
@pytest.mark.parametrize(
    "point",
    [
        pytest.param(lambda *_: 0, id="everything goes"),
        pytest.param(
            lambda follower, _: max(0, follower.end_offset - 1), id="one record goes"
        ),
    ],
)
def test_a_follower_that_truncates_elsewhere_is_noticed_by_the_catalogue(
    name: str, point: Callable[[Broker, End], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "_truncation_point", point)
    scope = (2, 2, 2, 1, 2, 0, 0, 1, 0, 0, 1, 0)
    (entry,) = (it for it in CATALOGUE if (it.name, it.scope) == (name, scope))
    assert entry.quick
    assert difference(entry, check(entry)) is not None
