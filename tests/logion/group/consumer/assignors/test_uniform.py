"""The assignor `uniform`: balanced, and as little moves as can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from logion.group.consumer.assignors.spec import GroupSpec, MemberSpec
from logion.group.consumer.assignors.uniform import assign_uniformly

from tests.logion.group.consumer.assignors.dividing import (
    alike,
    alike_groups,
    check_complete,
    divide,
    mixed,
    moved,
)
from tests.logion.group.consumer.grouping import parts, topic_id


def test_nobody_has_two_more_than_another() -> None:
    spec = alike(("a", "b", "c"), t=7)
    assert sorted(map(len, assign_uniformly(spec).values())) == [2, 2, 3]


def test_more_members_than_partitions_leave_some_idle() -> None:
    assert sorted(map(len, assign_uniformly(alike("abc", t=2)).values())) == [0, 1, 1]


def test_only_what_a_newcomer_needs_moves() -> None:
    before = assign_uniformly(alike("ab", t=6))
    after = assign_uniformly(divide(alike("abc", t=6), before))
    assert sorted(map(len, after.values())) == [2, 2, 2]
    assert moved(before, after) == 2


def test_only_what_a_leaver_had_moves() -> None:
    before = dict(assign_uniformly(alike("abc", t=6)))
    del before["b"]
    after = assign_uniformly(divide(alike("ac", t=6), before))
    assert all(before[it] <= after[it] for it in "ac")


def test_who_wants_a_topic_alone_gets_all_of_it() -> None:
    spec = GroupSpec(
        {
            "a": MemberSpec(frozenset({topic_id("t"), topic_id("u")})),
            "b": MemberSpec(frozenset({topic_id("t")})),
        },
        {topic_id("t"): 2, topic_id("u"): 3},
    )
    assert assign_uniformly(spec) == {"a": parts(u=(0, 1, 2)), "b": parts(t=(0, 1))}


def test_a_partition_moves_to_who_has_fewer_of_other_topics() -> None:
    wants = {"a": ("t", "u"), "b": ("t", "u"), "c": ("u",)}
    spec = GroupSpec(
        {
            it: MemberSpec(
                frozenset(map(topic_id, topics)),
                parts(t=(0, 1), u=(0, 1)) if it == "a" else frozenset(),
            )
            for it, topics in wants.items()
        },
        {topic_id("t"): 2, topic_id("u"): 2},
    )
    assert sorted(map(len, assign_uniformly(spec).values())) == [1, 1, 2]


def wanting(wants: dict[str, str], **sizes: int) -> GroupSpec:
    """Return a group whose members want the topics of these letters."""
    members = {k: MemberSpec(frozenset(map(topic_id, v))) for k, v in wants.items()}
    return GroupSpec(members, {topic_id(name): size for name, size in sizes.items()})


@pytest.mark.parametrize(
    ("spec", "loads"),
    [
        (wanting({"a": "w", "b": "", "c": "u", "d": "uw"}, u=2, w=4), [0, 2, 2, 2]),
        (
            wanting({"a": "tuv", "b": "uv", "c": "uw", "d": "tw"}, t=2, u=5, v=4, w=2),
            [3, 3, 3, 4],
        ),
    ],
)
def test_topics_with_many_partitions_for_each_go_first_so_that_others_even_it_out(
    spec: GroupSpec, loads: list[int]
) -> None:
    assert sorted(map(len, assign_uniformly(spec).values())) == loads


def test_who_has_the_one_partition_more_keeps_it() -> None:
    before = {"a": parts(t=(0,)), "b": parts(t=(1, 2)), "c": parts(t=(3,))}
    assert assign_uniformly(divide(alike("abc", t=4), before)) == before


@given(spec=alike_groups())
def test_alike_everything_is_given_once_in_balance(spec: GroupSpec) -> None:
    given_out = assign_uniformly(spec)
    check_complete(spec, given_out)
    sizes = [len(it) for it in given_out.values()]
    assert max(sizes) - min(sizes) <= 1


@given(spec=alike_groups())
def test_alike_nothing_moves_the_second_time(spec: GroupSpec) -> None:
    once = assign_uniformly(spec)
    assert assign_uniformly(divide(spec, once)) == once


@given(spec=alike_groups())
def test_alike_only_what_is_too_much_is_taken_away(spec: GroupSpec) -> None:
    given_out = assign_uniformly(spec)
    quota = sum(spec.sizes.values()) // len(spec.members)
    for member_id in spec.members:
        kept = set(spec.kept(member_id))
        assert len(kept & given_out[member_id]) >= min(len(kept), quota)


@given(spec=mixed())
def test_mixed_everything_is_given_once_to_who_wants_it(spec: GroupSpec) -> None:
    check_complete(spec, assign_uniformly(spec))


@given(spec=mixed())
def test_mixed_no_single_move_would_help(spec: GroupSpec) -> None:
    given_out = assign_uniformly(spec)
    for those in given_out.values():
        for partition in those:
            for taker, (topics, _, _) in spec.members.items():
                if partition.topic_id in topics:
                    assert len(those) - len(given_out[taker]) <= 1


@given(spec=mixed())
def test_mixed_nothing_moves_the_second_time(spec: GroupSpec) -> None:
    once = assign_uniformly(spec)
    assert assign_uniformly(divide(spec, once)) == once


def test_the_last_members_take_what_is_left_over() -> None:
    given_out = assign_uniformly(alike("abcd", t=7))
    assert sum(map(len, given_out.values())) == 7
