from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.client.assignors import (
    ASSIGNORS,
    divide_by_range,
    divide_round_robin,
)
from logion.names import TopicPartition

BOTH = {"C0": ["t0", "t1"], "C1": ["t0", "t1"]}
COUNTS = {"t0": 3, "t1": 3}


def names(partitions: list[TopicPartition]) -> set[str]:
    return {f"{it.topic}p{it.partition}" for it in partitions}


def test_range_gives_neighbours_of_each_topic() -> None:
    division = divide_by_range(BOTH, COUNTS)
    assert names(division["C0"]) == {"t0p0", "t0p1", "t1p0", "t1p1"}
    assert names(division["C1"]) == {"t0p2", "t1p2"}


def test_round_robin_deals_one_at_a_time() -> None:
    division = divide_round_robin(BOTH, COUNTS)
    assert names(division["C0"]) == {"t0p0", "t0p2", "t1p1"}
    assert names(division["C1"]) == {"t0p1", "t1p0", "t1p2"}


TOPICS = ["a", "b", "c"]


@pytest.mark.parametrize("name", ASSIGNORS)
@given(
    subscriptions=st.dictionaries(
        st.sampled_from("mnopq"), st.lists(st.sampled_from(TOPICS), unique=True)
    ),
    counts=st.dictionaries(st.sampled_from(TOPICS), st.integers(0, 7)),
)
def test_each_partition_goes_to_one_member_that_reads_it(
    name: str, subscriptions: dict[str, list[str]], counts: dict[str, int]
) -> None:
    division = ASSIGNORS[name](subscriptions, counts)
    dealt = Counter(it for own in division.values() for it in own)
    read = {it for topics in subscriptions.values() for it in topics}
    wanted = {
        TopicPartition(topic, index)
        for topic in read
        for index in range(counts.get(topic, 0))
    }
    assert dealt == Counter(wanted)
    for member, own in division.items():
        assert {it.topic for it in own} <= set(subscriptions[member])


@given(members=st.integers(1, 9), counts=st.lists(st.integers(0, 9), max_size=4))
def test_round_robin_shares_evenly_where_all_read_the_same(
    members: int, counts: list[int]
) -> None:
    topics = {f"t{at}": count for at, count in enumerate(counts)}
    everybody = {f"m{it}": list(topics) for it in range(members)}
    sizes = [len(own) for own in divide_round_robin(everybody, topics).values()]
    assert max(sizes) - min(sizes) <= 1
