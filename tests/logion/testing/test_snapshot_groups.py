from __future__ import annotations

from confluent_kafka import Consumer, TopicPartition
from logion.testing import Broker


def test_groups_are_known_as_soon_as_a_snapshot_is_restored() -> None:
    with Broker() as broker:
        broker.create_topic("t")
        consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "g"})
        consumer.commit(offsets=[TopicPartition("t", 0, 5)], asynchronous=False)
        consumer.close()
        snapshot = broker.snapshot()
        for _ in range(3):
            broker.restore(snapshot)
            assert [it.id for it in broker.inspect().groups] == ["g"]
