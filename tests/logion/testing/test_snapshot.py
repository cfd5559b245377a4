from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from logion.broker.views import TopicView
from logion.client.cluster import open_cluster
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.testing import Broker
from logion.testing.snapshot import Snapshot

from tests.logion.testing.filling import address, fill, put

HOUR_S = 3600.0


def values(broker: Broker, topic: str) -> list[bytes | None]:
    return [record.value for record in broker.records(topic)]


def stored(broker: Broker) -> list[TopicView]:
    """Return the topics of a broker, whatever the terms of its leaders."""
    return [
        replace(
            topic,
            partitions=tuple(replace(it, leader_epoch=0) for it in topic.partitions),
        )
        for topic in broker.inspect().topics
    ]


@pytest.mark.parametrize("where", ["in memory", "in a folder"])
async def test_all_that_is_stored_comes_back(where: str, tmp_path: Path) -> None:
    data = str(tmp_path) if where == "in a folder" else None
    async with Broker(data=data) as broker:
        await fill(broker)
        broker.create_topic("empty", partitions=2, configs={"retention.ms": "77"})
        snapshot = broker.snapshot()
        before = stored(broker)
        async with open_cluster([address(broker)]) as cluster:
            await put(cluster, b"4", b"5")
        broker.delete_topic("empty")
        broker.create_topic("later")
        broker.restore(snapshot)
        assert stored(broker) == before
        assert values(broker, "t") == [b"1", b"2", b"3"]
        async with open_cluster([address(broker)]) as cluster:
            await put(cluster, b"6")
        assert values(broker, "t") == [b"1", b"2", b"3", b"6"]


async def test_one_snapshot_is_the_root_of_many_branches() -> None:
    async with Broker() as broker:
        await fill(broker)
        root = broker.snapshot()
        for value in (b"a", b"b", b"c"):
            broker.restore(root)
            async with open_cluster([address(broker)]) as cluster:
                await put(cluster, value)
            assert values(broker, "t") == [b"1", b"2", b"3", value]
        assert broker.inspect().partition("t").leader_epoch == 2


async def test_a_broker_that_is_restored_has_started_anew() -> None:
    """On KRaft that is another leader epoch, from what the snapshot has."""
    for release, epochs in (("3.9", [0, 0]), ("4.3", [2, 4])):
        async with Broker(release=release) as broker:
            await fill(broker)
            found = []
            for _ in epochs:
                broker.restore(broker.snapshot())
                found.append(broker.inspect().partition("t").leader_epoch)
            assert found == epochs


async def test_records_that_were_deleted_stay_so() -> None:
    async with Broker() as broker:
        await fill(broker)
        broker.clock.advance(8 * 24 * HOUR_S)
        assert broker.start_offset("t") == 3
        snapshot = broker.snapshot()
        broker.restore(snapshot)
        assert (broker.start_offset("t"), broker.end_offset("t")) == (3, 3)


@pytest.mark.parametrize("time", ["running", "frozen"])
def test_time_comes_back_too(time: str) -> None:
    with Broker(time="frozen" if time == "frozen" else "running") as broker:
        broker.clock.advance(HOUR_S)
        snapshot = broker.snapshot()
        before_ms = broker.clock.time_ms()
        broker.clock.advance(24 * HOUR_S)
        broker.restore(snapshot)
        assert 0 <= broker.clock.time_ms() - before_ms < HOUR_S * 1000
        broker.clock.advance(HOUR_S)
        assert broker.topics() == []


def test_a_group_goes_on_where_it_was() -> None:
    def read(broker: Broker, count: int) -> list[bytes | None]:
        member = Consumer(
            {
                "bootstrap.servers": broker.bootstrap,
                "group.id": "g",
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
            }
        )
        member.subscribe(["t"])
        got = []
        while len(got) < count:
            message = member.poll(30)
            assert message is not None
            assert message.error() is None
            got.append(message.value())
        member.commit(asynchronous=False)
        member.close()
        return got

    with Broker() as broker:
        producer = Producer({"bootstrap.servers": broker.bootstrap})
        for value in (b"1", b"2", b"3", b"4"):
            producer.produce("t", value)
        assert producer.flush(30) == 0
        assert read(broker, 1)[0] == b"1"
        snapshot = broker.snapshot()
        rest = read(broker, 1)
        broker.restore(snapshot)
        assert read(broker, 1) == rest


async def test_the_address_stays_and_old_connections_are_closed() -> None:
    async with Broker() as broker:
        before = broker.bootstrap
        async with open_cluster([address(broker)]) as cluster:
            old = await cluster.any_connection()
            broker.restore(broker.snapshot())
            assert broker.bootstrap == before
            with pytest.raises(ApiError) as lost:
                await old.call(MetadataRequest(topics=()), MetadataResponse)
            assert lost.value.error is Error.NETWORK_EXCEPTION
        async with open_cluster([address(broker)]):
            pass


async def test_another_broker_can_begin_where_one_was() -> None:
    async with Broker() as broker:
        await fill(broker)
        snapshot: Snapshot = pickle.loads(pickle.dumps(broker.snapshot()))
    async with Broker() as other:
        other.restore(snapshot)
        assert values(other, "t") == [b"1", b"2", b"3"]
    assert snapshot.size > 300


def test_a_snapshot_of_other_folders_is_refused_and_the_broker_goes_on(
    tmp_path: Path,
) -> None:
    config = {"log.dirs": f"{tmp_path}/a,{tmp_path}/b"}
    with Broker() as one, Broker(data=str(tmp_path), config=config) as two:
        with pytest.raises(ValueError, match="1 data folders where 2 were expected"):
            two.restore(one.snapshot())
        two.create_topic("t")
        snapshot = two.snapshot()
        two.delete_topic("t")
        two.restore(snapshot)
        assert two.topics() == ["t"]


def test_a_broken_snapshot_ends_the_broker_and_says_why() -> None:
    broker = Broker()
    broker.start()
    broken = Snapshot(({"meta.properties": b"version=7"},), 0)
    with pytest.raises(Exception, match="version 7 where 0 or 1") as refused:
        broker.restore(broken)
    assert not isinstance(refused.value, AssertionError)
    broker.stop()
    with broker:
        assert broker.topics() == []


def test_one_that_is_stopped_while_it_is_restored_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker = Broker()
    broker.start()
    snapshot = broker.snapshot()
    life = broker._alive
    ask = life.ask

    def ask_late(question: Callable[[Any], Any]) -> Any:
        return ask(lambda it: (life._stopping.cancel(), question(it)))

    monkeypatch.setattr(life, "ask", ask_late)
    with pytest.raises(RuntimeError, match="stopped meanwhile"):
        broker.restore(snapshot)
    broker.stop()


def test_several_threads_may_restore_at_once() -> None:
    with Broker() as broker:
        broker.create_topic("t")
        snapshot = broker.snapshot()
        broker.delete_topic("t")
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(broker.restore, [snapshot] * 4))
        assert broker.topics() == ["t"]


def test_groups_are_known_as_soon_as_a_snapshot_is_restored() -> None:
    with Broker() as broker:
        broker.create_topic("t")
        consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "g"})
        consumer.commit(offsets=[TopicPartition("t", 0, 5)], asynchronous=False)
        consumer.close()
        snapshot = broker.snapshot()
        for _ in range(3):
            broker.restore(snapshot)
            assert [it.id for it in broker.inspect().groups] == ["g"]
