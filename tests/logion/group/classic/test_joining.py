from __future__ import annotations

from dataclasses import replace

import pytest
from logion.group.classic.joining import (
    on_replacement_stored,
    session_timeout_error,
)
from logion.group.classic.state import Member, State
from logion.group.classic.steps import (
    JoinAnswer,
    JoinedMember,
    Step,
    StoreReplacement,
)
from logion.group.rules import GroupRules
from logion.protocol.errors import Error

from tests.logion.group.classic.playing import (
    RANGE,
    REBALANCE_MS,
    RULES,
    SESSION_MS,
    Game,
)

CHANGED = (("range", b"other"),)


def test_the_first_member_leads_generation_1_and_hears_all_members() -> None:
    game = Game()
    game.join(new="a")
    told = game.joins["a"]
    assert (told.error, told.generation, told.leader) == (Error.NONE, 1, "a")
    assert (told.protocol_type, told.protocol) == ("consumer", "range")
    assert [it.member_id for it in told.members] == ["a"]


@pytest.mark.parametrize("timeout_ms", [None, 300_000])
def test_a_member_is_known_by_what_it_asked_for(timeout_ms: int | None) -> None:
    rules = replace(RULES, initial_delay_ms=3000, new_member_timeout_ms=timeout_ms)
    game = Game(rules, now_ms=7)
    game.join(new="a", instance_id="ia")
    assert game.group.members["a"] == Member(
        "a",
        "ia",
        "client",
        "/10.0.0.1",
        SESSION_MS,
        REBALANCE_MS,
        RANGE,
        is_new=timeout_ms is not None,
        is_joining=True,
        deadline_ms=7 + (timeout_ms or 0),
    )
    assert (game.group.protocol_type, game.group.leader) == ("consumer", "a")


def test_a_group_that_is_gone_takes_nobody_in() -> None:
    game = Game(replace(RULES, size_max=0))
    game.group = replace(game.group, state=State.DEAD)
    step = game.join(new="a")
    assert step.join == JoinAnswer(Error.COORDINATOR_NOT_AVAILABLE, "")
    assert game.group.members == {}


def test_only_the_leader_hears_who_the_members_are() -> None:
    game = Game().stable("a")
    game.join(new="b")
    assert game.joins == {}
    game.join("a")
    assert [it.member_id for it in game.joins["a"].members] == ["a", "b"]
    assert game.joins["b"].members == ()
    assert game.joins["b"].leader == "a"


def test_a_new_member_makes_the_others_join_again() -> None:
    game = Game().stable("a")
    game.join(new="b")
    assert game.group.state is State.PREPARING
    assert game.heartbeat("a") is Error.REBALANCE_IN_PROGRESS


@pytest.mark.parametrize("state", ["stable", "completing"])
def test_a_follower_with_nothing_new_hears_of_the_present_generation(
    state: str,
) -> None:
    game = Game().stable("a", "b")
    if state == "completing":
        game.join("a")
        game.join("b")
    before = game.group
    step = game.join("b")
    told = JoinAnswer(Error.NONE, "b", before.generation, "consumer", "range", "a")
    assert step == Step(before, join=told)


def test_a_leader_that_joins_again_begins_a_new_generation_of_a_stable_group() -> None:
    game = Game().stable("a", "b")
    game.join("a")
    assert game.group.state is State.PREPARING


def test_a_leader_that_missed_its_answer_gets_it_again() -> None:
    game = Game()
    game.join(new="a")
    before = game.group
    step = game.join("a")
    assert (step.group, step.join) == (before, game.joins["a"])
    assert step.join is not None
    assert [it.member_id for it in step.join.members] == ["a"]
    assert step.join.generation == 1


@pytest.mark.parametrize("phase", ["stable", "completing"])
def test_a_member_with_other_metadata_begins_a_new_generation(phase: str) -> None:
    game = Game().stable("a", "b")
    if phase == "completing":
        game.join("a")
        game.join("b")
    game.join("b", protocols=CHANGED)
    assert game.group.state is State.PREPARING
    assert game.group.members["b"].protocols == CHANGED


def test_a_member_that_joins_again_may_have_other_time_outs() -> None:
    game = Game().stable("a")
    game.join("a", session_timeout_ms=7000, rebalance_timeout_ms=8000)
    member = game.group.members["a"]
    assert (member.session_timeout_ms, member.rebalance_timeout_ms) == (7000, 8000)


def test_a_client_without_a_common_protocol_stays_out() -> None:
    game = Game().stable("a")
    for fields in ({"protocols": (("x", b""),)}, {"protocol_type": "connect"}):
        step = game.join(new="b", **fields)
        assert step.join is not None
        assert step.join.error is Error.INCONSISTENT_GROUP_PROTOCOL
    assert list(game.group.members) == ["a"]
    assert game.group.state is State.STABLE


@pytest.mark.parametrize("fields", [{"protocols": ()}, {"protocol_type": ""}])
def test_the_first_member_has_to_name_a_protocol_and_its_type(
    fields: dict[str, object],
) -> None:
    step = Game().join(new="a", **fields)
    assert step.join is not None
    assert step.join.error is Error.INCONSISTENT_GROUP_PROTOCOL


def test_a_group_never_begins_without_a_protocol() -> None:
    game = Game(rules=replace(RULES, requires_protocol_type=False))
    step = game.join(new="a", protocols=())
    assert step.join is not None
    assert step.join.error is Error.INCONSISTENT_GROUP_PROTOCOL
    game.join(new="b", protocol_type="")
    assert game.joins["b"].error is Error.NONE


def test_metadata_need_not_be_a_subscription() -> None:
    game = Game()
    game.join(new="a", protocols=(("range", b"no subscription"),))
    (told,) = game.joins["a"].members
    assert told.metadata == b"no subscription"


def test_a_member_id_that_nobody_gave_out_is_unknown() -> None:
    step = Game().stable("a").join("z")
    assert step.join is not None
    assert (step.join.error, step.join.member_id) == (Error.UNKNOWN_MEMBER_ID, "z")


def test_session_time_outs_have_bounds() -> None:
    rules = GroupRules(session_timeout_min_ms=6000, session_timeout_max_ms=300_000)
    errors = [session_timeout_error(it, rules) for it in (5999, 6000, 300_000, 300_001)]
    refused = Error.INVALID_SESSION_TIMEOUT
    assert errors == [refused, Error.NONE, Error.NONE, refused]


def test_a_client_is_told_its_id_before_it_may_join() -> None:
    game = Game()
    step = game.join(new="a", must_have_id=True)
    assert step.join is not None
    assert (step.join.error, step.join.member_id) == (Error.MEMBER_ID_REQUIRED, "a")
    assert game.group.state is State.EMPTY
    game.join("a", must_have_id=True)
    assert game.joins["a"].error is Error.NONE
    assert game.group.pending == {}


def test_an_id_that_was_given_out_is_kept_for_a_session() -> None:
    game = Game(now_ms=5)
    game.join(new="a", must_have_id=True)
    game.join(new="b", must_have_id=True, session_timeout_ms=7000)
    assert game.group.pending == {"a": 5 + SESSION_MS, "b": 7005}
    game.join("b", must_have_id=True)
    assert game.group.pending == {"a": 5 + SESSION_MS}


def test_a_full_group_takes_nobody_in() -> None:
    game = Game(replace(RULES, size_max=1)).stable("a")
    step = game.join(new="b")
    assert step.join == JoinAnswer(Error.GROUP_MAX_SIZE_REACHED, "")
    assert game.group.state is State.STABLE
    assert game.join("a").join is None, "who is in it may join again"
    assert game.joins["a"].error is Error.NONE


def test_a_full_group_that_waits_for_others_takes_in_who_waits_already() -> None:
    game = Game(replace(RULES, size_max=2)).stable("a", "b")
    game.join("a")
    assert game.join("a").join is None
    step = game.join(new="c")
    assert step.join is None, "b has not joined: its place is free"
    assert game.group.state is State.PREPARING
    assert game.join(new="d").join == JoinAnswer(Error.GROUP_MAX_SIZE_REACHED, "")
    step = game.join("b")
    assert step.join == JoinAnswer(Error.GROUP_MAX_SIZE_REACHED, "")
    assert list(game.group.members) == ["a", "c"]
    assert game.joins["c"].error is Error.NONE


def test_a_group_that_shrank_keeps_those_who_join_first() -> None:
    game = Game().stable("a", "b")
    game.rules = replace(RULES, size_max=1)
    game.join("a")
    step = game.join("b")
    assert step.join is not None
    assert step.join.error is Error.GROUP_MAX_SIZE_REACHED
    assert list(game.group.members) == ["a"]
    assert game.joins["a"].error is Error.NONE


def static_pair(leader: str = "ia") -> Game:
    """A stable group of a leader and a static member."""
    game = Game()
    game.join(new="a", instance_id=leader)
    game.join(new="b", instance_id="ib")
    game.join("a", instance_id=leader)
    game.sync("b", instance_id="ib")
    game.sync("a", {"a": b"A", "b": b"B"}, instance_id=leader)
    game.joins.clear()
    game.stored.clear()
    return game


def test_a_static_member_that_comes_back_keeps_its_work_and_disturbs_nobody() -> None:
    game = static_pair()
    game.join(new="b2", instance_id="ib")
    assert game.group.state is State.STABLE
    told = game.joins["b2"]
    assert (told.error, told.generation, told.leader) == (Error.NONE, 2, "a")
    assert game.sync("b2", instance_id="ib") is not None
    assert game.syncs["b2"].assignment == b"B"
    assert isinstance(game.stored[0], StoreReplacement)


def test_one_that_comes_back_is_the_one_before_under_another_id() -> None:
    game = static_pair()
    before = game.group
    game.now_ms = 500
    game.join(new="b2", instance_id="ib", session_timeout_ms=8000)
    assert list(game.group.members) == ["a", "b2"]
    assert game.group.members["b2"] == replace(
        before.members["b"], id="b2", session_timeout_ms=8000, deadline_ms=8500
    )
    assert game.stored == [StoreReplacement(before, "b2", may_skip_assignment=False)]
    assert game.joins["b2"] == JoinAnswer(Error.NONE, "b2", 2, "consumer", "range", "a")


def test_whoever_it_was_before_is_fenced() -> None:
    game = static_pair()
    game.join(new="b2", instance_id="ib")
    assert game.heartbeat("b", instance="ib") is Error.FENCED_INSTANCE_ID
    step = game.join("b", instance_id="ib")
    assert step.join is not None
    assert step.join.error is Error.FENCED_INSTANCE_ID
    assert game.heartbeat("b2", instance="ib") is Error.NONE


def test_one_that_comes_back_in_the_first_wait_is_no_new_member() -> None:
    game = Game(replace(RULES, initial_delay_ms=3000))
    game.join(new="a", instance_id="ia")
    game.join(new="a2", instance_id="ia")
    assert game.joins["a"].error is Error.FENCED_INSTANCE_ID
    assert game.group.members["a2"].is_joining
    assert not game.group.members["a2"].is_new


def test_one_that_comes_back_last_ends_the_join_phase() -> None:
    game = static_pair()
    game.join("a", instance_id="ia")
    game.now_ms = 500
    game.join(new="b2", instance_id="ib")
    assert game.joins["b2"].generation == game.joins["a"].generation == 3
    assert game.group.members["b2"].deadline_ms == 500 + SESSION_MS


def test_the_one_before_is_not_waited_for_when_it_has_not_synced() -> None:
    game = static_pair()
    game.join("a", instance_id="ia")
    game.join("b", instance_id="ib")
    game.sync("a", {"a": b"A", "b": b"B"}, instance_id="ia")
    assert game.group.unsynced == {"b"}
    game.join(new="b2", instance_id="ib")
    assert (game.group.unsynced, game.group.sync_deadline_ms) == (frozenset(), None)


def test_a_request_of_the_old_one_that_waits_is_fenced_too() -> None:
    game = static_pair()
    game.join(new="c", instance_id="ic")
    game.join("b", instance_id="ib")
    game.join(new="b2", instance_id="ib")
    assert game.joins["b"] == JoinAnswer(Error.FENCED_INSTANCE_ID, "b")
    game.join("a", instance_id="ia")
    assert game.joins["b2"].error is Error.NONE
    game.sync("b2", instance_id="ib")
    game.join(new="b3", instance_id="ib")
    assert game.syncs["b2"].error is Error.FENCED_INSTANCE_ID
    assert "b3" not in game.syncs


def test_a_static_leader_that_came_back_is_told_to_keep_the_assignment() -> None:
    game = static_pair()
    game.join(new="a2", instance_id="ia", may_skip_assignment=True)
    told = game.joins["a2"]
    assert (told.skip_assignment, told.leader) == (True, "a2")
    assert told.members == (
        JoinedMember("a2", "ia", b"r"),
        JoinedMember("b", "ib", b"r"),
    )


def test_a_static_follower_that_came_back_is_not_told_of_others() -> None:
    game = static_pair()
    game.join(new="b2", instance_id="ib", may_skip_assignment=True)
    told = game.joins["b2"]
    assert (told.skip_assignment, told.leader, told.members) == (False, "a", ())


def test_one_that_cannot_be_told_so_hears_the_old_leaders_name() -> None:
    game = static_pair()
    game.join(new="a2", instance_id="ia")
    told = game.joins["a2"]
    assert (told.skip_assignment, told.leader, told.members) == (False, "a", ())
    assert game.group.leader == "a2"


def test_if_it_cannot_be_written_down_the_old_one_stays() -> None:
    game = static_pair()
    before = game.group.members
    game.store_error = Error.NOT_COORDINATOR
    game.now_ms = 500
    game.join(new="b2", instance_id="ib")
    assert game.joins["b2"] == JoinAnswer(
        Error.NOT_COORDINATOR, "", 2, "consumer", "range", "a"
    )
    deadline_ms = 500 + SESSION_MS
    assert game.group.members["b"] == replace(before["b"], deadline_ms=deadline_ms)
    assert list(game.group.members) == ["a", "b"]
    assert game.heartbeat("b", instance="ib") is Error.NONE


def test_the_second_stays_though_the_first_is_of_a_later_instance() -> None:
    game = static_pair(leader="iz")
    before = game.group.members
    game.store_error = Error.NOT_COORDINATOR
    game.join(new="b2", instance_id="ib")
    assert dict(game.group.members) == dict(before)


def test_the_old_one_waits_for_nothing_though_it_had_not_been_answered() -> None:
    group = static_pair().group
    waiting = replace(group.members["b"], is_joining=True)
    before = group.with_member(waiting)
    after = group.without("b").with_member(replace(waiting, id="b2"))
    stored = StoreReplacement(before, "b2", may_skip_assignment=False)
    step = on_replacement_stored(after, stored, Error.NOT_COORDINATOR)
    assert not step.group.members["b"].is_joining


@pytest.mark.parametrize("meanwhile", ["gone", "answered", "joining again"])
def test_one_that_came_back_is_not_told_so_if_more_has_happened(meanwhile: str) -> None:
    group = static_pair().group
    if meanwhile != "gone":
        is_joining = meanwhile == "joining again"
        group = group.with_member(
            replace(group.members["b"], id="b2", is_joining=is_joining)
        )
        if is_joining:
            group = replace(group, state=State.PREPARING)
    stored = StoreReplacement(group, "b2", may_skip_assignment=False)
    assert on_replacement_stored(group, stored, Error.NONE) == Step(group)


def test_one_that_comes_back_with_another_best_protocol_begins_a_generation() -> None:
    game = Game()
    both = (("range", b""), ("rr", b""))
    game.join(new="a", instance_id="ia", protocols=both)
    game.sync("a", {}, instance_id="ia")
    game.join(new="a2", instance_id="ia", protocols=both[::-1])
    assert game.joins["a2"].protocol == "rr"
    assert game.group.generation == 2


def test_one_that_comes_back_while_the_work_is_divided_begins_a_generation() -> None:
    game = static_pair()
    game.join("a", instance_id="ia")
    game.join("b", instance_id="ib")
    game.join(new="b2", instance_id="ib")
    assert game.group.state is State.PREPARING
