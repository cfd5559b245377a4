from __future__ import annotations

from dataclasses import replace

from logion.group.classic.state import JoinPhase, State
from logion.group.classic.steps import StoreEmpty
from logion.protocol.errors import Error

from tests.logion.group.classic.playing import REBALANCE_MS, RULES, SESSION_MS, Game


def test_generations_rise_by_one() -> None:
    game = Game()
    game.join(new="a")
    numbers = [game.group.generation]
    for at in range(9):
        game.sync("a", {})
        game.join("a", protocols=(("range", b"%d" % at),))
        numbers.append(game.group.generation)
    assert numbers == list(range(1, 11))


def test_the_phase_ends_when_all_have_joined() -> None:
    game = Game().stable("a", "b")
    game.join("a")
    assert game.group.state is State.PREPARING
    game.now_ms = 500
    game.join("b")
    assert (game.group.state, game.group.since_ms) == (State.COMPLETING, 1_000_500)


def test_who_has_not_joined_in_time_is_out() -> None:
    game = Game().stable("a", "b", session_timeout_ms=90_000)
    game.join("a", session_timeout_ms=90_000)
    game.tick(REBALANCE_MS - 1)
    assert game.group.state is State.PREPARING
    game.tick(1)
    assert game.group.state is State.COMPLETING
    assert list(game.group.members) == ["a"]
    assert game.heartbeat("b") is Error.UNKNOWN_MEMBER_ID


def test_another_member_leads_if_the_leader_has_not_joined_in_time() -> None:
    game = Game().stable("a", "b", session_timeout_ms=90_000)
    game.join("b", protocols=(("range", b"new"),), session_timeout_ms=90_000)
    game.tick(REBALANCE_MS)
    assert game.joins["b"].leader == "b"


def test_the_first_that_has_joined_leads_while_a_static_leader_is_away() -> None:
    game = Game()
    long = {"session_timeout_ms": 90_000}
    game.join(new="a", instance_id="ia", **long)
    game.join(new="b", **long)
    game.join(new="c", **long)
    game.tick(REBALANCE_MS)
    assert list(game.group.members) == ["a", "b", "c"]
    assert game.joins["b"].leader == game.joins["c"].leader == "b"
    assert len(game.joins["b"].members) == 3
    game.join("c", protocols=(("range", b"new"),), **long)
    game.join("b", **long)
    game.tick(REBALANCE_MS)
    assert game.joins["c"].leader == "b", "it has joined, so it stays"


def test_an_empty_group_waits_a_little_for_more_members() -> None:
    game = Game(replace(RULES, initial_delay_ms=3000))
    game.join(new="a")
    game.tick(2999)
    assert game.joins == {}
    game.tick(1)
    assert game.joins["a"].generation == 1


def test_each_new_member_prolongs_the_first_wait_up_to_the_rebalance_timeout() -> None:
    game = Game(replace(RULES, initial_delay_ms=3000))
    game.join(new="m0", rebalance_timeout_ms=7000)
    for at in range(1, 4):
        game.tick(1000)
        game.join(new=f"m{at}", rebalance_timeout_ms=7000)
    game.tick(0)
    assert game.joins == {}
    game.now_ms = 3000
    game.tick()
    assert game.joins == {}, "somebody came: it goes on"
    game.join(new="m5", rebalance_timeout_ms=7000)
    game.now_ms = 6000
    game.tick()
    assert game.joins == {}
    game.join(new="m6", rebalance_timeout_ms=7000)
    game.now_ms = 7000
    game.tick()
    assert {it.generation for it in game.joins.values()} == {1}
    assert len(game.joins) == 6


def test_the_first_wait_ends_once_nobody_new_has_come() -> None:
    game = Game(replace(RULES, initial_delay_ms=3000))
    game.join(new="a")
    game.join(new="b")
    game.tick(3000)
    assert game.joins == {}
    game.tick(3000)
    assert {it.generation for it in game.joins.values()} == {1}


def test_the_first_wait_ends_if_the_rebalance_timeout_is_shorter() -> None:
    game = Game(replace(RULES, initial_delay_ms=3000))
    game.join(new="a", rebalance_timeout_ms=1000)
    game.join(new="b", rebalance_timeout_ms=1000)
    game.tick(3000)
    assert {it.generation for it in game.joins.values()} == {1}


def test_a_phase_that_begins_anew_leaves_nothing_of_the_generation_before() -> None:
    game = Game().stable("a", "b")
    game.join("a")
    game.join("b")
    assert game.sync("b") is None
    assert game.group.unsynced == {"a"}
    game.now_ms = 500
    game.join("a", protocols=(("range", b"new"),))
    assert game.syncs["b"].error is Error.REBALANCE_IN_PROGRESS
    assert (game.group.state, game.group.since_ms) == (State.PREPARING, 1_000_500)
    assert (game.group.unsynced, game.group.sync_deadline_ms) == (frozenset(), None)
    assert [it.assignment for it in game.group.members.values()] == [b"", b""]


def test_the_last_to_leave_makes_the_group_empty_and_that_is_written() -> None:
    game = Game().stable("a")
    assert game.leave("a") is Error.NONE
    assert game.group.state is State.EMPTY
    assert (game.group.generation, game.group.leader) == (2, None)
    assert (game.group.protocol, game.group.since_ms) == (None, game.now.time_ms)
    assert game.group.protocol_type == "consumer"
    assert game.stored == [StoreEmpty()]


def test_before_0_10_1_a_group_without_members_is_dead() -> None:
    game = Game(replace(RULES, keeps_empty_groups=False)).stable("a")
    game.leave("a")
    assert game.group.state is State.DEAD


def test_a_static_member_that_is_away_is_waited_for_until_its_session_ends() -> None:
    game = Game()
    long = {"session_timeout_ms": 50_000, "rebalance_timeout_ms": 10_000}
    game.join(new="a", instance_id="ia", **long)
    game.sync("a", {}, instance_id="ia")
    game.join(new="b", **long)
    game.leave("b")
    assert game.group.state is State.PREPARING
    game.tick(10_000)
    assert game.group.state is State.PREPARING, "nobody joined: it goes on"
    game.tick(40_000)
    assert game.group.state is State.EMPTY


def test_a_phase_that_goes_on_takes_a_millisecond_at_least() -> None:
    game = Game(replace(RULES, expires_unsynced=False))
    game.join(new="a", instance_id="ia", rebalance_timeout_ms=0)
    game.sync("a", {}, instance_id="ia")
    game.join(new="b", rebalance_timeout_ms=0)
    game.leave("b")
    game.tick()
    assert game.group.joining == JoinPhase(game.now_ms + 1)


def test_a_member_that_does_not_join_is_out_when_its_session_ends() -> None:
    game = Game().stable("a", "b")
    game.join("a")
    game.tick(SESSION_MS)
    assert list(game.group.members) == ["a"]
    assert game.group.state is State.COMPLETING


def test_a_member_that_leaves_while_it_waits_may_try_again() -> None:
    game = Game().stable("a")
    game.join(new="b")
    game.leave("b")
    assert game.joins["b"].error is Error.UNKNOWN_MEMBER_ID
