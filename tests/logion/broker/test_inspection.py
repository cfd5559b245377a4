"""Looking into a broker: what clients did is what it tells."""

from __future__ import annotations

import trio
import trio.testing
from logion.broker.inspection import inspect
from logion.names import TopicPartition
from logion.protocol.errors import Error
from logion.protocol.messages.api_versions import ApiVersionsRequest
from logion.records.record import BatchOptions, Record, write_batch
from logion.testing.clock import NEW_YEAR_2024_MS, FakeClock

from tests.logion.broker.running import Running, World, batch, fetch_request, running
from tests.logion.broker.test_connection import connected, framed


def idempotent(value: bytes) -> bytes:
    options = BatchOptions(producer_id=7, producer_epoch=2, base_sequence=0)
    return write_batch([Record(0, NEW_YEAR_2024_MS, None, value, ())], options)


async def test_a_broker_that_was_left_alone_has_nothing_but_its_visitor() -> None:
    async with running() as broker:
        view = inspect(broker.state)
    assert (view.broker_id, view.release) == (1, "4.3")
    assert view.time_ms == NEW_YEAR_2024_MS
    assert view.cluster_id == broker.state.cluster.image.cluster_id
    assert (view.topics, view.gone) == ((), ())
    (client,) = view.clients
    assert [it.api for it in client.recent] == ["ApiVersions"]


async def test_topics_partitions_and_logs_are_told() -> None:
    async with running() as broker:
        await broker.create("b", 2, {"segment.bytes": "1048576"})
        await broker.create("a")
        await broker.produce("b", batch(b"one", b"two"), batch(b"three"))
        broker.partition("b").log.roll()
        await broker.produce("b", batch(b"four"))
        broker.partition("b").delete_before(1)
        view = inspect(broker.state)
        log = broker.partition("b").log
    assert [it.name for it in view.topics] == ["a", "b"]
    topic = view.topic("b")
    assert topic.id == broker.topic_id("b")
    assert topic.configs == {"segment.bytes": "1048576"}
    assert not topic.is_internal
    assert topic.record_count == 3
    first = view.partition("b")
    assert (first.leader, first.replicas, first.isr) == (1, (1,), (1,))
    assert (first.high_watermark, first.last_stable_offset) == (3, 3)
    assert not first.is_offline
    assert first.log is not None
    assert (first.log.start_offset, first.log.end_offset) == (1, 3)
    assert first.log.size == log.size
    assert [(it.base_offset, it.end_offset) for it in first.log.segments] == [
        (0, 2),
        (2, 3),
    ]
    assert sum(it.size for it in first.log.segments) == log.size


async def test_producers_are_told() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", idempotent(b"v"))
        log = inspect(broker.state).partition("t").log
    assert log is not None
    (producer,) = log.producers
    assert (producer.producer_id, producer.epoch, producer.last_offset) == (7, 2, 0)


async def test_a_partition_that_is_led_elsewhere_has_no_log_here() -> None:
    async with running() as broker:
        await broker.create("t")
        broker.state.partitions._led.pop(TopicPartition("t", 0))
        view = inspect(broker.state)
    partition = view.partition("t")
    assert (partition.log, partition.high_watermark) == (None, None)
    assert "    0: leader 1" in view.summary().splitlines()


async def test_what_is_not_there_is_a_key_error() -> None:
    async with running() as broker:
        await broker.create("t")
        view = inspect(broker.state)
    for topic, index in (("t", 1), ("none", 0)):
        try:
            view.partition(topic, index)
        except KeyError:
            continue
        raise AssertionError((topic, index))


async def test_a_client_is_known_by_what_it_says_and_asks() -> None:
    clock = FakeClock()
    async with running(world=World(clock=clock)) as broker:
        clock.advance(1000)
        async with connected(broker) as client:
            names = ApiVersionsRequest(
                client_software_name="librdkafka", client_software_version="2.0"
            )
            client.put(framed(names, 3, 1))
            await trio.testing.wait_all_tasks_blocked()
            clock.advance(500)
            client.put(framed(fetch_request("none", max_wait_ms=0), 12, 2))
            await trio.testing.wait_all_tasks_blocked()
            told = inspect(broker.state).clients[-1]
    assert (told.client_id, told.peer, told.listener) == (
        "c",
        "10.0.0.1:1",
        "PLAINTEXT",
    )
    assert told.software == "librdkafka 2.0"
    assert told.connected_ms == NEW_YEAR_2024_MS + 1000
    assert (told.requests, told.in_progress, told.closed) == (2, None, None)
    assert [(it.api, it.version, it.correlation_id) for it in told.recent] == [
        ("ApiVersions", 3, 1),
        ("Fetch", 12, 2),
    ]
    assert [it.began_ms for it in told.recent] == [
        NEW_YEAR_2024_MS + 1000,
        NEW_YEAR_2024_MS + 1500,
    ]
    assert told.recent[1].errors == (Error.UNKNOWN_TOPIC_OR_PARTITION.name,)


async def waiting_for_records(broker: Running, clock: FakeClock) -> str:
    """Return the summary while a client waits for records, and another has gone."""
    await broker.create("t")
    async with connected(broker) as gone:
        gone.put(b"\0\0\0\x01x")
        await trio.testing.wait_all_tasks_blocked()
    async with connected(broker) as client:
        client.put(framed(fetch_request("t", max_wait_ms=60_000), 12, 5))
        await trio.testing.wait_all_tasks_blocked()
        clock.advance(250)
        view = inspect(broker.state)
        waits = view.clients[-1].in_progress
        assert waits is not None
        assert (waits.api, waits.duration_ms) == ("Fetch", 250)
        await broker.produce("t", batch(b"v"))
        return view.summary()


async def test_what_waits_and_who_has_gone_are_told() -> None:
    clock = FakeClock()
    async with running(world=World(clock=clock)) as broker:
        told = await waiting_for_records(broker, clock)
    assert "    Fetch 12 #5 250.0 ms (in progress)" in told.splitlines()
    assert "clients that are gone: 1" in told
    assert "at 10.0.0.1:1; the broker closed it: request header of 1 bytes" in told


async def test_a_version_that_is_not_known_is_remembered_with_its_error() -> None:
    async with running() as broker, connected(broker) as client:
        client.put(
            framed(ApiVersionsRequest(), 4, 1).replace(b"\0\x12\0\x04", b"\0\x12\0\x09")
        )
        await trio.testing.wait_all_tasks_blocked()
        (request,) = inspect(broker.state).clients[-1].recent
    assert (request.version, request.errors) == (9, ("UNSUPPORTED_VERSION",))
