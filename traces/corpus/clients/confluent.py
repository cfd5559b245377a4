"""What an administrator's program does with confluent-kafka (librdkafka).

    python traces/corpus/clients/confluent.py HOST:PORT

It makes a topic, appends to it with several codecs, grows it, looks at offsets, topics
and the cluster, deletes records, and deletes the topic. It reads nothing: librdkafka
asks for a group's coordinator before it does.
"""

from __future__ import annotations

import sys
from typing import Any

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    NewPartitions,
    NewTopic,
    OffsetSpec,
)

TOPIC = "voyage"
TIMESTAMP_MS = 1_700_000_000_000
RECORDS = 20
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
PARTITION = TopicPartition(TOPIC, 0)


def main(bootstrap: str) -> None:
    """Go through the whole voyage against one broker."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    settings = {"retention.ms": "-1", "segment.bytes": "1048576"}
    done(admin.create_topics([NewTopic(TOPIC, 1, 1, config=settings)]))
    for codec in CODECS:
        produce(bootstrap, codec)
    for spec in (OffsetSpec.earliest(), OffsetSpec.latest()):
        done(admin.list_offsets({PARTITION: spec}))
    done(admin.create_partitions([NewPartitions(TOPIC, 3)]))
    admin.describe_cluster().result(10)
    done(admin.delete_records([TopicPartition(TOPIC, 0, 30)]))
    done(admin.list_offsets({PARTITION: OffsetSpec.earliest()}))
    done(admin.delete_topics([TOPIC]))


def done(futures: dict[Any, Any]) -> None:
    """Wait for every result; an error ends the program."""
    for future in futures.values():
        future.result(10)


def produce(bootstrap: str, codec: str) -> None:
    """Append records in one batch and wait for their acknowledgements."""
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "compression.type": codec,
            "linger.ms": 50,
            "max.in.flight": 1,
        }
    )
    for number in range(RECORDS):
        producer.produce(
            TOPIC,
            partition=0,
            key=f"key {number}",
            value=f"{codec} value {number}" * 3,
            headers={"codec": codec},
            timestamp=TIMESTAMP_MS + number,
        )
    if left := producer.flush(10):
        raise SystemExit(f"{left} records are not acknowledged")


if __name__ == "__main__":
    main(sys.argv[1])
