"""What classic consumers tell each other, read and written by the broker itself.

A group with members of both protocols needs to understand the classic ones: their
subscriptions are in the metadata of JoinGroup, their partitions in its assignments, by
names of topics instead of ids.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import TypeVar

from logion.cluster.image import ClusterImage
from logion.group.consumer.changes import by_topic
from logion.group.consumer.state import Assignment, TopicIdPartition
from logion.protocol.codec import decode, encode
from logion.protocol.errors import ProtocolError
from logion.protocol.messages.consumer_protocol import (
    ConsumerProtocolAssignment,
    ConsumerProtocolSubscription,
    TopicPartition,
)

_VERSION = Struct(">h")

VERSION_LAST = 3
"""The newest version known; what is newer begins like it."""

T = TypeVar("T")


def subscription_in(metadata: bytes) -> ConsumerProtocolSubscription:
    """Return what a consumer wants; ProtocolError if the bytes do not say it."""
    return _read(ConsumerProtocolSubscription, metadata)


def assignment_in(data: bytes) -> ConsumerProtocolAssignment:
    """Return what a consumer has, nothing if there are no bytes; or ProtocolError."""
    if not data:
        return ConsumerProtocolAssignment(assigned_partitions=())
    return _read(ConsumerProtocolAssignment, data)


def assignment_bytes(
    partitions: Iterable[TopicIdPartition], image: ClusterImage, metadata: bytes
) -> bytes:
    """Return an assignment in the version of a consumer's own `metadata`.

    Topics that are gone are left out.
    """
    version = min(_version_of(metadata), VERSION_LAST)
    assigned = tuple(
        TopicPartition(topic=image.topics_by_id[topic_id].name, partitions=those)
        for topic_id, those in by_topic(partitions).items()
        if topic_id in image.topics_by_id
    )
    message = ConsumerProtocolAssignment(assigned_partitions=assigned)
    return _VERSION.pack(version) + encode(message, version)


def by_id(topics: Iterable[TopicPartition], image: ClusterImage) -> Assignment:
    """Return these partitions by the ids of their topics, as far as those exist."""
    return frozenset(
        TopicIdPartition(image.topics[it.topic].id, partition)
        for it in topics
        if it.topic in image.topics
        for partition in it.partitions
    )


def _version_of(data: bytes) -> int:
    if len(data) < _VERSION.size or (version := _VERSION.unpack_from(data)[0]) < 0:
        raise ProtocolError(f"{len(data)} bytes do not begin with a version >= 0")
    return int(version)


def _read(cls: type[T], data: bytes) -> T:
    version = min(_version_of(data), VERSION_LAST)
    return decode(cls, version, data, offset=_VERSION.size)
