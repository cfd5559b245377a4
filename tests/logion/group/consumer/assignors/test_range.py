"""The assignor `range`: each topic in ranges, topics alike cut alike."""

from __future__ import annotations

from hypothesis import given
from logion.group.consumer.assignors.range import assign_ranges
from logion.group.consumer.assignors.spec import GroupSpec, MemberSpec

from tests.logion.group.consumer.assignors.dividing import (
    alike,
    check_complete,
    mixed,
)
from tests.logion.group.consumer.grouping import parts, topic_id


def test_topics_are_cut_alike_and_the_first_get_one_more() -> None:
    assert assign_ranges(alike("ba", t=3, u=3)) == {
        "a": parts(t=(0, 1), u=(0, 1)),
        "b": parts(t=(2,), u=(2,)),
    }


def test_only_who_wants_a_topic_gets_of_it() -> None:
    wants = {"a": "t", "b": "tu", "c": "u"}
    members = {it: MemberSpec(frozenset(map(topic_id, wants[it]))) for it in wants}
    spec = GroupSpec(members, {topic_id("t"): 4, topic_id("u"): 3})
    assert assign_ranges(spec) == {
        "a": parts(t=(0, 1)),
        "b": parts(t=(2, 3), u=(0, 1)),
        "c": parts(u=(2,)),
    }


def test_static_members_come_first_by_their_instance() -> None:
    wanted = frozenset({topic_id("t")})
    members = {
        "a": MemberSpec(wanted),
        "y": MemberSpec(wanted, instance_id="2"),
        "z": MemberSpec(wanted, instance_id="1"),
    }
    assert assign_ranges(GroupSpec(members, {topic_id("t"): 3})) == {
        "z": parts(t=(0,)),
        "y": parts(t=(1,)),
        "a": parts(t=(2,)),
    }


@given(spec=mixed())
def test_everything_is_given_once_in_ranges_of_like_size(spec: GroupSpec) -> None:
    given_out = assign_ranges(spec)
    check_complete(spec, given_out)
    for topic in spec.sizes:
        sizes = []
        for member_id, (topics, _, _) in spec.members.items():
            mine = sorted(p for t, p in given_out[member_id] if t == topic)
            assert mine == list(range(mine[0], mine[-1] + 1)) if mine else True
            sizes += [len(mine)] if topic in topics else []
        assert max(sizes) - min(sizes) <= 1
