from __future__ import annotations

import pytest
from confluent_kafka import Producer
from logion.protocol.errors import ApiError, Error
from logion.testing import Broker

from tests.logion.testing.filling import member


@pytest.mark.parametrize(
    ("release", "protocol"),
    [("0.10.0", "classic"), ("4.3", "classic"), ("4.3", "consumer")],
)
def test_a_group_is_deleted_though_a_member_is_in_it(
    release: str, protocol: str
) -> None:
    with Broker(release=release) as broker:
        producer = Producer({"bootstrap.servers": broker.bootstrap})
        producer.produce("t", b"v")
        assert producer.flush(30) == 0
        consumer = member(broker, "g", protocol)
        assert broker.groups() == ["g"]
        broker.delete_group("g")
        assert broker.groups() == []
        consumer.close()


def test_a_group_that_is_not_there_cannot_be_deleted() -> None:
    with Broker() as broker:
        broker.create_topic("__consumer_offsets")
        with pytest.raises(ApiError) as refused:
            broker.delete_group("g")
        assert refused.value.error is Error.GROUP_ID_NOT_FOUND
