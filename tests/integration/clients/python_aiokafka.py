"""aiokafka, driven by lines."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka import (  # type: ignore[import-untyped]
    AIOKafkaConsumer,
    AIOKafkaProducer,
    TopicPartition,
)

from tests.integration.clients.lines import (
    Job,
    Record,
    consumed,
    decoded,
    headers_of,
    serve,
)


async def produce_async(job: Job) -> list[int]:
    """Send the records; return their offsets."""
    producer = AIOKafkaProducer(
        bootstrap_servers=job["bootstrap"],
        compression_type=None if job["codec"] == "none" else job["codec"],
        acks=job["acks"],
        enable_idempotence=job["idempotent"],
    )
    await producer.start()
    sent = [
        await producer.send(
            job["topic"],
            partition=job["partition"],
            key=decoded(record["key"]),
            value=decoded(record["value"]),
            timestamp_ms=record["timestamp"],
            headers=headers_of(record),
        )
        for record in job["records"]
    ]
    metadata = await asyncio.gather(*sent)
    await producer.stop()
    return [-1 if each is None else each.offset for each in metadata]


async def consume_async(job: Job) -> list[Record]:
    """Read records by assignment, without a group."""
    consumer = AIOKafkaConsumer(bootstrap_servers=job["bootstrap"], group_id=None)
    partition = TopicPartition(job["topic"], job["partition"])
    consumer.assign([partition])
    await consumer.start()
    consumer.seek(partition, job["offset"])
    loop = asyncio.get_running_loop()
    limit = loop.time() + job["seconds"]
    records: list[Record] = []
    while len(records) < job["count"] and loop.time() < limit:
        polled = await consumer.getmany(
            timeout_ms=200, max_records=job["count"] - len(records)
        )
        records += [as_record(each) for each in polled.get(partition, ())]
    await consumer.stop()
    return records


def as_record(read: Any) -> Record:
    """Return a ConsumerRecord as a line has it."""
    timestamp = -1 if read.timestamp is None else read.timestamp
    return consumed(read.offset, timestamp, read.key, read.value, read.headers)


def produce(job: Job) -> list[int]:
    """Send the records in an event loop of their own."""
    return asyncio.run(produce_async(job))


def consume(job: Job) -> list[Record]:
    """Read the records in an event loop of their own."""
    return asyncio.run(consume_async(job))


if __name__ == "__main__":
    serve(produce, consume)
