"""A consumer group as a value: what it tells of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.group.consumer.state import (
    ConsumerGroup,
    GroupState,
    Member,
    MemberState,
    nothing,
)

from tests.logion.group.consumer.grouping import parts

A = Member("a", 5, instance_id="i")
GROUP = ConsumerGroup(
    "g",
    epoch=5,
    members={"a": A, "b": Member("b", 5)},
    static_members={"i": "a"},
    target_epoch=5,
    targets={"a": parts(t=(0,))},
)


def test_a_group_without_members_is_empty_whatever_its_epochs() -> None:
    assert ConsumerGroup("g").state is GroupState.EMPTY
    assert replace(GROUP, members={}, epoch=6).state is GroupState.EMPTY


def test_a_group_without_a_target_for_its_epoch_is_assigning() -> None:
    assert replace(GROUP, epoch=6).state is GroupState.ASSIGNING
    assert replace(GROUP, target_epoch=6).state is GroupState.RECONCILING


@pytest.mark.parametrize(
    "member",
    [
        Member("b", 4),
        Member("b", 6),
        Member("b", 5, state=MemberState.UNREVOKED_PARTITIONS),
        Member("b", 5, state=MemberState.UNRELEASED_PARTITIONS),
    ],
)
def test_a_group_is_stable_once_every_member_has_reached_the_target(
    member: Member,
) -> None:
    assert GROUP.state is GroupState.STABLE
    waits = replace(GROUP, members={"a": A, "b": member})
    assert waits.state is GroupState.RECONCILING


def test_static_members_are_found_by_their_instance() -> None:
    assert GROUP.static_member("i") is A
    assert GROUP.static_member("a") is None


def test_who_has_no_target_shall_have_nothing() -> None:
    assert GROUP.target_of("a") == parts(t=(0,))
    assert GROUP.target_of("b") == frozenset()


def test_nothing_cannot_be_filled() -> None:
    empty = nothing()
    with pytest.raises(TypeError):
        empty["key"] = 1  # type: ignore[index]
    assert empty == {}
