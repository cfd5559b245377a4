"""Each rule passes what is right, and catches logs that are wrong in one way."""

from __future__ import annotations

import pytest

from tests.integration.group_rules import Event, Log, broken

T = "topic"
ENDS = {(T, 0): 4}


def assigned(at: float, generation: int, *partitions: int) -> Event:
    places = [[T, each] for each in partitions]
    told = {"partitions": places, "committed": [], "generation": generation}
    return {"event": "assigned", "at": at, **told}


def revoked(at: float, generation: int, *, committed: int | None = None) -> Event:
    told = [] if committed is None else [[T, 0, committed]]
    event = assigned(at, generation, 0)
    return event | {"event": "revoked", "committed": told}


def records(at: float, generation: int, *offsets: int) -> Event:
    told = [{"topic": T, "partition": 0, "offset": it, "value": ""} for it in offsets]
    return {"event": "records", "at": at, "generation": generation, "records": told}


def committed(at: float, offset: int) -> Event:
    return {"event": "committed", "at": at, "committed": [[T, 0, offset]]}


def handed_over() -> tuple[Log, Log]:
    """Return the logs of two members of which one takes over from the other."""
    first = Log("first", [assigned(1, 1, 0), records(2, 1, 0, 1)])
    first.events.append(revoked(3, 1, committed=2))
    return first, Log("second", [assigned(4, 2, 0), records(5, 2, 2, 3)])


def test_a_partition_handed_over_with_its_commit_is_right() -> None:
    assert broken(handed_over(), ENDS) == []


def test_what_was_read_and_not_committed_may_come_again_in_a_new_generation() -> None:
    first = Log("first", [assigned(1, 1, 0), records(2, 1, 0, 1)], killed_at=3)
    second = Log("second", [assigned(4, 2, 0), records(5, 2, 0, 1, 2, 3)])
    assert broken([first, second], ENDS) == []


def test_a_lost_partition_may_have_its_next_owner_before_the_old_one_knows() -> None:
    first, second = handed_over()
    first.events[-1] = revoked(4.5, 1) | {"event": "lost"}
    second.events[-1] = records(5, 2, 0, 1, 2, 3)
    assert broken([first, second], ENDS) == []


def test_what_a_member_got_while_it_left_has_its_next_owner_from_then_on() -> None:
    first, second = handed_over()
    first.events += [assigned(3.2, 2, 0), {"event": "left", "at": 3.5}]
    second.events[0]["generation"] = 3
    assert broken([first, second], ENDS) == []
    second.events[0]["at"] = 3.3
    assert [each.partition(":")[0] for each in broken([first, second], ENDS)] == [
        "owned_twice"
    ]


def test_a_static_member_takes_its_own_place_within_a_generation() -> None:
    first, second = handed_over()
    second.events = [assigned(4, 1, 0), records(5, 1, 2, 3)]
    first.instance = second.instance = "instance"
    assert broken([first, second], ENDS) == []


def wrong(case: str) -> list[Log]:
    first, second = handed_over()
    match case:
        case "strays":
            second.events.pop(0)
        case "holes":
            second.events[-1] = records(5, 2, 2, 4, 3)
        case "owned_twice":
            second.events[0]["at"] = 2.5
        case "told_twice":
            second.events[-1] = records(5, 1, 1, 2, 3)
        case "assigned_twice":
            second.events[0]["generation"] = 1
        case "wrong_starts":
            second.events[-1] = records(5, 2, 1, 2, 3)
        case "missing":
            second.events[-1] = records(5, 2, 2)
    return [first, second]


@pytest.mark.parametrize(
    "rule",
    [
        "strays",
        "holes",
        "owned_twice",
        "told_twice",
        "assigned_twice",
        "wrong_starts",
        "missing",
    ],
)
def test_a_log_that_breaks_a_rule_is_caught_by_that_rule(rule: str) -> None:
    assert rule in {each.partition(":")[0] for each in broken(wrong(rule), ENDS)}


def test_an_offset_beyond_what_was_read_is_a_wrong_start() -> None:
    first, second = handed_over()
    first.events[-1] = revoked(3, 1)
    second.events[-1] = records(5, 2, 3)
    assert any("not in 0..2" in each for each in broken([first, second], ENDS))


def test_what_was_committed_by_command_is_not_read_again() -> None:
    first, second = handed_over()
    first.events[-1] = committed(3, 1)
    first.killed_at = 3.5
    second.events[-1] = records(5, 2, 0, 1, 2, 3)
    assert any("not in 1..2" in each for each in broken([first, second], ENDS))


def test_a_summary_shows_each_event_on_a_line() -> None:
    first, _ = handed_over()
    assert first.summary().splitlines() == [
        "first:",
        "  1.000 assigned 1 topic-0",
        "  2.000 records 1 0:0 0:1",
        "  3.000 revoked 1 topic-0 committed [['topic', 0, 2]]",
    ]
