from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trio
import trio.lowlevel
from confluent_kafka import Producer
from logion.broker.faults.plan import PlanError
from logion.client.cluster import open_cluster
from logion.client.connection import Address
from logion.config import ConfigError
from logion.log.manager import DirectoryRefused
from logion.testing import Broker
from logion.testing.life import Life

from tests.logion.testing.filling import address, fill, put

ROOT = Path(__file__).parents[3]
EXAMPLES = [
    example
    for document in (
        "README.md",
        "docs/testing.md",
        "docs/faults.md",
        "docs/migrating.md",
    )
    for example in re.findall(
        r"```python\n(.*?)```", (ROOT / document).read_text(), re.DOTALL
    )
]
COMMANDS = Path(sys.executable).parent
DEADLINE_S = 60
STRICT = ("-W", "error", "-W", "ignore::DeprecationWarning")
"""Clients may use what is deprecated; nothing may be left open."""


def connects(where: Address) -> bool:
    try:
        socket.create_connection((where.host, where.port), timeout=30).close()
    except ConnectionRefusedError:
        return False
    return True


# Life


def test_clients_can_connect_from_the_start_of_the_block_to_its_end() -> None:
    with Broker() as broker:
        where = address(broker)
        assert where.host == "127.0.0.1"
        assert connects(where)
    assert not connects(where)


def test_it_touches_no_file_and_the_end_takes_its_thread_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = threading.active_count()
    with Broker() as broker:
        assert threading.active_count() == before + 1
        broker.create_topic("t")
    assert threading.active_count() == before
    assert list(tmp_path.iterdir()) == []


def test_clients_that_are_connected_do_not_hold_up_the_end() -> None:
    with Broker() as broker:
        where = address(broker)
        client = socket.create_connection(where, timeout=30)
    with client:
        assert not connects(where)


def test_several_run_at_once() -> None:
    with Broker(release="0.8.2") as a, Broker() as b, Broker() as c:
        places = {address(each) for each in (a, b, c)}
        assert len(places) == 3
        assert all(map(connects, places))


async def test_the_next_broker_of_a_folder_has_everything(tmp_path: Path) -> None:
    async with Broker(data=str(tmp_path)) as broker:
        await fill(broker)
        before = broker.records("t")
    async with Broker(data=str(tmp_path)) as broker:
        assert broker.topics() == ["t"]
        assert broker.partitions("t") == 2
        assert broker.records("t") == before
        assert broker.high_watermark("t") == broker.end_offset("t") == 3
        async with open_cluster([address(broker)]) as cluster:
            await put(cluster, b"4")
        assert broker.end_offset("t") == 4


def test_one_can_be_started_again_after_it_has_stopped() -> None:
    broker = Broker()
    for _ in range(2):
        with broker:
            assert connects(address(broker))


def test_one_that_runs_cannot_be_started() -> None:
    with Broker() as broker:
        with pytest.raises(RuntimeError, match="running already"):
            broker.start()
        assert connects(address(broker))


def test_stopping_twice_is_stopping_once() -> None:
    broker = Broker()
    broker.start()
    broker.stop()
    broker.stop()


def test_what_a_block_raises_comes_out_of_it() -> None:
    with pytest.raises(ValueError, match="the test's own"), Broker():
        raise ValueError("the test's own")


def test_what_a_broker_died_of_is_raised_at_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    died = threading.Event()

    async def die(*_: object) -> None:
        await trio.lowlevel.checkpoint()
        died.set()
        raise RuntimeError("the house burns")

    monkeypatch.setattr("logion.broker.broker.keep_house", die)
    broker = Broker()
    broker.start()
    assert died.wait(DEADLINE_S)
    with pytest.raises(ExceptionGroup) as ended:
        broker.stop()
    assert ended.group_contains(RuntimeError, match="the house burns")
    broker.stop()


# Loops


async def test_under_trio_others_go_on_while_it_starts_and_stops() -> None:
    steps = 0

    async def walk() -> None:
        nonlocal steps
        while True:
            steps += 1
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(walk)
        before = steps
        async with Broker() as broker:
            assert steps > before
            assert broker.topics() == []
            before = steps
        assert steps > before
        nursery.cancel_scope.cancel()


async def test_under_trio_a_cancelled_block_stops_its_broker() -> None:
    with trio.CancelScope() as scope:
        async with Broker() as broker:
            where = address(broker)
            scope.cancel()
            await trio.sleep_forever()
    assert not connects(where)


def test_under_asyncio_it_serves_while_the_loop_goes_on() -> None:
    async def main() -> None:
        async with Broker() as broker:
            where = address(broker)
            _, writer = await asyncio.open_connection(where.host, where.port)
            writer.close()
            await writer.wait_closed()
            assert broker.topics() == []
        assert not connects(where)

    asyncio.run(main())


def test_under_asyncio_a_cancelled_block_stops_its_broker() -> None:
    places: list[Address] = []

    async def main() -> None:
        async with asyncio.timeout(None) as limit, Broker() as broker:
            places.append(address(broker))
            limit.reschedule(asyncio.get_running_loop().time())
            await asyncio.get_running_loop().create_future()

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert not connects(places[0])


def test_under_asyncio_a_cancelled_start_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    wait = Life.wait

    def slow(life: Life) -> None:
        begun.set()
        assert go_on.wait(DEADLINE_S)
        wait(life)

    monkeypatch.setattr(Life, "wait", slow)
    broker = Broker()
    before = threading.enumerate()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(None) as limit:

            def cancel() -> None:
                if begun.is_set():
                    limit.reschedule(loop.time())
                    loop.call_later(0.01, go_on.set)
                else:
                    loop.call_soon(cancel)

            cancel()
            async with broker:
                pytest.fail("it was cancelled before it had started")

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert threading.enumerate() == before


# Inspection


async def test_records_and_offsets_are_those_of_the_log() -> None:
    async with Broker() as broker:
        await fill(broker)
        assert [(it.offset, it.value) for it in broker.records("t")] == [
            (0, b"1"),
            (1, b"2"),
            (2, b"3"),
        ]
        assert broker.start_offset("t") == 0
        assert broker.end_offset("t") == 3
        assert broker.high_watermark("t") == 3
        assert broker.records("t", 1) == []
        assert broker.end_offset("t", 1) == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda broker: broker.end_offset("nosuch"),
        lambda broker: broker.start_offset("nosuch"),
        lambda broker: broker.high_watermark("nosuch", 7),
        lambda broker: broker.records("nosuch"),
        lambda broker: broker.partitions("nosuch"),
    ],
)
def test_what_is_not_there_is_a_key_error(ask: Callable[[Broker], object]) -> None:
    with Broker() as broker, pytest.raises(KeyError, match="nosuch"):
        ask(broker)


@pytest.mark.parametrize("state", ["before", "after"])
def test_only_a_running_broker_can_be_asked(state: str) -> None:
    broker = Broker()
    if state == "after":
        with broker:
            pass
    with pytest.raises(RuntimeError, match="not running"):
        broker.topics()
    with pytest.raises(RuntimeError, match="not running"):
        _ = broker.bootstrap


def test_any_thread_may_ask() -> None:
    answers: list[list[str]] = []
    with Broker() as broker:
        asking = [
            threading.Thread(target=lambda: answers.append(broker.topics()))
            for _ in range(8)
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    assert answers == [[]] * 8


# Settings


def test_settings_have_kafkas_names_and_plain_values() -> None:
    config = {"num.partitions": 3, "auto.create.topics.enable": True}
    with Broker(config=config) as broker:
        producer = Producer({"bootstrap.servers": broker.bootstrap})
        producer.produce("t", b"v")
        assert producer.flush(DEADLINE_S) == 0
        assert broker.partitions("t") == 3


def test_unknown_settings_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with Broker(config={"no.such.key": "1"}):
        pass
    assert "unknown setting no.such.key" in caplog.messages


@pytest.mark.parametrize(
    ("broker", "problem", "text"),
    [
        (Broker(config={"num.partitions": "x"}), ConfigError, "num.partitions"),
        (Broker(release="9.9"), ValueError, "nearest is 4.3"),
        (
            Broker(config={"listeners": "PLAINTEXT://nosuch.invalid:0"}),
            OSError,
            "cannot listen on nosuch.invalid:0",
        ),
    ],
)
def test_why_it_cannot_start_reaches_the_caller(
    broker: Broker, problem: type[Exception], text: str
) -> None:
    threads = threading.active_count()
    with pytest.raises(problem, match=re.escape(text)), broker:
        pytest.fail("it must not start")
    assert threading.active_count() == threads


async def test_why_it_cannot_start_reaches_a_caller_under_trio() -> None:
    with pytest.raises(ConfigError):
        async with Broker(config={"num.partitions": "x"}):
            pytest.fail("it must not start")


def test_a_folder_in_use_is_refused_and_free_afterwards(tmp_path: Path) -> None:
    data = str(tmp_path)
    with Broker(data=data), pytest.raises(DirectoryRefused, match="is locked"):
        Broker(data=data).start()
    with Broker(data=data):
        pass


def test_an_address_in_use_is_refused_and_the_folder_free(tmp_path: Path) -> None:
    data = str(tmp_path)
    with Broker() as first:
        taken = {"listeners": f"PLAINTEXT://{first.bootstrap}"}
        with pytest.raises(OSError, match="Address already in use"):
            Broker(data=data, config=taken).start()
    with Broker(data=data):
        pass


def test_a_folder_that_cannot_be_read_is_free_afterwards(tmp_path: Path) -> None:
    journal = tmp_path / "logion-coordination.journal"
    journal.write_bytes(b"something else entirely\n" * 9)
    with pytest.raises(ValueError, match="no journal"):
        Broker(data=str(tmp_path)).start()
    journal.unlink()
    with Broker(data=str(tmp_path)) as broker:
        assert broker.topics() == []


# Faults


def test_faults_can_be_given_before_the_start_and_asked_about_after_the_end() -> None:
    rule = {"api": "Produce", "error": "NOT_LEADER_OR_FOLLOWER"}
    with Broker(faults={"rules": [rule]}) as broker:
        settings = {"bootstrap.servers": broker.bootstrap, "retry.backoff.ms": 10}
        producer = Producer(settings)
        producer.produce("t", b"v")
        assert producer.flush(DEADLINE_S) == 0
    assert [it.api for it in broker.faults.fired()] == ["Produce"]


def test_a_plan_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(PlanError, match="unknown field 'topics'"):
        Broker(faults={"rules": [{"topics": "t"}]})


# Documentation


def environment() -> dict[str, str]:
    """Return our own with our commands; counting lines of an example has no use."""
    found = {**os.environ, "PATH": f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"}
    found.pop("COVERAGE_PROCESS_CONFIG", None)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_of_the_documentation_run(number: int, tmp_path: Path) -> None:
    example = tmp_path / "test_example.py"
    example.write_text(EXAMPLES[number])
    is_suite = "\ndef test_" in EXAMPLES[number]
    how = ["-m", "pytest", "-q", "-p", "no:cacheprovider"] if is_suite else []
    ran = subprocess.run(
        [sys.executable, *STRICT, *how, str(example)],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Error" not in ran.stderr
