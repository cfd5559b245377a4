from __future__ import annotations

import pytest
from logion.client.picture import Leader, Node, Picture, seen
from logion.names import TopicPartition, Uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.metadata import (
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)

ID = Uuid(b"sixteen bytes id")


def described(name: str, *leaders: int, error: int = 0) -> MetadataResponseTopic:
    partitions = tuple(
        MetadataResponsePartition(
            error_code=0,
            partition_index=index,
            leader_id=leader,
            leader_epoch=4,
            replica_nodes=(),
            isr_nodes=(),
        )
        for index, leader in enumerate(leaders)
    )
    return MetadataResponseTopic(
        error_code=error, name=name, topic_id=ID, partitions=partitions
    )


def answer(*topics: MetadataResponseTopic) -> MetadataResponse:
    broker = MetadataResponseBroker(node_id=1, host="h", port=9)
    return MetadataResponse(brokers=(broker,), controller_id=1, topics=topics)


def test_a_picture_has_brokers_leaders_and_ids() -> None:
    picture = seen(Picture(), answer(described("t", 1, 1)))
    assert picture.nodes == {1: Node(1, "h", 9)}
    assert picture.leader(TopicPartition("t", 1)) == Leader(1, 4)
    assert picture.topic_ids == {"t": ID}
    assert picture.controller_id == 1


def test_a_newer_answer_replaces_what_it_is_about_and_nothing_else() -> None:
    first = seen(Picture(), answer(described("a", 1), described("b", 1, 1)))
    second = seen(first, answer(described("b", 1)))
    assert second.partitions("a") == (TopicPartition("a", 0),)
    assert second.partitions("b") == (TopicPartition("b", 0),)


def test_a_partition_without_a_leader_is_worth_another_question() -> None:
    picture = seen(Picture(), answer(described("t", -1)))
    with pytest.raises(ApiError) as unknown:
        picture.leader(TopicPartition("t", 0))
    assert unknown.value.error is Error.LEADER_NOT_AVAILABLE


def test_a_leader_whose_address_is_not_known_is_none() -> None:
    picture = seen(Picture(), answer(described("t", 7)))
    with pytest.raises(ApiError):
        picture.leader(TopicPartition("t", 0))


def test_a_topic_in_error_is_remembered_with_its_error() -> None:
    picture = seen(Picture(), answer(described("t", error=3)))
    with pytest.raises(ApiError) as unknown:
        picture.leader(TopicPartition("t", 0))
    assert unknown.value.error is Error.UNKNOWN_TOPIC_OR_PARTITION


def test_what_is_forgotten_is_gone() -> None:
    picture = seen(Picture(), answer(described("a", 1), described("b", error=3)))
    left = picture.without(("a", "b"))
    assert (left.leaders, left.topic_ids, left.errors) == ({}, {}, {})
