"""kafka-python, driven by lines."""

from __future__ import annotations

import time
from typing import Any

from kafka import (  # type: ignore[import-untyped]
    KafkaConsumer,
    KafkaProducer,
    TopicPartition,
)

from tests.integration.clients.lines import (
    Job,
    Record,
    consumed,
    decoded,
    headers_of,
    is_before,
    serve,
)


def connection(job: Job) -> dict[str, Any]:
    """Return the settings of both sides; brokers before 0.10 name no versions."""
    settings: dict[str, Any] = {"bootstrap_servers": job["bootstrap"]}
    if is_before(job["release"], 0, 10):
        settings["api_version"] = (0, 8, 2)
    return settings


def produce(job: Job) -> list[int]:
    """Send the records; return their offsets."""
    producer = KafkaProducer(
        **connection(job),
        compression_type=None if job["codec"] == "none" else job["codec"],
        acks=job["acks"],
        enable_idempotence=job["idempotent"],
    )
    with_headers = not is_before(job["release"], 0, 11)
    sent = [
        producer.send(
            job["topic"],
            partition=job["partition"],
            key=decoded(record["key"]),
            value=decoded(record["value"]),
            timestamp_ms=record["timestamp"],
            headers=headers_of(record) if with_headers else None,
        )
        for record in job["records"]
    ]
    producer.flush(job["seconds"])
    offsets = [future.get(job["seconds"]).offset for future in sent]
    producer.close()
    return offsets if job["acks"] else [-1] * len(offsets)


def consume(job: Job) -> list[Record]:
    """Read records by assignment, without a group."""
    consumer = KafkaConsumer(**connection(job), group_id=None)
    partition = TopicPartition(job["topic"], job["partition"])
    consumer.assign([partition])
    consumer.seek(partition, job["offset"])
    limit = time.perf_counter() + job["seconds"]
    records: list[Record] = []
    while len(records) < job["count"] and time.perf_counter() < limit:
        polled = consumer.poll(200, max_records=job["count"] - len(records))
        records += [as_record(each) for each in polled.get(partition, ())]
    consumer.close()
    return records


def as_record(read: Any) -> Record:
    """Return a ConsumerRecord as a line has it."""
    timestamp = -1 if read.timestamp is None else read.timestamp
    return consumed(read.offset, timestamp, read.key, read.value, read.headers)


if __name__ == "__main__":
    serve(produce, consume)
