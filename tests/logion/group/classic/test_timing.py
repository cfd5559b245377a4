from __future__ import annotations

from dataclasses import replace

from logion.group.classic.state import State
from logion.group.classic.timing import Due, Kind, next_due
from logion.protocol.errors import Error

from tests.logion.group.classic.playing import REBALANCE_MS, RULES, SESSION_MS, Game


def test_nothing_is_due_in_a_group_that_nobody_is_in() -> None:
    assert next_due(Game().group, RULES) is None


def test_what_is_due_first_comes_first() -> None:
    game = Game().stable("a")
    assert next_due(game.group, RULES) == Due(SESSION_MS, Kind.SESSION, "a")
    game.join(new="b", must_have_id=True, session_timeout_ms=7000)
    assert next_due(game.group, RULES) == Due(7000, Kind.PENDING, "b")


def test_a_session_ends_when_nothing_is_heard_for_its_time() -> None:
    game = Game().stable("a", "b")
    game.tick(SESSION_MS - 1)
    game.heartbeat("a")
    assert game.group.state is State.STABLE
    game.tick(1)
    assert list(game.group.members) == ["a"]
    assert game.group.state is State.PREPARING


def test_a_member_that_waits_in_a_join_lives() -> None:
    game = Game().stable("a", "b")
    game.join("a")
    for _ in range(3):
        game.tick(SESSION_MS - 1)
        if game.group.state is State.PREPARING:
            game.heartbeat("b")
    assert "a" in game.group.members


def test_a_new_member_is_given_up_after_five_minutes() -> None:
    game = Game(replace(RULES, expires_unsynced=False))
    long = {"session_timeout_ms": 1_700_000, "rebalance_timeout_ms": 1_600_000}
    game.stable("a", **long)
    game.join(new="b", **long)
    game.tick(299_999)
    assert "b" in game.group.members
    game.tick(1)
    assert "b" not in game.group.members
    assert game.joins["b"].error is Error.UNKNOWN_MEMBER_ID


def test_an_id_that_was_given_out_is_forgotten_after_the_session_time_out() -> None:
    game = Game()
    game.join(new="a", must_have_id=True)
    game.tick(SESSION_MS)
    assert game.group.pending == {}


def test_others_do_not_wait_for_an_id_that_is_forgotten() -> None:
    game = Game().stable("a")
    game.join(new="b", must_have_id=True)
    game.join("a")
    assert game.group.state is State.PREPARING, "b is awaited"
    game.tick(SESSION_MS)
    assert game.group.state is State.COMPLETING


def test_who_does_not_sync_in_time_is_out() -> None:
    game = Game()
    long = {"session_timeout_ms": 90_000}
    game.stable("a", "b", **long)
    game.join("a", **long)
    game.join("b", **long)
    game.sync("a", {})
    game.tick(REBALANCE_MS)
    assert list(game.group.members) == ["a"]
    assert game.group.state is State.PREPARING


def test_a_group_of_which_nobody_syncs_is_empty() -> None:
    game = Game()
    game.join(new="a", session_timeout_ms=90_000)
    game.tick(REBALANCE_MS)
    assert (game.group.state, game.group.members) == (State.EMPTY, {})


def test_a_group_is_empty_once_it_has_waited_in_vain_for_an_id_alone() -> None:
    game = Game().stable("a")
    game.join(new="b", must_have_id=True)
    game.leave("a")
    assert (game.group.state, game.group.members) == (State.PREPARING, {})
    game.tick(SESSION_MS)
    assert game.group.state is State.EMPTY


def test_before_2_8_nobody_looked_who_synced() -> None:
    game = Game(replace(RULES, expires_unsynced=False))
    game.join(new="a", session_timeout_ms=90_000)
    game.tick(REBALANCE_MS)
    assert list(game.group.members) == ["a"]


def test_a_jump_of_the_clock_lets_all_that_is_due_happen() -> None:
    game = Game().stable("a", "b")
    game.join(new="c", must_have_id=True)
    game.join("a")
    game.tick(10_000_000)
    assert list(game.group.members) == ["a"], "it waited: its session begins now"
    assert (game.group.state, game.group.pending) == (State.COMPLETING, {})
    game.tick(10_000_000)
    assert (game.group.state, game.group.members) == (State.EMPTY, {})
