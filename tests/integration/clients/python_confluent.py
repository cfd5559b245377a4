"""confluent-kafka (librdkafka), driven by lines."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from confluent_kafka import (
    TIMESTAMP_NOT_AVAILABLE,
    Consumer,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)

from tests.integration.clients.lines import (
    Answer,
    Job,
    Record,
    consumed,
    decoded,
    encoded,
    headers_of,
    is_before,
    serve,
)
from tests.integration.clients.member import POLL_SECONDS, Member, take_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.integration.clients.lines import Jobs
    from tests.integration.clients.member import Place


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
        | {"isolation.level": job.get("isolation", "read_uncommitted")}
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


def group_settings(job: Job) -> dict[str, Any]:
    """Return what makes a consumer a member, with either group protocol."""
    settings = {
        "group.id": job["group"],
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "fetch.wait.max.ms": 100,
        "reconnect.backoff.max.ms": 200,
        "topic.metadata.refresh.fast.interval.ms": 50,
    }
    if job["instance"]:
        settings["group.instance.id"] = job["instance"]
    if job["protocol"] == "consumer":
        (assignor,) = job["assignors"]
        return settings | {
            "group.protocol": "consumer",
            "group.remote.assignor": assignor,
        }
    return settings | {
        "partition.assignment.strategy": ",".join(job["assignors"]),
        "session.timeout.ms": job["session_ms"],
        "heartbeat.interval.ms": job["heartbeat_ms"],
    }


def places_of(partitions: Iterable[TopicPartition]) -> list[Place]:
    """Return the library's partitions as ours."""
    return [(each.topic, each.partition) for each in partitions]


class ConfluentMember(Member):
    """A member that is told of its partitions while it polls."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.consumer = Consumer(connection(job, assumed="0.9.0") | group_settings(job))
        self.consumer.subscribe(
            job["topics"],
            on_assign=lambda _, places: self.assigned(places_of(places)),
            on_revoke=lambda _, places: self.revoked(places_of(places)),
            on_lost=lambda _, places: self.lost(places_of(places)),
        )

    def poll(self) -> Iterable[Message]:
        """Return messages; errors are of a broker that is away, and pass."""
        messages = self.consumer.consume(500, timeout=POLL_SECONDS)
        return [each for each in messages if each.error() is None]

    def seen(self, record: Message) -> tuple[str, int, int, str | None]:
        """Return topic, partition, offset and value of a message."""
        return (
            str(record.topic()),
            record.partition() or 0,
            record.offset() or 0,
            encoded(record.value()),
        )

    def commit(self, positions: Mapping[Place, int]) -> None:
        """Commit positions; KafkaException where the broker refuses one."""
        if not positions:
            return
        offsets = [TopicPartition(*place, at) for place, at in positions.items()]
        for each in self.consumer.commit(offsets=offsets, asynchronous=False):
            if each.error is not None:
                raise KafkaException(each.error)

    def leave(self) -> None:
        """Close the consumer."""
        self.consumer.close()

    def identity(self) -> tuple[str | None, int | None]:
        """Return the member id, and the generation out of the group's metadata.

        It is handed out as bytes meant for transactions: a mark of seven, then the
        generation in the machine's order.
        """
        metadata = bytes(self.consumer.consumer_group_metadata())
        return self.consumer.memberid(), int.from_bytes(
            metadata[7:11], sys.byteorder, signed=True
        )


def join(job: Job, jobs: Jobs) -> None:
    """Be a member of a group."""
    take_part(ConfluentMember(job), jobs)


def transactional(job: Job) -> Producer:
    """Return a producer that has fenced all others of its transactional id."""
    producer = Producer(
        connection(job, assumed="0.8.2.2")
        | {
            "transactional.id": job["id"],
            "transaction.timeout.ms": 60_000,
            "reconnect.backoff.max.ms": 200,
            "topic.metadata.refresh.fast.interval.ms": 10,
            # When all brokers are gone, librdkafka 2.16 looks for them afresh, but
            # waits for the group coordinator that it knew: sending offsets never
            # ends (confluentinc/librdkafka#5511).
            "metadata.recovery.strategy": "none",
        }
    )
    producer.init_transactions(job["seconds"])
    return producer


def transact(job: Job) -> Answer:
    """End one transaction after the other; a rival fences the producer in the end."""
    producer = transactional(job)
    for step in job["steps"]:
        begin(producer, job, step["records"])
        if step["commit"]:
            producer.commit_transaction(job["seconds"])
        else:
            producer.flush(job["seconds"])
            producer.abort_transaction(job["seconds"])
    begin(producer, job, job["rivalled"])
    producer.flush(job["seconds"])
    transactional(job)
    try:
        producer.commit_transaction(job["seconds"])
    except KafkaException as reason:
        return {"fenced": reason.args[0].name()}
    return {"fenced": None}


def begin(producer: Producer, job: Job, records: Iterable[Record]) -> None:
    """Send records in a transaction."""
    producer.begin_transaction()
    for record in records:
        value = decoded(record["value"])
        producer.produce(job["topic"], value, partition=job["partition"])


def relay(job: Job) -> Answer:
    """Copy records in transactions that also commit how far they were read."""
    producer = transactional(job)
    consumer = Consumer(
        connection(job, assumed="0.9.0")
        | group_settings(job)
        | {"isolation.level": "read_committed"}
    )
    consumer.subscribe([job["topic"]])
    limit = time.perf_counter() + job["seconds"]
    relayed = 0
    while relayed < job["count"] and time.perf_counter() < limit:
        messages = [it for it in consumer.consume(100, 0.1) if it.error() is None]
        if messages:
            producer.begin_transaction()
            for it in messages:
                producer.produce(job["to"], it.value(), partition=it.partition())
            producer.send_offsets_to_transaction(
                consumer.position(consumer.assignment()),
                consumer.consumer_group_metadata(),
                job["seconds"],
            )
            producer.commit_transaction(job["seconds"])
            relayed += len(messages)
    consumer.close()
    return {"relayed": relayed}


if __name__ == "__main__":
    serve(produce, consume, join, transact=transact, relay=relay)
