"""How one member moves on towards its target."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from logion.group.consumer.changes import empty_group
from logion.group.consumer.reconciliation import is_waiting_for_others, reconciled
from logion.group.consumer.state import ConsumerGroup, Member, MemberState, Settings
from logion.protocol.errors import ApiError

from tests.logion.group.consumer.grouping import GROUP, parts, topic_id

P0, P1 = parts(t=(0,)), parts(t=(1,))
BOTH = P0 | P1


def group_of(*members: Member) -> ConsumerGroup:
    """Return a group whose target is of epoch 2."""
    group = empty_group(GROUP, Settings())
    return replace(
        group, members={it.member_id: it for it in members}, epoch=2, target_epoch=2
    )


def member(name: str, epoch: int, *assigned: Any, **fields: Any) -> Member:
    return Member(name, epoch, assigned=dict.fromkeys(assigned, epoch), **fields)


def step(group: ConsumerGroup, moves: Member, target: Any, owned: Any) -> Member:
    return reconciled(
        group,
        moves,
        target,
        subscribed=frozenset({topic_id("t")}),
        owned=owned,
        has_new_subscription=False,
    )


def test_a_member_gives_up_before_it_moves_on() -> None:
    a = member("a", 1, *BOTH)
    told = step(group_of(a), a, P0, None)
    assert (told.state, told.epoch) == (MemberState.UNREVOKED_PARTITIONS, 1)
    assert (set(told.assigned), set(told.revoking)) == (P0, P1)
    assert step(group_of(told), told, P0, BOTH) == told, "it owns it still"
    done = step(group_of(told), told, P0, P0)
    assert (done.state, done.epoch, dict(done.revoking)) == (MemberState.STABLE, 2, {})


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


def test_topics_that_are_no_longer_wanted_are_not_given() -> None:
    a = member("a", 1)
    told = step(group_of(a), a, parts(u=(0,)), frozenset())
    assert (told.epoch, dict(told.assigned)) == (2, {})


def test_a_state_of_a_later_release_is_fenced_unless_it_owns_nothing() -> None:
    a = member("a", 1, state=MemberState.UNKNOWN)
    with pytest.raises(ApiError, match="FENCED_MEMBER_EPOCH"):
        step(group_of(a), a, P0, None)
    assert set(step(group_of(a), a, P0, frozenset()).assigned) == P0
