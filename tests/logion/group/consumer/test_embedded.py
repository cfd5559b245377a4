"""What classic consumers tell each other, read and written by the broker."""

from __future__ import annotations

from struct import pack

import pytest
from logion.group.consumer.embedded import assignment_bytes, by_id
from logion.protocol.embedded import partitions_in
from logion.protocol.messages.consumer_protocol import TopicPartition

from tests.logion.group.consumer.grouping import cluster, parts

IMAGE = cluster(t=3, u=1)


def test_partitions_are_told_by_name_in_order_without_topics_that_are_gone() -> None:
    told = assignment_bytes(parts(u=(0,), t=(2, 0), gone=(0,)), IMAGE, pack(">h", 1))
    assert partitions_in(told) == (("t", 0), ("t", 2), ("u", 0))


@pytest.mark.parametrize(
    ("metadata", "version"),
    [(pack(">h", 2), 2), (pack(">h", 99), 3), (b"", 0), (b"\xff\xff", 0), (b"x", 0)],
)
def test_partitions_are_told_in_the_version_of_a_members_own_words(
    metadata: bytes, version: int
) -> None:
    told = assignment_bytes(parts(t=(0,)), IMAGE, metadata)
    assert told[:2] == pack(">h", version)


def test_partitions_of_topics_that_do_not_exist_have_no_ids() -> None:
    said = (
        TopicPartition(topic="t", partitions=(0, 2)),
        TopicPartition(topic="gone", partitions=(0,)),
        TopicPartition(topic="u", partitions=(0,)),
    )
    assert by_id(said, IMAGE) == parts(t=(0, 2), u=(0,))
    assert by_id((), IMAGE) == frozenset()
