from __future__ import annotations

import pytest
from logion.cluster.image import (
    BrokerInfo,
    ClusterImage,
    Endpoint,
    PartitionInfo,
    TopicInfo,
)
from logion.names import ZERO_UUID, BrokerId


def test_a_image_of_nothing_knows_nothing() -> None:
    image = ClusterImage()
    assert image.partition("t", 0) is None
    assert image.config_of("t") == {}
    assert image.controller_id == -1
    with pytest.raises(AttributeError):
        image.controller_id = BrokerId(1)  # type: ignore[misc]


def test_a_partition_is_found_by_topic_and_index() -> None:
    partition = PartitionInfo(1, (BrokerId(0),))
    topic = TopicInfo("t", ZERO_UUID, {1: partition})
    image = ClusterImage(topics={"t": topic})
    assert image.partition("t", 1) is partition
    assert image.partition("t", 0) is None


def test_a_broker_has_an_address_for_each_of_its_listeners() -> None:
    plain = Endpoint("PLAINTEXT", "h", 9092)
    broker = BrokerInfo(BrokerId(0), (plain,))
    assert broker.endpoint("PLAINTEXT") is plain
    assert broker.endpoint("SSL") is None
