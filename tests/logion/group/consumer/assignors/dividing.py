"""Groups to be divided, and what must hold of every division."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from hypothesis import strategies as st
from logion.group.consumer.assignors.spec import GroupSpec, MemberSpec
from logion.group.consumer.state import Assignment, TopicIdPartition

from tests.logion.group.consumer.grouping import topic_id

TOPICS = tuple(map(topic_id, "tuvw"))


def alike(members: Iterable[str], **sizes: int) -> GroupSpec:
    """Return a group whose members all want all of these topics."""
    ids = {topic_id(name): size for name, size in sizes.items()}
    return GroupSpec({it: MemberSpec(frozenset(ids)) for it in members}, ids)


def divide(spec: GroupSpec, before: Mapping[str, Assignment]) -> GroupSpec:
    """Return the group with what its members had."""
    members = {
        member_id: member._replace(assigned=before.get(member_id, frozenset()))
        for member_id, member in spec.members.items()
    }
    return GroupSpec(members, spec.sizes)


def moved(before: Mapping[str, Assignment], after: Mapping[str, Assignment]) -> int:
    """Return how many partitions have changed hands."""
    return sum(len(after[it] - before.get(it, frozenset())) for it in after)


def check_complete(spec: GroupSpec, given: Mapping[str, Assignment]) -> None:
    """Hold that each partition goes once to one who wants it."""
    assert given.keys() == spec.members.keys()
    handed_out = [it for those in given.values() for it in those]
    assert len(handed_out) == len(set(handed_out))
    assert set(handed_out) == {p for it in spec.sizes for p in spec.partitions(it)}
    for member_id, those in given.items():
        assert {it.topic_id for it in those} <= spec.members[member_id].topics


WISHES = st.sampled_from(
    [
        frozenset(topics)
        for count in range(1, len(TOPICS) + 1)
        for topics in combinations(TOPICS, count)
    ]
)
SIZES = st.lists(st.integers(1, 9), min_size=len(TOPICS), max_size=len(TOPICS))
OWNERS = st.lists(st.integers(0, 6), max_size=9)
"""Who had which partition of a topic, by number; 6 is nobody."""


@st.composite
def specs(draw: st.DrawFn, *, are_alike: bool) -> GroupSpec:
    """Draw a group; what its members had may be anything, topics that are gone too."""
    names = [f"m{it}" for it in range(draw(st.integers(1, 6)))]
    wishes = draw(st.lists(WISHES, min_size=len(names), max_size=len(names)))
    if are_alike:
        wishes = wishes[:1] * len(names)
    sizes = dict(zip(TOPICS, draw(SIZES), strict=True))
    had: list[set[TopicIdPartition]] = [set() for _ in names]
    for topic in TOPICS:
        for partition, owner in enumerate(draw(OWNERS)):
            if owner < len(names):
                had[owner].add(TopicIdPartition(topic, partition))
    members = {
        name: MemberSpec(wish, frozenset(mine), f"i-{name}" if number % 2 else None)
        for number, (name, wish, mine) in enumerate(
            zip(names, wishes, had, strict=True)
        )
    }
    wanted = frozenset().union(*wishes)
    return GroupSpec(members, {it: sizes[it] for it in sorted(wanted)})


def alike_groups() -> st.SearchStrategy[GroupSpec]:
    """Draw groups whose members all want the same."""
    return specs(are_alike=True)


def mixed() -> st.SearchStrategy[GroupSpec]:
    """Draw groups whose members want this and that."""
    return specs(are_alike=False)
