from __future__ import annotations

import pytest
from logion.group.classic.state import ClassicGroup, Member, State
from logion.group.subscription import partitions_in, subscribed_topics, topics_in
from logion.protocol.codec import encode
from logion.protocol.errors import ProtocolError
from logion.protocol.messages.consumer_protocol import (
    ConsumerProtocolAssignment,
    ConsumerProtocolSubscription,
    TopicPartition,
)


def subscription(*topics: str, version: int = 0) -> bytes:
    body = encode(ConsumerProtocolSubscription(topics=topics), version)
    return version.to_bytes(2) + body


def group_of(*metadata: bytes, protocol_type: str = "consumer") -> ClassicGroup:
    members = {
        str(at): Member(str(at), None, "c", "/h", 6000, 6000, (("range", data),))
        for at, data in enumerate(metadata)
    }
    return ClassicGroup(
        "g", State.STABLE, 0, 1, protocol_type, "range", "0", dict(members)
    )


def test_the_topics_of_a_group_are_those_of_all_its_members() -> None:
    group = group_of(subscription("a", "b"), subscription("b", "c"))
    assert subscribed_topics(group) == {"a", "b", "c"}


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_whatever_newer_clients_append_does_not_matter(version: int) -> None:
    assert topics_in(subscription("a", version=version)) == ("a",)


def test_nobody_can_tell_what_members_of_another_kind_read() -> None:
    assert subscribed_topics(group_of(b"x", protocol_type="connect")) is None
    assert subscribed_topics(group_of(b"not a subscription")) is None


def test_a_group_of_consumers_without_members_reads_nothing() -> None:
    assert subscribed_topics(group_of()) == frozenset()


def test_an_assignment_names_partitions_and_an_empty_one_none() -> None:
    rows = (TopicPartition(topic="t", partitions=(0, 2)),)
    data = encode(ConsumerProtocolAssignment(assigned_partitions=rows), 0)
    assert partitions_in(b"\0\0" + data) == rows
    assert partitions_in(b"") == ()
    with pytest.raises(ProtocolError):
        partitions_in(b"\0\0\0\0\0\x09")
