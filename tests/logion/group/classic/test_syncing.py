from __future__ import annotations

import pytest
from logion.group.classic.state import State
from logion.group.classic.steps import StoreAssignment, SyncAnswer
from logion.group.classic.syncing import on_assignment_stored
from logion.protocol.errors import Error

from tests.logion.group.classic.playing import Game


def completing() -> Game:
    """A group of two that waits for its leader, a."""
    game = Game().stable("a", "b")
    game.join("a")
    game.join("b")
    return game


def test_each_member_gets_the_part_that_the_leader_gave_it() -> None:
    game = completing()
    assert game.sync("b") is None, "it waits for the leader"
    game.sync("a", {"a": b"A", "b": b"B"})
    parts = {it: answer.assignment for it, answer in game.syncs.items()}
    assert parts == {"a": b"A", "b": b"B"}
    assert game.group.state is State.STABLE
    assert game.group.since_ms == game.now.time_ms


@pytest.mark.parametrize(("leader", "follower"), ["ab", "ba"])
def test_what_a_follower_brings_does_not_count(leader: str, follower: str) -> None:
    game = Game().stable(leader, follower)
    game.join(leader)
    game.join(follower)
    game.sync(follower, {leader: b"mine", follower: b"mine"})
    game.sync(leader, {leader: b"A", follower: b"B"})
    assert game.syncs[follower].assignment == b"B"


def test_a_member_that_the_leader_left_out_gets_nothing() -> None:
    game = completing()
    game.sync("b")
    game.sync("a", {"a": b"A"})
    assert game.syncs["b"] == SyncAnswer(Error.NONE, b"", "consumer", "range")


def test_who_asks_later_gets_its_part_at_once() -> None:
    game = completing()
    game.sync("a", {"a": b"A", "b": b"B"})
    told = game.sync("b")
    assert told is not None
    assert told.assignment == b"B"
    assert list(game.group.members) == ["a", "b"]


def test_nobody_is_told_before_it_is_written_and_a_failed_write_is_told() -> None:
    game = completing()
    game.store_error = Error.COORDINATOR_NOT_AVAILABLE
    game.sync("b")
    game.sync("a", {"a": b"A", "b": b"B"})
    assert {it.error for it in game.syncs.values()} == {game.store_error}
    assert game.group.state is State.PREPARING


def test_a_division_that_is_written_too_late_is_not_told() -> None:
    game = completing()
    late = StoreAssignment(game.group.generation - 1, {"a": b"A"})
    step = on_assignment_stored(game.group, late, Error.NONE, game.rules, game.now)
    assert step.group == game.group
    assert step.effects == ()


def test_who_waits_has_to_join_again_when_the_phase_begins_anew() -> None:
    game = completing()
    game.sync("b")
    game.join(new="c")
    assert game.syncs["b"].error is Error.REBALANCE_IN_PROGRESS


def test_who_waits_and_is_taken_out_is_told() -> None:
    game = completing()
    game.sync("b")
    game.leave("b")
    assert game.syncs["b"].error is Error.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"member_id": "z"}, Error.UNKNOWN_MEMBER_ID),
        ({"generation": 1}, Error.ILLEGAL_GENERATION),
        ({"protocol_type": "connect"}, Error.INCONSISTENT_GROUP_PROTOCOL),
        ({"protocol": "rr"}, Error.INCONSISTENT_GROUP_PROTOCOL),
        ({"instance_id": "nobody"}, Error.UNKNOWN_MEMBER_ID),
    ],
)
def test_who_is_wrong_about_the_group_is_refused(
    fields: dict[str, object], error: Error
) -> None:
    game = completing()
    before = game.group
    others = {name: it for name, it in fields.items() if name != "member_id"}
    told = game.sync(str(fields.get("member_id", "b")), **others)
    assert told is not None
    assert told.error is error
    assert game.group == before


def test_while_members_join_nobody_syncs() -> None:
    game = Game().stable("a", "b")
    game.join("a")
    told = game.sync("b")
    assert told is not None
    assert told.error is Error.REBALANCE_IN_PROGRESS
