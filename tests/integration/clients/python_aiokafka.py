"""aiokafka, driven by lines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiokafka import (  # type: ignore[import-untyped]
    AIOKafkaConsumer,
    AIOKafkaProducer,
    ConsumerRebalanceListener,
    TopicPartition,
)
from aiokafka.coordinator.assignors.range import (  # type: ignore[import-untyped]
    RangePartitionAssignor,
)
from aiokafka.coordinator.assignors.roundrobin import (  # type: ignore[import-untyped]
    RoundRobinPartitionAssignor,
)
from aiokafka.coordinator.assignors.sticky.sticky_assignor import (  # type: ignore[import-untyped]
    StickyPartitionAssignor,
)
from aiokafka.errors import ProducerFenced  # type: ignore[import-untyped]

from tests.integration.clients.lines import (
    Answer,
    Job,
    Record,
    consumed,
    decoded,
    headers_of,
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
}


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
    consumer = AIOKafkaConsumer(
        bootstrap_servers=job["bootstrap"],
        group_id=None,
        isolation_level=job.get("isolation", "read_uncommitted"),
    )
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


class AiokafkaMember(Member, ConsumerRebalanceListener):  # type: ignore[misc]
    """A member whose event loop runs while it polls, commits or leaves."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.leaves = False
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self._start(job))

    async def _start(self, job: Job) -> None:
        self.consumer = AIOKafkaConsumer(
            bootstrap_servers=job["bootstrap"],
            group_id=job["group"],
            group_instance_id=job["instance"],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=[ASSIGNORS[it] for it in job["assignors"]],
            session_timeout_ms=job["session_ms"],
            heartbeat_interval_ms=job["heartbeat_ms"],
            fetch_max_wait_ms=100,
        )
        self.consumer.subscribe(job["topics"], listener=self)
        await self.consumer.start()

    def poll(self) -> Iterable[Any]:
        """Return records of all partitions."""
        polling = self.consumer.getmany(timeout_ms=int(POLL_SECONDS * 1000))
        polled = self.loop.run_until_complete(polling)
        return [each for records in polled.values() for each in records]

    async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        """Tell of partitions that came, unless it is too late to read them."""
        if not self.leaves:
            self.assigned([(each.topic, each.partition) for each in assigned])

    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        """Commit partitions that go, and tell of them."""
        places = sorted((each.topic, each.partition) for each in revoked)
        positions = self.to_commit(places)
        if positions:
            await self._commit(positions)
        self.gone("revoked", places, positions)

    async def _commit(self, positions: Mapping[Place, int]) -> None:
        offsets = {TopicPartition(*place): at for place, at in positions.items()}
        await self.consumer.commit(offsets)

    def commit(self, positions: Mapping[Place, int]) -> None:
        """Commit positions; an error is raised."""
        if positions:
            self.loop.run_until_complete(self._commit(positions))

    def leave(self) -> None:
        """Stop the consumer, which tells of no revocation itself."""
        self.leaves = True
        own = [(each.topic, each.partition) for each in self.consumer.assignment()]
        self.revoked(own)
        self.loop.run_until_complete(self.consumer.stop())
        self.loop.close()

    def identity(self) -> tuple[str | None, int | None]:
        """Return what the library's coordinator knows; it hands it out nowhere else."""
        coordinator = self.consumer._coordinator
        return coordinator.member_id, coordinator.generation


def join(job: Job, jobs: Jobs) -> None:
    """Be a member of a group."""
    take_part(AiokafkaMember(job), jobs)


async def transactional(job: Job) -> Any:
    """Return a producer that has fenced all others of its transactional id."""
    producer = AIOKafkaProducer(
        bootstrap_servers=job["bootstrap"], transactional_id=job["id"]
    )
    await producer.start()
    return producer


async def transact_async(job: Job) -> Answer:
    """End one transaction after the other; a rival fences the producer in the end."""
    producer = await transactional(job)
    for step in job["steps"]:
        await begin(producer, job, step["records"])
        if step["commit"]:
            await producer.commit_transaction()
        else:
            await producer.abort_transaction()
    await begin(producer, job, job["rivalled"])
    rival = await transactional(job)
    try:
        await producer.commit_transaction()
    except ProducerFenced as reason:
        return {"fenced": type(reason).__name__}
    finally:
        await rival.stop()
    return {"fenced": None}


async def begin(producer: Any, job: Job, records: Iterable[Record]) -> None:
    """Send records in a transaction, and wait for them."""
    await producer.begin_transaction()
    sent = [
        await producer.send(
            job["topic"], decoded(record["value"]), partition=job["partition"]
        )
        for record in records
    ]
    await asyncio.gather(*sent)


async def relay_async(job: Job) -> Answer:
    """Copy records in transactions that also commit how far they were read."""
    producer = await transactional(job)
    consumer = AIOKafkaConsumer(
        job["topic"],
        bootstrap_servers=job["bootstrap"],
        group_id=job["group"],
        group_instance_id=job["instance"],
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    loop = asyncio.get_running_loop()
    limit = loop.time() + job["seconds"]
    relayed = 0
    while relayed < job["count"] and loop.time() < limit:
        polled = await consumer.getmany(timeout_ms=100, max_records=100)
        if polled:
            async with producer.transaction():
                for place, records in polled.items():
                    for it in records:
                        await producer.send(
                            job["to"], it.value, partition=place.partition
                        )
                        relayed += 1
                positions = {it: polled[it][-1].offset + 1 for it in polled}
                await producer.send_offsets_to_transaction(positions, job["group"])
    await consumer.stop()
    await producer.stop()
    return {"relayed": relayed}


def transact(job: Job) -> Answer:
    """End transactions in an event loop of their own."""
    return asyncio.run(transact_async(job))


def relay(job: Job) -> Answer:
    """Copy records in an event loop of their own."""
    return asyncio.run(relay_async(job))


if __name__ == "__main__":
    serve(produce, consume, join, transact=transact, relay=relay)
