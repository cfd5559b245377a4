"""What the members of a classic group of type `consumer` read.

Their metadata is their own, and any version of it begins like version 0, so that is
how it is read: whatever newer clients append does not matter.
"""

from __future__ import annotations

from logion.group.classic.state import ClassicGroup, Member
from logion.protocol.embedded import CONSUMER, topics_in
from logion.protocol.errors import ProtocolError


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
            for topic in topics_in(_metadata(member, group.protocol))
        )
    except ProtocolError:
        return None


def _metadata(member: Member, protocol: str) -> bytes:
    """Return what a member sent for the protocol of its group.

    Who joins the next generation need not know that of the last one: then it is what
    it sent for the protocol that it likes best.
    """
    known = protocol if protocol in member.names else member.protocols[0][0]
    return member.metadata(known)
