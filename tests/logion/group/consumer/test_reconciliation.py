"""How one member moves on towards its target."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from logion.group.consumer.changes import empty_group
from logion.group.consumer.reconciliation import is_waiting_for_others, reconciled
from logion.group.consumer.state import ConsumerGroup, Member, MemberState, Settings
from logion.protocol.errors import ApiError, Error

from tests.logion.group.consumer.grouping import GROUP, parts, topic_id

P0, P1 = parts(t=(0,)), parts(t=(1,))
BOTH = P0 | P1
U0 = parts(u=(0,))


def group_of(*members: Member) -> ConsumerGroup:
    """Return a group whose target is of epoch 2."""
    group = empty_group(GROUP, Settings())
    return replace(
        group, members={it.member_id: it for it in members}, epoch=2, target_epoch=2
    )


def member(name: str, epoch: int, *assigned: Any, **fields: Any) -> Member:
    return Member(name, epoch, assigned=dict.fromkeys(assigned, epoch), **fields)


def step(
    group: ConsumerGroup,
    moves: Member,
    target: Any,
    owned: Any,
    *,
    has_new_subscription: bool = False,
) -> Member:
    """Return the member after a step; it wants the topic `t` alone."""
    return reconciled(
        group,
        moves,
        target,
        subscribed=frozenset({topic_id("t")}),
        owned=owned,
        has_new_subscription=has_new_subscription,
    )


def narrowed(moves: Member, owned: Any) -> Member:
    """Return the member after it has said that it wants less than before."""
    shall_have = frozenset(moves.assigned)
    return step(group_of(moves), moves, shall_have, owned, has_new_subscription=True)


def test_a_member_gives_up_before_it_moves_on() -> None:
    a = member("a", 1, *BOTH)
    told = step(group_of(a), a, P0, None)
    assert (told.state, told.epoch) == (MemberState.UNREVOKED_PARTITIONS, 1)
    assert (set(told.assigned), set(told.revoking)) == (P0, P1)
    assert told.previous_epoch == 1
    assert step(group_of(told), told, P0, BOTH) == told, "it owns it still"
    done = step(group_of(told), told, P0, P0)
    assert (done.state, done.epoch, dict(done.revoking)) == (MemberState.STABLE, 2, {})
    assert done.previous_epoch == 1


def test_what_a_member_does_not_own_it_need_not_give_up() -> None:
    a = member("a", 1, *BOTH)
    told = step(group_of(a), a, P0, P0)
    assert (told.state, told.epoch) == (MemberState.STABLE, 2)
    assert (dict(told.assigned), dict(told.revoking)) == (dict.fromkeys(P0, 1), {})


def test_who_has_nothing_to_give_up_moves_on_in_silence() -> None:
    a = member("a", 1, *P0, previous_epoch=0)
    told = step(group_of(a), a, P0, None)
    assert (told.state, told.epoch) == (MemberState.STABLE, 2)
    assert told.previous_epoch == 1


def test_nobody_gets_what_another_one_has() -> None:
    a, b = member("a", 1, *BOTH), member("b", 0)
    told = step(group_of(a, b), b, P1, frozenset())
    assert (told.state, told.epoch) == (MemberState.UNRELEASED_PARTITIONS, 2)
    assert dict(told.assigned) == {}
    group = replace(group_of(a, told), targets={"b": P1})
    assert is_waiting_for_others(group, told)
    free = replace(group, members={"a": member("a", 2, *P0), "b": told})
    assert not is_waiting_for_others(free, told)
    assert set(step(free, told, P1, frozenset()).assigned) == P1


def test_who_has_arrived_stays_as_it_is() -> None:
    a = member("a", 2, *P0)
    assert step(group_of(a), a, P0, P0) is a
    assert step(group_of(a), a, P0, None) is a


def test_who_wants_less_gives_it_up_before_there_is_a_new_target() -> None:
    a = member("a", 2, *P0, *U0, previous_epoch=1)
    assert step(group_of(a), a, P0 | U0, None) is a, "it has not said so"
    told = narrowed(a, None)
    assert (told.state, told.epoch) == (MemberState.UNREVOKED_PARTITIONS, 2)
    assert told.previous_epoch == 2
    assert dict(told.assigned) == dict.fromkeys(P0, 2)
    assert dict(told.revoking) == dict.fromkeys(U0, 2)
    assert narrowed(a, P0 | U0) == told


def test_who_wants_less_and_owns_no_more_has_given_it_up_already() -> None:
    told = narrowed(member("a", 2, *P0, *U0, previous_epoch=1), P0)
    assert (told.state, told.epoch) == (MemberState.STABLE, 2)
    assert told.previous_epoch == 2
    assert (dict(told.assigned), dict(told.revoking)) == (dict.fromkeys(P0, 2), {})


def test_who_is_giving_up_and_wants_less_gives_up_more() -> None:
    giving = dict.fromkeys(P1, 1)
    state = MemberState.UNREVOKED_PARTITIONS
    a = member("a", 1, *P0, *U0, state=state, revoking=giving)
    assert step(group_of(a), a, P0, None) is a, "it wants what it wanted"
    told = narrowed(a, P1)
    assert (told.state, told.epoch) == (state, 1)
    assert dict(told.assigned) == dict.fromkeys(P0, 1)
    assert dict(told.revoking) == {**giving, **dict.fromkeys(U0, 1)}


def test_who_wants_something_else_but_not_less_gives_nothing_up() -> None:
    a = member("a", 2, *P0)
    assert narrowed(a, P0) is a


def test_topics_that_are_no_longer_wanted_are_not_given() -> None:
    a = member("a", 1)
    told = step(group_of(a), a, parts(u=(0,)), frozenset())
    assert (told.epoch, dict(told.assigned)) == (2, {})


def test_a_state_of_a_later_release_is_fenced_unless_it_owns_nothing() -> None:
    a = member("a", 1, state=MemberState.UNKNOWN)
    with pytest.raises(ApiError) as caught:
        step(group_of(a), a, P0, None)
    assert caught.value.error is Error.FENCED_MEMBER_EPOCH
    assert caught.value.message == (
        "The consumer group member is in an unknown state. The member must abandon all"
        " its partitions and rejoin."
    )
    assert set(step(group_of(a), a, P0, frozenset()).assigned) == P0
