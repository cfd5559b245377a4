from __future__ import annotations

from typing import cast

from logion.group.cell import GroupCell
from logion.group.shard import Shard
from logion.group.timers import Timers

SHARD = cast("Shard", object())


def test_groups_come_up_in_the_order_of_their_deadlines() -> None:
    timers = Timers()
    a, b = GroupCell("a"), GroupCell("b")
    assert timers.next_ms is None
    assert timers.add(SHARD, a, 20)
    assert timers.add(SHARD, b, 10)
    assert timers.next_ms == 10
    assert timers.due(9) == []
    assert timers.due(10) == [(SHARD, b)]
    assert timers.due(30) == [(SHARD, a)]
    assert timers.next_ms is None


def test_a_group_that_is_looked_at_before_is_not_looked_at_again() -> None:
    timers = Timers()
    cell = GroupCell("a")
    timers.add(SHARD, cell, 20)
    assert not timers.add(SHARD, cell, 30), "it will say when it is looked at"
    assert timers.add(SHARD, cell, 10), "sooner than that"
    assert timers.due(15) == [(SHARD, cell)]
    assert timers.due(99) == [], "the first entry is void"
