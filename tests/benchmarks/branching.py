"""How soon a broker tells all it has stored, and is as it was then: prints JSON.

Ten topics, 1,000 records of 100 bytes, three groups that have read some: what a test
seeds and begins with again and again.
"""

from __future__ import annotations

import json
import time
from statistics import median

from confluent_kafka import Consumer, Producer
from logion.testing import Broker

COUNT = 50
TOPICS = 10
RECORDS = 1000
GROUPS = 3


def main() -> None:
    """Print the median times in ms, and the bytes of a snapshot."""
    with Broker() as broker:
        fill(broker)
        snapshots, restores = [], []
        for _ in range(COUNT):
            start = time.perf_counter()
            snapshot = broker.snapshot()
            between = time.perf_counter()
            broker.restore(snapshot)
            restores.append((time.perf_counter() - between) * 1e3)
            snapshots.append((between - start) * 1e3)
        ends = [broker.end_offset(f"topic-{it}") for it in range(TOPICS)]
        assert sum(ends) == RECORDS
        assert len(broker.groups()) == GROUPS
    found = {
        "snapshot_ms": median(snapshots),
        "restore_ms": median(restores),
        "size": snapshot.size,
    }
    print(json.dumps(found))


def fill(broker: Broker) -> None:
    """Make the topics, their records and the groups."""
    for index in range(TOPICS):
        broker.create_topic(f"topic-{index}")
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for index in range(RECORDS):
        producer.produce(f"topic-{index % TOPICS}", b"x" * 100)
    assert producer.flush(30) == 0
    for index in range(GROUPS):
        consumer = Consumer(
            {
                "bootstrap.servers": broker.bootstrap,
                "group.id": f"group-{index}",
                "auto.offset.reset": "earliest",
            }
        )
        consumer.subscribe(["topic-0"])
        message = consumer.poll(30)
        assert message is not None
        consumer.commit(message, asynchronous=False)
        consumer.close()


if __name__ == "__main__":
    main()
