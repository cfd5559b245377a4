"""confluent-kafka (librdkafka), driven by lines."""

from __future__ import annotations

import time
from typing import Any

from confluent_kafka import (
    TIMESTAMP_NOT_AVAILABLE,
    Consumer,
    KafkaException,
    Message,
    Producer,
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


def connection(job: Job, *, assumed: str) -> dict[str, Any]:
    """Return the settings of both sides; brokers before 0.10 are `assumed` to be that.

    They cannot be asked. The library takes one of 0.8.2 to have a group coordinator and
    looks for it again and again; one of 0.8.1 it does not ask, but sends it no lz4.
    """
    settings = {"bootstrap.servers": job["bootstrap"], "broker.address.family": "v4"}
    if is_before(job["release"], 0, 10):
        settings |= {
            "api.version.request": "false",
            "broker.version.fallback": assumed,
        }
    return settings


def produce(job: Job) -> list[int]:
    """Send the records; return their offsets."""
    offsets: list[int] = []

    def delivered(error: Any, message: Message) -> None:
        if error is not None:
            raise KafkaException(error)
        offset = message.offset()
        offsets.append(-1 if offset is None or offset < 0 else offset)

    producer = Producer(
        connection(job, assumed="0.8.2.2")
        | {
            "compression.type": job["codec"],
            "acks": job["acks"],
            "enable.idempotence": job["idempotent"],
            "message.timeout.ms": job["seconds"] * 1000,
        }
    )
    with_headers = not is_before(job["release"], 0, 11)
    for record in job["records"]:
        producer.produce(
            job["topic"],
            partition=job["partition"],
            key=decoded(record["key"]),
            value=decoded(record["value"]),
            timestamp=record["timestamp"],
            headers=[*headers_of(record)] if with_headers else None,
            on_delivery=delivered,
        )
    if left := producer.flush(job["seconds"]):
        raise TimeoutError(f"{left} records not delivered")
    return offsets


def consume(job: Job) -> list[Record]:
    """Read records by assignment. The group id is required and not used."""
    consumer = Consumer(
        connection(job, assumed="0.8.1")
        | {"group.id": "unused", "enable.auto.commit": False}
    )
    consumer.assign([TopicPartition(job["topic"], job["partition"], job["offset"])])
    limit = time.perf_counter() + job["seconds"]
    records: list[Record] = []
    while len(records) < job["count"] and time.perf_counter() < limit:
        records += [
            as_record(message)
            for message in consumer.consume(job["count"] - len(records), timeout=0.1)
            if message.error() is None
        ]
    consumer.close()
    return records


def as_record(message: Any) -> Record:
    """Return a message as a line has it."""
    kind, timestamp = message.timestamp()
    timestamp = -1 if kind == TIMESTAMP_NOT_AVAILABLE else timestamp
    offset, headers = message.offset(), message.headers()
    return consumed(offset, timestamp, message.key(), message.value(), headers)


if __name__ == "__main__":
    serve(produce, consume)
