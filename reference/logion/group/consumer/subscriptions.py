"""What a group subscribes to, and whether that has changed in the cluster.

Subscriptions go by name or by pattern; a topic that does not exist counts once it
does. A group remembers its topics as it last saw them, 64 bits of them or (before 4.1)
a record of them: once they differ, its epoch rises and the work is divided anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b

from logion.cluster.image import ClusterImage, TopicInfo
from logion.group.consumer.changes import Draft
from logion.group.consumer.patterns import Pattern
from logion.group.consumer.state import (
    ConsumerGroup,
    Member,
    Moment,
    ResolvedPattern,
)
from logion.names import Uuid
from logion.protocol.errors import ApiError
from logion.protocol.messages.group_records import TopicMetadata


def names_of(group: ConsumerGroup, member: Member) -> frozenset[str]:
    """Return the topics a member wants; what matches no resolved pattern is not one."""
    resolved = group.patterns.get(member.topic_pattern)
    return member.topic_names | (resolved.topics if resolved else frozenset())


def topics_of(
    group: ConsumerGroup, member: Member, image: ClusterImage
) -> frozenset[Uuid]:
    """Return the ids of the topics a member wants, as far as they exist."""
    return frozenset(it.id for it in _existing(names_of(group, member), image))


def names_of_all(group: ConsumerGroup) -> frozenset[str]:
    """Return the topics that any member wants."""
    by_name = (it.topic_names for it in group.members.values())
    by_pattern = (it.topics for it in group.patterns.values())
    return frozenset().union(*by_name, *by_pattern)


def update_patterns(draft: Draft, moment: Moment) -> bool:
    """Look up the patterns of the group as far as needed; tell if topics changed.

    Nobody's pattern is forgotten. A pattern is looked up when it is new, when topics
    came or went since the last time, and after `pattern_interval_ms` in any case.
    """
    group = draft.group
    wanted = {it.topic_pattern for it in group.members.values()} - {""}
    has_changed = False
    for pattern in sorted(group.patterns.keys() - wanted):
        draft.write_pattern(pattern, None)
        has_changed = True
    for pattern in sorted(wanted):
        known = group.patterns.get(pattern)
        if known is None or _is_due(group, known, moment):
            topics = _matching(draft, pattern, moment.image)
            resolved = ResolvedPattern(topics, timestamp=moment.time_ms)
            draft.write_pattern(pattern, resolved)
            has_changed |= known is None or known.topics != topics
    return has_changed


def update_metadata(draft: Draft, moment: Moment, *, has_changed: bool) -> None:
    """Hold the group's topics against the cluster; the epoch rises if they differ.

    `has_changed` raises it in any case.
    """
    group, image = draft.group, moment.image
    topics = _existing(sorted(names_of_all(group)), image)
    if moment.settings.has_metadata_hash:
        seen = _hash(topics)
        has_changed |= seen != group.metadata_hash
        if group.topics_seen is not None:
            draft.write_topics(None)
    else:
        seen = 0
        described = tuple(_described(it) for it in topics)
        if described != (group.topics_seen or ()):
            draft.write_topics(described)
            has_changed = True
    if has_changed:
        draft.write_epoch(group.epoch + 1, seen)


def seen_now(group: ConsumerGroup, moment: Moment) -> ConsumerGroup:
    """Return the group as it is after its topics are stored as the cluster has them:
    for one that has been made up from another protocol's."""
    topics = _existing(sorted(names_of_all(group)), moment.image)
    if moment.settings.has_metadata_hash:
        return replace(group, metadata_hash=_hash(topics))
    return replace(group, topics_seen=tuple(_described(it) for it in topics))


def _is_due(group: ConsumerGroup, known: ResolvedPattern, moment: Moment) -> bool:
    seen = group.image_seen
    if seen is None or seen.topics.keys() != moment.image.topics.keys():
        return True
    return moment.time_ms > known.timestamp + moment.settings.pattern_interval_ms


def _matching(draft: Draft, pattern: str, image: ClusterImage) -> frozenset[str]:
    """Return the topics that match; none if a broker of another make took a pattern
    that is none here."""
    try:
        matches = Pattern(pattern).matches
    except ApiError as problem:
        draft.note(str(problem))
        return frozenset()
    return frozenset(it for it in image.topics if matches(it))


def _existing(names: Iterable[str], image: ClusterImage) -> list[TopicInfo]:
    return [image.topics[it] for it in names if it in image.topics]


def _described(topic: TopicInfo) -> TopicMetadata:
    return TopicMetadata(
        topic_id=topic.id,
        topic_name=topic.name,
        num_partitions=len(topic.partitions),
        partition_metadata=(),
    )


def _hash(topics: list[TopicInfo]) -> int:
    """Return 64 bits that stand for these topics, 0 for none.

    Ids, names and numbers of partitions go in; the bits are our own, so they differ
    once from what a broker of another make has stored.
    """
    if not topics:
        return 0
    digest = blake2b(digest_size=8)
    for topic in topics:
        digest.update(repr((topic.id, topic.name, len(topic.partitions))).encode())
    return int.from_bytes(digest.digest(), "big", signed=True)
