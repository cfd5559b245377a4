from __future__ import annotations

import threading
import traceback
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import trio
import trio.testing
from logion.broker import housekeeping
from logion.client.admin import create_topic
from logion.client.cluster import open_cluster
from logion.client.consumer import Consumer, ConsumerOptions
from logion.names import TopicPartition
from logion.testing import Broker
from logion.testing import broker as broker_module

from tests.logion.testing.filling import address, fill, member, put

T0 = TopicPartition("t", 0)
HOUR_S = 3600


async def test_retention_is_over_as_soon_as_the_time_is() -> None:
    async with Broker() as broker, open_cluster([address(broker)]) as cluster:
        await create_topic(cluster, "t", configs={"retention.ms": f"{2 * HOUR_S}000"})
        await put(cluster, b"1", b"2", b"3")
        broker.clock.advance(HOUR_S)
        assert broker.start_offset("t") == 0
        broker.clock.advance(HOUR_S + 1)
        assert broker.start_offset("t") == 3


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
async def test_a_member_that_is_not_heard_of_expires_at_once(protocol: str) -> None:
    async with Broker() as broker:
        await fill(broker)
        api = "Heartbeat" if protocol == "classic" else "ConsumerGroupHeartbeat"
        silent = {"api": api, "hold": "before"}
        consumer = await trio.to_thread.run_sync(member, broker, "g", protocol)
        with broker.faults.injected(silent):
            (group,) = broker.inspect().groups
            assert (group.state, len(group.members)) == ("Stable", 1)
            broker.clock.advance(HOUR_S)
            (group,) = broker.inspect().groups
            assert (group.state, len(group.members)) == ("Empty", 0)
        await trio.to_thread.run_sync(consumer.close)


@pytest.mark.parametrize("time", ["running", "frozen"])
async def test_a_request_that_waits_is_answered_when_its_time_is_over(
    time: broker_module.Time,
) -> None:
    options = ConsumerOptions(max_wait_ms=HOUR_S * 1000)
    answers: list[list[Any]] = []
    async with Broker(time=time) as broker, open_cluster([address(broker)]) as cluster:
        await fill(broker)
        consumer = Consumer(cluster, options)
        consumer.assign({T0: 3})

        async def poll() -> None:
            answers.append(await consumer.poll())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(poll)
            while broker.clock.time_ms() and not answers:
                broker.clock.advance(HOUR_S)
                await trio.testing.wait_all_tasks_blocked()
    assert answers == [[]]


def test_the_time_of_a_frozen_broker_stands_still() -> None:
    with Broker(time="frozen") as broker:
        before_ms = broker.clock.time_ms()
        assert broker.topics() == []
        assert broker.clock.time_ms() == before_ms
        broker.clock.advance(1.5)
        assert broker.clock.time_ms() == before_ms + 1500


def test_each_run_of_a_broker_begins_at_the_machines_time() -> None:
    broker = Broker(time="frozen")
    with broker:
        broker.clock.advance(HOUR_S)
        late_ms = broker.clock.time_ms()
    with broker:
        assert broker.clock.time_ms() < late_ms


@pytest.mark.parametrize("seconds", [-1, float("inf"), float("nan")])
def test_time_that_cannot_pass_is_refused_and_the_broker_goes_on(
    seconds: float,
) -> None:
    with Broker() as broker:
        with pytest.raises(ValueError, match="0 seconds or more"):
            broker.clock.advance(seconds)
        assert broker.topics() == []


def test_only_a_running_brokers_time_can_pass() -> None:
    with pytest.raises(RuntimeError, match="not running"):
        Broker().clock.advance(1)


def test_clients_that_keep_a_broker_busy_do_not_hold_up_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = threading.Event()

    async def never_idle() -> None:
        try:
            await trio.sleep_forever()
        finally:
            ended.set()

    monkeypatch.setattr("logion.testing.life.wait_all_tasks_blocked", never_idle)
    monkeypatch.setattr("logion.testing.life.SETTLING_S", 0.01)
    with Broker() as broker:
        broker.clock.advance(HOUR_S)
        assert not ended.is_set()
    assert ended.is_set()


@pytest.mark.parametrize("time", ["running", "frozen"])
def test_pages_about_the_broker_can_be_opened_while_it_runs(
    time: broker_module.Time,
) -> None:
    with Broker(time=time, console=True) as broker:
        url = broker.console_url
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert b"<h1>Broker 1</h1>" in answer.read()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=30)


def test_a_console_is_where_it_was_after_the_broker_went_back() -> None:
    with Broker(console=True) as broker:
        url = broker.console_url
        broker.restore(broker.snapshot())
        assert broker.console_url == url
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert b"<h1>Broker 1</h1>" in answer.read()


def test_a_broker_has_no_console_unless_it_is_asked_for() -> None:
    with Broker() as broker:
        assert broker.console_url == ""


def test_who_asks_a_loop_at_its_end_is_told_that_the_broker_was_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when the loop takes no tasks any more, and still hears who asks."""
    asked = threading.Event()

    def closed(*_: object) -> None:
        asked.set()
        raise RuntimeError("Nursery is closed to new arrivals")

    broker = Broker()
    broker.start()
    with ThreadPoolExecutor() as pool:
        with monkeypatch.context() as patch:
            patch.setattr(trio.lowlevel, "spawn_system_task", closed)
            asking = pool.submit(broker.clock.advance, 1)
            assert asked.wait(60)
        broker.stop()
        with pytest.raises(RuntimeError, match="the broker was stopped meanwhile"):
            asking.result()


def test_whoever_asks_a_broker_that_dies_is_told_what_it_died_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def planted(_: object) -> None:
        raise LookupError("planted")

    monkeypatch.setattr(housekeeping, "_expire_offsets", planted)
    broker = Broker()
    broker.start()
    broker.clock.advance(1)  # now it has begun to wait
    for ask in (lambda: broker.clock.advance(HOUR_S), broker.topics, broker.stop):
        with pytest.raises(ExceptionGroup) as died:
            ask()
        assert "planted" in "".join(traceback.format_exception(died.value))


def test_a_broker_that_is_stopped_meanwhile_says_so() -> None:
    broker = Broker()
    broker.start()
    clock = broker.clock
    broker.stop()
    with pytest.raises(RuntimeError, match="stopped meanwhile"):
        clock.advance(1)
