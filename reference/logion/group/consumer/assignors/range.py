"""The assignor `range`: each topic is cut into ranges, one for each who wants it.

Topics with as many partitions, wanted by the same members, are cut alike, so that
partitions of equal number go to the same member and can be joined there. Static
members come first, so that they keep their place while others come and go.
"""

from __future__ import annotations

from collections.abc import Mapping

from logion.group.consumer.assignors.spec import GroupSpec
from logion.group.consumer.state import Assignment, TopicIdPartition


def assign_ranges(spec: GroupSpec) -> Mapping[str, Assignment]:
    """Return a range of each topic for each who wants it; the first get one more."""
    given: dict[str, set[TopicIdPartition]] = {it: set() for it in spec.members}
    ordered = sorted(spec.members, key=lambda it: _place(spec, it))
    for topic_id, size in spec.sizes.items():
        wanting = [it for it in ordered if topic_id in spec.members[it].topics]
        start = 0
        for place, member_id in enumerate(wanting):
            end = start + size // len(wanting) + (place < size % len(wanting))
            given[member_id] |= {
                TopicIdPartition(topic_id, it) for it in range(start, end)
            }
            start = end
    return {member_id: frozenset(those) for member_id, those in given.items()}


def _place(spec: GroupSpec, member_id: str) -> tuple[bool, str]:
    instance_id = spec.members[member_id].instance_id
    return (instance_id is None, member_id if instance_id is None else instance_id)
