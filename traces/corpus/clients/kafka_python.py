"""What a small program does with kafka-python: the client of a recorded trace.

    python traces/corpus/clients/kafka_python.py HOST:PORT

It makes a topic, appends to two partitions with several codecs, asks for offsets, reads
everything back by assignment, and deletes what it made. Keys, values and timestamps are
fixed, so two recordings differ only in what the broker chose.
"""

from __future__ import annotations

import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

TOPIC = "journey"
TIMESTAMP_MS = 1_700_000_000_000
RECORDS = 20
CODECS = (None, "gzip", "snappy", "lz4", "zstd")


def main(bootstrap: str) -> None:
    """Go through the whole journey against one broker."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    settings = {"retention.ms": "-1", "max.message.bytes": "100000"}
    admin.create_topics(
        [
            NewTopic(
                TOPIC,
                num_partitions=2,
                replication_factor=1,
                topic_configs=settings,
            )
        ]
    )
    for codec in CODECS:
        produce(bootstrap, codec)
    consume(bootstrap)
    admin.delete_topics([TOPIC])
    admin.close()


def produce(bootstrap: str, codec: str | None) -> None:
    """Append records to both partitions and wait for all acknowledgements."""
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        compression_type=codec,
        acks="all",
        enable_idempotence=False,
        linger_ms=50,
        max_in_flight_requests_per_connection=1,
    )
    sent = [
        producer.send(
            TOPIC,
            partition=number % 2,
            key=f"key {number}".encode(),
            value=f"{codec} value {number}".encode() * 3,
            headers=[("codec", str(codec).encode())],
            timestamp_ms=TIMESTAMP_MS + number,
        )
        for number in range(RECORDS)
    ]
    producer.flush(10)
    for future in sent:
        future.get(10)
    producer.close()


def consume(bootstrap: str) -> None:
    """Ask for offsets by name and by time, then read both partitions to their ends."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="earliest"
    )
    partitions = [TopicPartition(TOPIC, number) for number in range(2)]
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions)
    consumer.beginning_offsets(partitions)
    consumer.offsets_for_times(dict.fromkeys(partitions, TIMESTAMP_MS + 10))
    wanted, read = sum(ends.values()), 0
    for _ in range(50):
        read += sum(map(len, consumer.poll(200).values()))
        if read == wanted:
            break
    if read != wanted:
        raise SystemExit(f"read {read} records of {wanted}")
    consumer.close()


if __name__ == "__main__":
    main(sys.argv[1])
