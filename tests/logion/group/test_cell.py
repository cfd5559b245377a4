from __future__ import annotations

from dataclasses import replace

from logion.group.cell import Call, GroupCell, Waiting
from logion.group.classic.steps import JoinAnswer, SyncAnswer
from logion.protocol.errors import Error


async def test_an_answer_reaches_whoever_waits_in_its_place() -> None:
    cell = GroupCell("g")
    with cell.place(Call.JOIN, "a") as place:
        cell.answer(Call.SYNC, "a", "not this")
        cell.answer(Call.JOIN, "b", "nor this")
        cell.answer(Call.JOIN, "a", "this")
        await place.answered()
        assert place.answer == "this"
    assert cell.waiting == {}


def test_a_second_request_takes_the_place_and_keeps_it() -> None:
    cell = GroupCell("g")
    with cell.place(Call.JOIN, "a"):
        with cell.place(Call.JOIN, "a") as second:
            pass
        assert cell.waiting == {}
        assert isinstance(second, Waiting)


def test_a_group_that_only_has_offsets_had_no_members_and_promised_none() -> None:
    cell = GroupCell("g")
    assert cell.is_only_offsets
    cell.classic = replace(cell.classic, pending={"a": 1})
    assert not cell.is_only_offsets
    cell.classic = replace(cell.classic, pending={}, generation=1)
    assert not cell.is_only_offsets


def test_all_who_wait_are_turned_away_each_with_its_own_kind_of_answer() -> None:
    cell = GroupCell("g")
    with cell.place(Call.JOIN, "a") as joining, cell.place(Call.SYNC, "b") as syncing:
        cell.turn_away(Error.NOT_COORDINATOR)
        assert joining.answer == JoinAnswer(Error.NOT_COORDINATOR, "a")
        assert syncing.answer == SyncAnswer(Error.NOT_COORDINATOR)
