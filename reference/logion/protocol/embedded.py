"""What consumers tell each other through a classic group: versioned bytes.

An int16 version, then a message of `messages.consumer_protocol`. What is of a newer
version than is known here begins like the newest that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import TypeVar

from logion import names
from logion.protocol.codec import decode, encode
from logion.protocol.errors import ProtocolError
from logion.protocol.messages.consumer_protocol import (
    ConsumerProtocolAssignment,
    ConsumerProtocolSubscription,
    TopicPartition,
)

CONSUMER = "consumer"
"""The protocol type of groups of consumers."""

VERSION_LAST = 3
"""The newest version known here."""

_VERSION = Struct(">h")

T = TypeVar("T")


def version_of(data: bytes) -> int:
    """Return the version that bytes begin with, at most VERSION_LAST.

    Raises ProtocolError if they begin with none.
    """
    if len(data) < _VERSION.size or (version := _VERSION.unpack_from(data)[0]) < 0:
        raise ProtocolError(f"{len(data)} bytes do not begin with a version >= 0")
    return min(int(version), VERSION_LAST)


def subscription_in(metadata: bytes) -> ConsumerProtocolSubscription:
    """Return what a consumer wants; ProtocolError if the bytes do not say it."""
    return _read(ConsumerProtocolSubscription, metadata)


def assignment_in(data: bytes) -> ConsumerProtocolAssignment:
    """Return what a consumer has, nothing if there are no bytes; or ProtocolError."""
    if not data:
        return ConsumerProtocolAssignment(assigned_partitions=())
    return _read(ConsumerProtocolAssignment, data)


def topics_in(metadata: bytes) -> tuple[str, ...]:
    """Return the topics of a subscription, whatever newer versions append.

    Raises ProtocolError if the bytes are none.
    """
    version_of(metadata)
    read = decode(ConsumerProtocolSubscription, 0, metadata, offset=_VERSION.size)
    return read.topics


def partitions_in(data: bytes) -> tuple[names.TopicPartition, ...]:
    """Return the partitions of an assignment, none if there are no bytes.

    Raises ProtocolError if the bytes are none.
    """
    return tuple(
        names.TopicPartition(it.topic, index)
        for it in assignment_in(data).assigned_partitions
        for index in it.partitions
    )


def subscription_bytes(topics: Iterable[str]) -> bytes:
    """Return what a consumer of these topics tells, in version 0."""
    message = ConsumerProtocolSubscription(topics=tuple(topics))
    return _VERSION.pack(0) + encode(message, 0)


def assignment_bytes(
    partitions: Iterable[names.TopicPartition], version: int = 0
) -> bytes:
    """Return what a consumer is told to read; topics in the order they come first."""
    topics: dict[str, list[int]] = {}
    for partition in partitions:
        topics.setdefault(partition.topic, []).append(partition.partition)
    rows = tuple(
        TopicPartition(topic=name, partitions=tuple(indexes))
        for name, indexes in topics.items()
    )
    message = ConsumerProtocolAssignment(assigned_partitions=rows)
    return _VERSION.pack(version) + encode(message, version)


def _read(cls: type[T], data: bytes) -> T:
    return decode(cls, version_of(data), data, offset=_VERSION.size)
