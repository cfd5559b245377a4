"""The assignor `uniform`: as many partitions for each, moving as few as possible.

If all want the same topics, nobody has two more than another. If not, a partition
moves while one who has it has two more than another who wants it; where wishes overlap,
that ends a little short of the best (`ROUNDS_MAX`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from logion.group.consumer.assignors.spec import GroupSpec
from logion.group.consumer.state import Assignment, TopicIdPartition
from logion.names import Uuid

ROUNDS_MAX = 16
"""How often all topics are balanced: if wishes overlap in chains, one round does not
do, and each about halves what is left to do."""


def assign_uniformly(spec: GroupSpec) -> Mapping[str, Assignment]:
    """Return as many partitions for each as its wishes allow, kept where possible."""
    wishes = {member.topics for member in spec.members.values()}
    given = _alike(spec) if len(wishes) == 1 else _Balance(spec).given()
    return {member_id: frozenset(those) for member_id, those in given.items()}


def _alike(spec: GroupSpec) -> dict[str, list[TopicIdPartition]]:
    """Divide among members who all want the same topics."""
    every = [it for topic_id in sorted(spec.sizes) for it in spec.partitions(topic_id)]
    quota, extras = divmod(len(every), len(spec.members))
    given: dict[str, list[TopicIdPartition]] = {}
    open_places: list[str] = []
    for place, member_id in enumerate(sorted(spec.members)):
        size = quota + (extras > 0)
        kept = spec.kept(member_id)[:size]
        must_take = len(spec.members) - place <= extras
        if len(kept) < size and size > quota and not must_take:
            size -= 1  # another one may have the extra partition already
        extras -= size > quota
        given[member_id] = kept
        open_places += [member_id] * (size - len(kept))
    taken = {it for those in given.values() for it in those}
    free = (it for it in every if it not in taken)
    for member_id, partition in zip(open_places, free, strict=True):
        given[member_id].append(partition)
    return given


class _Balance:
    """Who has what, while it is divided among members with different wishes."""

    __slots__ = ("_given", "_order", "_spec", "_wanting")

    def __init__(self, spec: GroupSpec) -> None:
        self._spec = spec
        self._order = {member_id: n for n, member_id in enumerate(sorted(spec.members))}
        self._given = {member_id: spec.kept(member_id) for member_id in self._order}
        self._wanting: dict[Uuid, list[str]] = defaultdict(list)
        for member_id in self._order:
            for topic_id in spec.members[member_id].topics:
                self._wanting[topic_id].append(member_id)

    def given(self) -> dict[str, list[TopicIdPartition]]:
        """Return what each member has in the end."""
        topics = sorted(self._spec.sizes, key=self._urgency)
        taken = {it for those in self._given.values() for it in those}
        for topic_id in topics:
            for partition in self._spec.partitions(topic_id):
                if partition not in taken:
                    self._given[self._poorest(topic_id)].append(partition)
        for _ in range(ROUNDS_MAX):
            if not sum(self._balanced(topic_id) for topic_id in topics):
                break
        return self._given

    def _urgency(self, topic_id: Uuid) -> tuple[float, int, Uuid]:
        """Return what topics are sorted by: those with many partitions for each who
        wants them first, then those that few want."""
        wanting = len(self._wanting[topic_id])
        return (-self._spec.sizes[topic_id] / wanting, wanting, topic_id)

    def _load(self, member_id: str) -> tuple[int, int]:
        return (len(self._given[member_id]), self._order[member_id])

    def _poorest(self, topic_id: Uuid) -> str:
        return min(self._wanting[topic_id], key=self._load)

    def _balanced(self, topic_id: Uuid) -> int:
        """Balance one topic among those who want it; return how much has moved."""
        held = {
            member_id: [it for it in self._given[member_id] if it.topic_id == topic_id]
            for member_id in self._wanting[topic_id]
        }
        moved = 0
        while givers := [it for it, those in held.items() if those]:
            giver = max(givers, key=self._load)
            taker = self._poorest(topic_id)
            if len(self._given[giver]) - len(self._given[taker]) <= 1:
                break
            partition = held[giver].pop()
            self._given[giver].remove(partition)
            self._given[taker].append(partition)
            moved += 1
        return moved
