"""An existing broker, under the names that `logion.testing.Broker` has for things.

Everything goes over the wire with logion's own client, each call with connections of
its own, in a thread, so that code of any kind may call.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from functools import partial
from threading import Thread
from typing import NoReturn, TypeVar

import trio
from outcome import Outcome, capture

from logion.client import admin
from logion.client.cluster import Cluster, open_cluster
from logion.client.connection import Address, Options, address_of
from logion.client.consumer import Consumer
from logion.names import TopicPartition
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.records.record import Record
from logion.settings import Value, texts_of

T = TypeVar("T")

OPTIONS = Options(client_id="logion-testing", timeout_s=15, retry_s=15)


class ExistingBroker:
    """A broker that runs already, wherever and of whatever make."""

    def __init__(self, bootstrap: str) -> None:
        """Name it by `bootstrap`: HOST:PORT, several separated by commas.

        Raises ValueError if that is something else; nothing is asked of it yet.
        """
        self.bootstrap = bootstrap
        """As clients take it."""
        self._addresses = [address_of(it.strip()) for it in bootstrap.split(",")]

    def __getattr__(self, name: str) -> NoReturn:
        """Skip the test if `logion.testing.Broker` has that; else AttributeError."""
        from logion.testing.broker import Broker

        if name.startswith("_") or not hasattr(Broker, name):
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")
        import pytest

        reason = f"needs `{name}` of logion's own broker: {self.bootstrap} is another"
        pytest.skip(reason)

    def topics(self) -> list[str]:
        """Return the names of all topics, sorted."""
        return sorted(self._partition_counts())

    def partitions(self, topic: str) -> int:
        """Return how many partitions a topic has; KeyError if there is no such one."""
        return self._partition_counts()[topic]

    def start_offset(self, topic: str, partition: int = 0) -> int:
        """Return the first offset still there; KeyError if no such partition."""
        return self._read(topic, partition, Consumer.earliest)

    def end_offset(self, topic: str, partition: int = 0) -> int:
        """Return the offset after the last committed record; KeyError likewise."""
        return self._read(topic, partition, Consumer.latest)

    def high_watermark(self, topic: str, partition: int = 0) -> int:
        """Return the offset below which all is committed; KeyError likewise."""
        return self.end_offset(topic, partition)

    def records(self, topic: str, partition: int = 0) -> list[Record]:
        """Return every record that a consumer may read, oldest first."""
        return self._read(topic, partition, _all_records)

    def create_topic(
        self,
        name: str,
        *,
        partitions: int = 1,
        configs: Mapping[str, Value] | None = None,
    ) -> None:
        """Make a topic; returns when all its partitions have a leader."""
        given = texts_of(configs)

        async def make(cluster: Cluster) -> None:
            await admin.create_topic(
                cluster, name, partitions=partitions, configs=given
            )
            for index in range(partitions):
                wanted = TopicPartition(name, index)
                await cluster.retry(partial(cluster.leader, wanted), (name,))

        self._ask(make)

    def delete_topic(self, name: str) -> None:
        """Delete a topic; raises ApiError as DeleteTopics does."""
        self._ask(lambda cluster: admin.delete_topics(cluster, [name]))

    def groups(self) -> list[str]:
        """Return the ids of all groups, sorted."""
        return self._ask(admin.list_groups)

    def delete_group(self, group: str) -> None:
        """Delete a group and its offsets; raises ApiError as DeleteGroups does."""
        self._ask(lambda cluster: admin.delete_group(cluster, group))

    def _partition_counts(self) -> dict[str, int]:
        async def ask(cluster: Cluster) -> MetadataResponse:
            return await cluster.ask(MetadataRequest(topics=None), MetadataResponse)

        answer = self._ask(ask)
        return {it.name: len(it.partitions) for it in answer.topics if it.name}

    def _read(
        self,
        topic: str,
        partition: int,
        read: Callable[[Consumer, TopicPartition], Awaitable[T]],
    ) -> T:
        if not 0 <= partition < self._partition_counts().get(topic, 0):
            raise KeyError(f"{topic}-{partition}")
        wanted = TopicPartition(topic, partition)
        return self._ask(lambda cluster: read(Consumer(cluster), wanted))

    def _ask(self, question: Callable[[Cluster], Awaitable[T]]) -> T:
        return _in_thread(lambda: trio.run(_asked, self._addresses, question))


async def _asked(
    addresses: list[Address], question: Callable[[Cluster], Awaitable[T]]
) -> T:
    async with open_cluster(addresses, OPTIONS) as cluster:
        return await question(cluster)


async def _all_records(consumer: Consumer, partition: TopicPartition) -> list[Record]:
    end = await consumer.latest(partition)
    consumer.assign({partition: await consumer.earliest(partition)})
    records: list[Record] = []
    while consumer.positions[partition] < end:
        records += [it.record for it in await consumer.poll()]
    return records


def _in_thread(work: Callable[[], T]) -> T:
    """Return what `work` does, done in a thread: the caller's may have a loop."""
    done: Future[Outcome[T]] = Future()
    thread = Thread(target=lambda: done.set_result(capture(work)))
    thread.start()
    thread.join()
    return done.result().unwrap()
