"""What the members of a classic group of type `consumer` read.

Their metadata is their own, and any version of it begins like version 0, so that is
how it is read: whatever newer clients append does not matter.
"""

from __future__ import annotations

from logion.group.classic.state import ClassicGroup
from logion.protocol.codec import decode
from logion.protocol.errors import ProtocolError
from logion.protocol.messages.consumer_protocol import (
    ConsumerProtocolAssignment,
    ConsumerProtocolSubscription,
    TopicPartition,
)

CONSUMER = "consumer"
"""The protocol type of groups of consumers."""

_VERSION_SIZE = 2


def subscribed_topics(group: ClassicGroup) -> frozenset[str] | None:
    """Return the topics that members read; None if that cannot be told."""
    if group.protocol_type != CONSUMER:
        return None
    if not group.members:
        return frozenset()
    if group.protocol is None:
        return None
    try:
        return frozenset(
            topic
            for member in group.members.values()
            for topic in topics_in(member.metadata(group.protocol))
        )
    except ProtocolError:
        return None


def topics_in(metadata: bytes) -> tuple[str, ...]:
    """Return the topics of a subscription; ProtocolError if it is none."""
    subscription = decode(
        ConsumerProtocolSubscription, 0, metadata, offset=_VERSION_SIZE
    )
    return subscription.topics


def partitions_in(assignment: bytes) -> tuple[TopicPartition, ...]:
    """Return the partitions of an assignment; ProtocolError if it is none."""
    if not assignment:
        return ()
    found = decode(ConsumerProtocolAssignment, 0, assignment, offset=_VERSION_SIZE)
    return found.assigned_partitions
