"""How the leader of a group of consumers divides partitions: range and round robin.

Pure. Members are taken in the order of their ids, topics in that of their names, so
that every leader would divide the same way.

Source: Kafka documentation, `partition.assignment.strategy`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import TypeAlias

from logion.names import TopicPartition

Subscriptions: TypeAlias = Mapping[str, Sequence[str]]
"""The topics of each member, by its id."""

Counts: TypeAlias = Mapping[str, int]
"""How many partitions each topic has; a topic that is missing has none."""

Division: TypeAlias = dict[str, list[TopicPartition]]
"""The partitions of each member, by its id."""


def divide_by_range(subscriptions: Subscriptions, counts: Counts) -> Division:
    """Give each member a run of neighbouring partitions of each of its topics.

    The first members get one more where a topic does not divide evenly.
    """
    division: Division = {member: [] for member in sorted(subscriptions)}
    for topic in sorted({it for topics in subscriptions.values() for it in topics}):
        readers = [it for it in division if topic in subscriptions[it]]
        size, rest = divmod(counts.get(topic, 0), len(readers))
        start = 0
        for at, member in enumerate(readers):
            end = start + size + (at < rest)
            division[member] += [TopicPartition(topic, it) for it in range(start, end)]
            start = end
    return division


def divide_round_robin(subscriptions: Subscriptions, counts: Counts) -> Division:
    """Deal all partitions out, one at a time; who does not read a topic is skipped."""
    division: Division = {member: [] for member in sorted(subscriptions)}
    turn = cycle(division)
    for topic in sorted({it for topics in subscriptions.values() for it in topics}):
        for index in range(counts.get(topic, 0)):
            member = next(it for it in turn if topic in subscriptions[it])
            division[member].append(TopicPartition(topic, index))
    return division


ASSIGNORS: Mapping[str, Callable[[Subscriptions, Counts], Division]] = {
    "range": divide_by_range,
    "roundrobin": divide_round_robin,
}
"""By the names under which consumers know them."""
