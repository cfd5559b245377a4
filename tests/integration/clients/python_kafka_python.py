"""kafka-python, driven by lines."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kafka import (  # type: ignore[import-untyped]
    KafkaConsumer,
    KafkaProducer,
    OffsetAndMetadata,
    TopicPartition,
)
from kafka.consumer.subscription_state import (  # type: ignore[import-untyped]
    AsyncConsumerRebalanceListener,
)
from kafka.coordinator.assignors.cooperative_sticky import (  # type: ignore[import-untyped]
    CooperativeStickyAssignor,
)
from kafka.coordinator.assignors.range import (  # type: ignore[import-untyped]
    RangePartitionAssignor,
)
from kafka.coordinator.assignors.roundrobin import (  # type: ignore[import-untyped]
    RoundRobinPartitionAssignor,
)
from kafka.coordinator.assignors.sticky.sticky_assignor import (  # type: ignore[import-untyped]
    StickyPartitionAssignor,
)
from kafka.errors import KafkaError  # type: ignore[import-untyped]

from tests.integration.clients.lines import (
    Answer,
    Job,
    Record,
    consumed,
    decoded,
    headers_of,
    is_before,
    serve,
)
from tests.integration.clients.member import POLL_SECONDS, Member, take_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.integration.clients.lines import Jobs
    from tests.integration.clients.member import Place

ASSIGNORS = {
    "range": RangePartitionAssignor,
    "roundrobin": RoundRobinPartitionAssignor,
    "sticky": StickyPartitionAssignor,
    "cooperative-sticky": CooperativeStickyAssignor,
}


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
    consumer = KafkaConsumer(
        **connection(job),
        group_id=None,
        isolation_level=job.get("isolation", "read_uncommitted"),
    )
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


class KafkaPythonMember(Member, AsyncConsumerRebalanceListener):  # type: ignore[misc]
    """A member that is told of its partitions by the library's event loop.

    A commit that waits would hold that loop up for ever: hence the coroutines.
    """

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.consumer = KafkaConsumer(
            **group_connection(job),
            group_id=job["group"],
            group_instance_id=job["instance"],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=[ASSIGNORS[it] for it in job["assignors"]],
            session_timeout_ms=job["session_ms"],
            heartbeat_interval_ms=job["heartbeat_ms"],
            fetch_max_wait_ms=100,
            reconnect_backoff_max_ms=200,
        )
        self.consumer.subscribe(job["topics"], listener=self)

    def poll(self) -> Iterable[Any]:
        """Return records of all partitions."""
        polled = self.consumer.poll(POLL_SECONDS * 1000)
        return [each for records in polled.values() for each in records]

    async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        """Tell of partitions that came."""
        self.assigned([(each.topic, each.partition) for each in assigned])

    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        """Commit partitions that go, and tell of them."""
        places = sorted((each.topic, each.partition) for each in revoked)
        positions = self.to_commit(places)
        if positions:
            await self.consumer.commit_async(with_metadata(positions))
        self.gone("revoked", places, positions)

    async def on_partitions_lost(self, lost: Iterable[Any]) -> None:
        """Tell of partitions that another member may have by now."""
        self.lost([(each.topic, each.partition) for each in lost])

    def commit(self, positions: Mapping[Place, int]) -> None:
        """Commit positions; an error is raised."""
        self.consumer.commit(with_metadata(positions))

    def leave(self) -> None:
        """Close the consumer."""
        self.consumer.close(autocommit=False)

    def identity(self) -> tuple[str | None, int | None]:
        """Return what the library knows of its membership."""
        metadata = self.consumer.group_metadata()
        return metadata.member_id, metadata.generation_id


def group_connection(job: Job) -> dict[str, Any]:
    """Return the settings of a member's connection; 0.9 cannot name its versions."""
    settings = connection(job)
    if is_before(job["release"], 0, 10):
        settings["api_version"] = (0, 9)
    return settings


def with_metadata(positions: Mapping[Place, int]) -> dict[Any, Any]:
    """Return positions as the library commits them."""
    return {
        TopicPartition(*place): OffsetAndMetadata(at, "", -1)
        for place, at in positions.items()
    }


def join(job: Job, jobs: Jobs) -> None:
    """Be a member of a group."""
    take_part(KafkaPythonMember(job), jobs)


def transactional(job: Job) -> Any:
    """Return a producer that has fenced all others of its transactional id."""
    producer = KafkaProducer(**connection(job), transactional_id=job["id"])
    producer.init_transactions()
    return producer


def transact(job: Job) -> Answer:
    """End one transaction after the other; a rival fences the producer in the end."""
    producer = transactional(job)
    for step in job["steps"]:
        begin(producer, job, step["records"])
        if step["commit"]:
            producer.commit_transaction()
        else:
            producer.abort_transaction()
    begin(producer, job, job["rivalled"])
    rival = transactional(job)
    try:
        producer.commit_transaction()
    except KafkaError as reason:
        return {"fenced": type(reason).__name__}
    finally:
        rival.close()
    return {"fenced": None}


def begin(producer: Any, job: Job, records: Iterable[Record]) -> None:
    """Send records in a transaction, and wait for them."""
    producer.begin_transaction()
    for record in records:
        value = decoded(record["value"])
        producer.send(job["topic"], value, partition=job["partition"])
    producer.flush(job["seconds"])


def relay(job: Job) -> Answer:
    """Copy records in transactions that also commit how far they were read."""
    producer = transactional(job)
    consumer = KafkaConsumer(
        job["topic"],
        **group_connection(job),
        group_id=job["group"],
        group_instance_id=job["instance"],
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    limit = time.perf_counter() + job["seconds"]
    relayed = 0
    while relayed < job["count"] and time.perf_counter() < limit:
        polled = consumer.poll(100, max_records=100)
        if not polled:
            continue
        producer.begin_transaction()
        for place, records in polled.items():
            for it in records:
                producer.send(job["to"], it.value, partition=place.partition)
                relayed += 1
        positions = {
            (it.topic, it.partition): polled[it][-1].offset + 1 for it in polled
        }
        producer.send_offsets_to_transaction(
            with_metadata(positions), consumer.group_metadata()
        )
        producer.commit_transaction()
    consumer.close()
    producer.close()
    return {"relayed": relayed}


if __name__ == "__main__":
    serve(produce, consume, join, transact=transact, relay=relay)
