"""What classic consumers tell each other, read and written by the broker itself.

A group with members of both protocols needs to understand the classic ones: their
subscriptions are in the metadata of JoinGroup, their partitions in its assignments, by
names of topics instead of ids.
"""

from __future__ import annotations

from collections.abc import Iterable

from logion import names
from logion.cluster.image import ClusterImage
from logion.group.consumer.changes import by_topic
from logion.group.consumer.state import Assignment, TopicIdPartition
from logion.protocol import embedded
from logion.protocol.errors import ProtocolError
from logion.protocol.messages.consumer_protocol import TopicPartition


def assignment_bytes(
    partitions: Iterable[TopicIdPartition], image: ClusterImage, metadata: bytes
) -> bytes:
    """Return an assignment in the version of a consumer's own `metadata`.

    It is version 0 if that says none. Topics that are gone are left out.
    """
    known = image.topics_by_id
    named = [
        names.TopicPartition(known[topic_id].name, index)
        for topic_id, those in by_topic(partitions).items()
        for index in those
        if topic_id in known
    ]
    return embedded.assignment_bytes(named, _version_of(metadata))


def by_id(topics: Iterable[TopicPartition], image: ClusterImage) -> Assignment:
    """Return these partitions by the ids of their topics, as far as those exist."""
    return frozenset(
        TopicIdPartition(image.topics[it.topic].id, partition)
        for it in topics
        if it.topic in image.topics
        for partition in it.partitions
    )


def _version_of(metadata: bytes) -> int:
    """Return the version of metadata, which nobody looked at before; 0 if it has none.

    Of the protocols that a member knows only the first one must be a subscription.
    """
    try:
        return embedded.version_of(metadata)
    except ProtocolError:
        return 0
