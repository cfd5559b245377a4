"""The table of `membership`: each call in each state, and who is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.group.classic.membership import (
    on_leave_all,
    transactional_error,
    with_sessions,
)
from logion.group.classic.state import NO_GENERATION, ClassicGroup, State
from logion.group.classic.steps import (
    AnswerJoin,
    JoinAnswer,
    Leaver,
    Sender,
    StoreEmpty,
)
from logion.group.rules import GroupRules
from logion.protocol.errors import Error

from tests.logion.group.classic.playing import RULES, SESSION_MS, Game


def in_state(state: State, rules: GroupRules = RULES) -> Game:
    """Return a group of a and b in one of its states; in Empty nobody is left."""
    game = Game(rules).stable("a", "b")
    if state is State.EMPTY:
        game.leave("a")
        game.leave("b")
        game.tick(SESSION_MS)
    if state in (State.PREPARING, State.COMPLETING):
        game.join("a")
    if state is State.COMPLETING:
        game.join("b")
    assert game.group.state is state
    return game


UNKNOWN = Error.UNKNOWN_MEMBER_ID
REBALANCING = Error.REBALANCE_IN_PROGRESS


@pytest.mark.parametrize(
    ("state", "heartbeat", "commit"),
    [
        (State.EMPTY, UNKNOWN, UNKNOWN),
        (State.PREPARING, REBALANCING, Error.NONE),
        (State.COMPLETING, Error.NONE, REBALANCING),
        (State.STABLE, Error.NONE, Error.NONE),
    ],
)
def test_a_member_is_told_what_the_state_allows(
    state: State, heartbeat: Error, commit: Error
) -> None:
    game = in_state(state)
    assert game.heartbeat("b") is heartbeat
    assert game.commit("b") is commit


@pytest.mark.parametrize("state", [State.PREPARING, State.COMPLETING, State.STABLE])
def test_strangers_and_zombies_are_refused_in_every_state(state: State) -> None:
    game = in_state(state)
    before = game.group
    for call in (game.heartbeat, game.commit):
        assert call("z") is Error.UNKNOWN_MEMBER_ID
        assert call("b", game.group.generation - 1) is Error.ILLEGAL_GENERATION
    assert game.group == before


def test_in_a_dead_group_the_coordinator_is_to_be_looked_for() -> None:
    game = Game(group=ClassicGroup("g", State.DEAD))
    assert game.heartbeat("a") is Error.COORDINATOR_NOT_AVAILABLE
    assert game.commit("a") is Error.COORDINATOR_NOT_AVAILABLE
    step = game.join(new="a")
    assert step.join is not None
    assert step.join.error is Error.COORDINATOR_NOT_AVAILABLE


def test_without_members_anybody_may_commit_who_names_no_generation() -> None:
    assert Game().commit("", NO_GENERATION) is Error.NONE
    assert in_state(State.EMPTY).commit("", NO_GENERATION) is Error.NONE
    assert in_state(State.STABLE).commit("", NO_GENERATION) is Error.UNKNOWN_MEMBER_ID
    assert Game().commit("", 0) is Error.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize(
    ("state", "sender", "error"),
    [
        (State.EMPTY, Sender("", NO_GENERATION), Error.NONE),
        (State.EMPTY, Sender("", 0), Error.UNKNOWN_MEMBER_ID),
        (State.STABLE, Sender("", NO_GENERATION), Error.UNKNOWN_MEMBER_ID),
        (State.STABLE, Sender("b", 1), Error.ILLEGAL_GENERATION),
        (State.STABLE, Sender("b", 2), Error.NONE),
        (State.COMPLETING, Sender("b", 3), Error.NONE),
    ],
)
def test_a_commit_in_a_transaction_asks_for_the_member_and_not_for_the_state(
    state: State, sender: Sender, error: Error
) -> None:
    group = in_state(state).group
    assert transactional_error(group, sender) is error


def test_a_commit_that_is_no_members_leaves_the_group_as_it_is() -> None:
    game = Game()
    game.commit("", NO_GENERATION)
    assert game.group == ClassicGroup("g")


def test_until_2_5_a_heartbeat_while_the_work_is_divided_asks_to_join_again() -> None:
    rules = replace(RULES, heartbeats_while_completing=False)
    game = in_state(State.COMPLETING, rules)
    assert game.heartbeat("b") is Error.REBALANCE_IN_PROGRESS
    assert game.heartbeat("z") is Error.UNKNOWN_MEMBER_ID


def test_until_0_10_0_the_state_is_looked_at_before_the_member() -> None:
    rules = replace(
        RULES, heartbeats_while_completing=False, refuses_heartbeats_by_state=True
    )
    for state in (State.PREPARING, State.COMPLETING):
        assert in_state(state, rules).heartbeat("z") is Error.REBALANCE_IN_PROGRESS


def test_until_2_3_a_commit_while_the_work_is_divided_is_refused_unseen() -> None:
    rules = replace(RULES, refuses_commits_by_state=True)
    game = in_state(State.COMPLETING, rules)
    before = game.group
    assert game.commit("z") is Error.REBALANCE_IN_PROGRESS
    assert game.group == before


def test_a_heartbeat_and_a_commit_prolong_the_session() -> None:
    for call in ("heartbeat", "commit"):
        game = Game().stable("a")
        game.tick(SESSION_MS - 1)
        assert getattr(game, call)("a") is Error.NONE
        game.tick(SESSION_MS - 1)
        assert game.heartbeat("a") is Error.NONE
        game.tick(SESSION_MS)
        assert game.heartbeat("a") is Error.UNKNOWN_MEMBER_ID


def test_who_leaves_makes_the_others_join_again() -> None:
    game = in_state(State.STABLE)
    assert game.leave("b") is Error.NONE
    assert game.group.state is State.PREPARING
    assert game.leave("b") is Error.UNKNOWN_MEMBER_ID


def test_who_names_an_instance_id_that_nobody_has_stays() -> None:
    game = in_state(State.STABLE)
    assert game.leave("b", "nobody") is Error.UNKNOWN_MEMBER_ID
    assert "b" in game.group.members


def test_a_static_member_leaves_by_its_instance_id() -> None:
    game = Game()
    game.join(new="a", instance_id="i")
    assert game.leave("", "j") is Error.UNKNOWN_MEMBER_ID
    assert game.leave("z", "i") is Error.FENCED_INSTANCE_ID
    assert game.leave("", "i") is Error.NONE
    assert game.group.members == {}


def test_a_client_that_was_told_its_id_may_give_it_back() -> None:
    game = Game()
    game.join(new="a", must_have_id=True)
    assert game.leave("a") is Error.NONE
    assert game.group.pending == {}


def test_nobody_waits_for_an_id_that_was_given_back() -> None:
    game = Game().stable("a")
    game.join(new="b", must_have_id=True)
    game.join("a")
    assert game.group.state is State.PREPARING
    game.leave("b")
    assert game.group.state is State.COMPLETING
    game.join(new="c", must_have_id=True)
    game.leave("a")
    game.leave("c")
    assert game.group.state is State.EMPTY


def test_several_leave_one_after_the_other() -> None:
    game = in_state(State.STABLE)
    leavers = [Leaver("b"), Leaver("z"), Leaver("a")]
    step, errors = on_leave_all(game.group, leavers, RULES, game.now)
    assert errors == (Error.NONE, Error.UNKNOWN_MEMBER_ID, Error.NONE)
    assert step.group.state is State.EMPTY
    assert step.effects == (StoreEmpty(),)


def test_each_of_several_that_waits_is_told() -> None:
    game = in_state(State.PREPARING)
    step, _ = on_leave_all(game.group, [Leaver("a"), Leaver("b")], RULES, game.now)
    told = AnswerJoin("a", JoinAnswer(Error.UNKNOWN_MEMBER_ID, ""))
    assert step.effects == (told, StoreEmpty())


def test_sessions_of_a_group_that_was_loaded_begin_now() -> None:
    game = in_state(State.STABLE)
    game.now_ms += 1_000_000
    game.group = with_sessions(game.group, game.now)
    game.tick(SESSION_MS - 1)
    assert game.group.state is State.STABLE
