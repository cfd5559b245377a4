from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from socket import create_server, socket
from textwrap import dedent
from threading import Thread

import confluent_kafka  # noqa: F401 - see `run`
import logion.testing.kafka  # noqa: F401 - see `run`
import pytest
from logion.testing import Broker

pytest_plugins = ["pytester"]

PRODUCE = """
from confluent_kafka import Producer

def produce(kafka, topic, value=b"v"):
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "client.id": "shop"})
    producer.produce(topic, value)
    assert producer.flush(30) == 0
"""


@pytest.fixture(scope="module")
def another() -> Iterator[Broker]:
    """A broker that runs already: what --kafka-bootstrap is for."""
    with Broker() as broker:
        yield broker


def run(pytester: pytest.Pytester, tests: str, *args: str) -> pytest.RunResult:
    """Run tests as users do, in this process: it has the modules already."""
    pytester.makepyfile(PRODUCE + dedent(tests))
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *args)


# Fixtures


def test_a_test_has_names_of_its_own_and_one_broker_serves_all(
    pytester: pytest.Pytester,
) -> None:
    ran = run(
        pytester,
        """
        seen = []

        def test_1(kafka, kafka_broker, kafka_topic):
            assert kafka.bootstrap == kafka_broker.bootstrap
            assert kafka.topic("a") == kafka.topic("a") != kafka.topic("b")
            assert kafka.group("a") != kafka.group("b")
            assert kafka_broker.topics() == [kafka_topic]
            seen.append((kafka.bootstrap, kafka.topic("a"), kafka.group("a")))

        def test_2(kafka):
            bootstrap, topic, group = seen[0]
            assert kafka.bootstrap == bootstrap
            assert kafka.topic("a") != topic and kafka.group("a") != group
        """,
    )
    ran.assert_outcomes(passed=2)


def test_whatever_topics_a_test_has_made_are_gone_after_it(
    pytester: pytest.Pytester,
) -> None:
    ran = run(
        pytester,
        """
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def shared(kafka_broker):
            kafka_broker.create_topic("shared")

        def test_1(kafka, kafka_topic):
            produce(kafka, kafka_topic)
            produce(kafka, "named-by-the-code")
            assert len(kafka.broker.topics()) == 3

        def test_2(kafka_broker):
            assert kafka_broker.topics() == ["shared"]
        """,
    )
    ran.assert_outcomes(passed=2)


def test_groups_time_and_faults_are_as_before_after_a_test(
    pytester: pytest.Pytester,
) -> None:
    ran = run(
        pytester,
        """
        from confluent_kafka import Consumer

        def test_1(kafka, kafka_topic):
            produce(kafka, kafka_topic)
            for group in (kafka.group(), "named-by-the-code"):
                settings = {"group.id": group, "auto.offset.reset": "earliest"}
                settings["bootstrap.servers"] = kafka.bootstrap
                consumer = Consumer(settings)
                consumer.subscribe([kafka_topic])
                assert consumer.poll(30).value() == b"v"
                consumer.close()
            assert len(kafka.broker.groups()) == 2
            kafka.clock.advance(3600)
            kafka.faults.add({"api": "Produce", "error": "UNKNOWN_SERVER_ERROR"})

        def test_2(kafka):
            assert kafka.broker.groups() == []
            assert kafka.clock.advanced_s == 0
            produce(kafka, "works")
            assert kafka.faults.counts() == []
        """,
    )
    ran.assert_outcomes(passed=2)


def test_a_test_can_wait_for_records(pytester: pytest.Pytester) -> None:
    ran = run(
        pytester,
        """
        import threading
        import pytest

        def test_they_come(kafka):
            topic = kafka.topic("orders")
            threading.Timer(0.1, produce, (kafka, topic, b"sold")).start()
            (record,) = kafka.wait_for_records(topic)
            assert record.value == b"sold"

        def test_they_do_not_come(kafka, kafka_topic):
            produce(kafka, kafka_topic)
            with pytest.raises(AssertionError, match="1 of 2 records in topic-test_th"):
                kafka.wait_for_records(kafka_topic, 2, timeout_s=0.01)
        """,
    )
    ran.assert_outcomes(passed=2)


def test_coroutines_use_the_same_fixtures(pytester: pytest.Pytester) -> None:
    ran = run(
        pytester,
        """
        import asyncio
        import pytest
        import trio

        @pytest.mark.trio
        async def test_trio(kafka, kafka_topic):
            await trio.to_thread.run_sync(produce, kafka, kafka_topic)
            assert len(kafka.records(kafka_topic)) == 1

        def test_asyncio(kafka, kafka_topic):
            async def main():
                await asyncio.to_thread(produce, kafka, kafka_topic)
                assert len(kafka.records(kafka_topic)) == 1
            asyncio.run(main())
        """,
    )
    ran.assert_outcomes(passed=2)


def test_each_process_of_xdist_has_a_broker_of_its_own(
    pytester: pytest.Pytester,
) -> None:
    ran = run(
        pytester,
        """
        import os
        import pathlib
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(kafka, kafka_topic, number):
            assert kafka.broker.topics() == [kafka_topic]
            worker = os.environ["PYTEST_XDIST_WORKER"]
            with open(f"{worker}.addresses", "a") as file:
                print(kafka.bootstrap, file=file)
        """,
        "-n2",
    )
    ran.assert_outcomes(passed=4)
    addresses = [
        set(it.read_text().split()) for it in pytester.path.glob("*.addresses")
    ]
    assert all(len(each) == 1 for each in addresses)
    assert len(set.union(*addresses)) == len(addresses)


# Settings


def test_the_release_comes_from_the_option_before_the_ini(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeini("[pytest]\nkafka_release = 2.8")
    tests = """
        def test_it(kafka):
            print("plays", kafka.release, kafka.broker.inspect().release)
        """
    run(pytester, tests, "-s").stdout.fnmatch_lines("*plays 2.8 2.8*")
    ran = run(pytester, tests, "-s", "--kafka-release=0.10.0")
    ran.stdout.fnmatch_lines("*plays 0.10.0 0.10.0*")


def test_settings_come_from_the_ini_or_a_fixture(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nkafka_config =\n  num.partitions = 3\n")
    ran = run(
        pytester,
        """
        def test_it(kafka):
            produce(kafka, "made-by-the-way")
            assert kafka.broker.partitions("made-by-the-way") == 3
        """,
    )
    ran.assert_outcomes(passed=1)
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def kafka_config(kafka_config):
            return {**kafka_config, "auto.create.topics.enable": False}
        """
    )
    ran = run(
        pytester,
        """
        def test_it(kafka):
            produce(kafka, kafka.create_topic("t"))
            assert kafka.broker.inspect()
        """,
    )
    ran.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("ini", "text"),
    [
        ("kafka_config = num.partitions", "config: 'num.partitions' where key=value"),
        ("kafka_config = =3", "kafka_config: '=3' where key=value was expected"),
        ("kafka_config = num.partitions=many", "kafka_config: Invalid value many for"),
        ("kafka_release = 9.9", "kafka_release: release 9.9 is not known; the nearest"),
        ("kafka_release = new", "kafka_release: 'new' is not a release; known are"),
        ("kafka_bootstrap = localhost", "bootstrap: 'localhost' is no HOST:PORT"),
        ("kafka_bootstrap = a:1,b", "kafka_bootstrap: 'b' is no HOST:PORT"),
    ],
)
def test_what_the_ini_says_is_refused_once_before_any_test(
    pytester: pytest.Pytester, ini: str, text: str
) -> None:
    pytester.makeini(f"[pytest]\n{ini}")
    ran = run(pytester, "def test_1(kafka): pass\ndef test_2(kafka): pass")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(f"ERROR: *{text}*")
    assert "Traceback" not in ran.stderr.str()


@pytest.mark.parametrize(
    ("releases", "text"),
    [
        ('"2.8", "9.9"', "release 9.9 is not known; the nearest is"),
        ("2.8", "2.8 is not the text of one release, such as '2.8'"),
        ('["2.8", "3.9"]', "is not the text of one release"),
        ("", "no release is named"),
    ],
)
def test_a_marker_that_names_no_release_is_refused(
    pytester: pytest.Pytester, releases: str, text: str
) -> None:
    tests = f"""
        import pytest

        @pytest.mark.kafka_releases({releases})
        def test_it(kafka): pass
        """
    ran = run(pytester, tests)
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(
        f"*::test_it: kafka_releases: *{text}*".replace("[", "[[]")
    )


def test_a_broker_that_cannot_be_is_one_line(pytester: pytest.Pytester) -> None:
    ran = run(
        pytester,
        """
        import pytest

        @pytest.fixture(scope="session")
        def kafka_config():
            return {"num.partitions": "many"}

        def test_it(kafka): pass
        """,
    )
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines("no broker to test with: Invalid value many for*")
    assert "Traceback" not in ran.stdout.str()
    assert "another exception" not in ran.stdout.str()


def test_a_marked_test_runs_on_each_release(pytester: pytest.Pytester) -> None:
    ran = run(
        pytester,
        """
        import pytest

        @pytest.mark.kafka_releases("0.8.2", "2.8", "4.3")
        def test_it(kafka, kafka_topic):
            assert kafka.broker.inspect().release == kafka.release
            print("ran on", kafka.release)

        def test_other(kafka):
            assert kafka.release == "4.3"

        @pytest.mark.kafka_releases("2.8")
        def test_without_a_broker():
            pass
        """,
        "-s",
        "--strict-markers",
    )
    ran.assert_outcomes(passed=5)
    ran.stdout.fnmatch_lines_random(["*ran on 0.8.2*", "*ran on 2.8*", "*ran on 4.3*"])


# Reports


def test_a_failing_tests_report_shows_what_the_broker_saw(
    pytester: pytest.Pytester,
) -> None:
    ran = run(
        pytester,
        """
        def test_before(kafka):
            produce(kafka, "earlier")

        def test_it(kafka):
            produce(kafka, "orders")
            assert False
        """,
    )
    ran.assert_outcomes(passed=1, failed=1)
    ran.stdout.fnmatch_lines(
        ["*- what the broker saw -*", "broker 1, release 4.3", "*orders:*", "*shop*"]
    )
    assert "earlier" not in ran.stdout.str().partition("what the broker saw")[2]


def test_a_report_says_so_if_the_broker_is_gone(pytester: pytest.Pytester) -> None:
    ran = run(
        pytester,
        """
        def test_it(kafka_broker):
            kafka_broker.stop()
            assert False
        """,
    )
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["*- what the broker saw -*", "*broker is not running*"])


# An existing broker


def test_the_same_tests_run_on_an_existing_broker(
    pytester: pytest.Pytester, another: Broker
) -> None:
    ran = run(
        pytester,
        """
        import pytest

        def test_it(kafka, kafka_broker):
            small = {"max.message.bytes": "9999"}
            topic = kafka.create_topic("t", partitions=2, configs=small)
            produce(kafka, topic, b"1")
            assert [it.value for it in kafka.wait_for_records(topic)] == [b"1"]
            assert kafka_broker.partitions(topic) == 2
            ends = [kafka_broker.end_offset(topic, it) for it in range(2)]
            assert sorted(ends) == [0, 1]
            assert kafka_broker.start_offset(topic) == 0
            assert kafka_broker.high_watermark(topic, 1) == ends[1]
            with pytest.raises(KeyError):
                kafka_broker.end_offset(topic, 2)
            with pytest.raises(KeyError):
                kafka.records("nosuch")

        def test_time(kafka):
            kafka.clock.advance(1)

        @pytest.mark.kafka_releases("2.8", "4.3")
        def test_matrix(kafka, kafka_topic):
            assert kafka.release == "3.9"
            produce(kafka, "kept-by-its-name")
            with pytest.raises(AttributeError, match="nosuch"):
                kafka.broker.nosuch

        def test_failing(kafka):
            assert False
        """,
        f"--kafka-bootstrap={another.bootstrap}",
        "--kafka-release=3.9",
        "-rs",
    )
    ran.assert_outcomes(passed=2, skipped=1, failed=1)
    ran.stdout.fnmatch_lines(
        ["*an existing broker at 127.0.0.1:*", "*needs `clock` of logion's own broker*"]
    )
    assert another.topics() == ["kept-by-its-name"]


def test_an_address_without_a_broker_is_named(pytester: pytest.Pytester) -> None:
    with socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        there = f"127.0.0.1:{nobody.getsockname()[1]}"
        ran = run(pytester, "def test_it(kafka): pass", f"--kafka-bootstrap={there}")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(
        f"no broker to test with at {there} (kafka_bootstrap): *cannot connect to*"
    )


def test_a_server_that_is_no_broker_is_named(pytester: pytest.Pytester) -> None:
    with create_server(("127.0.0.1", 0)) as web:

        def refuse() -> None:
            client, _ = web.accept()
            with client:
                client.sendall(b"HTTP/1.1 400 Bad Request")

        Thread(target=refuse, daemon=True).start()
        there = f"127.0.0.1:{web.getsockname()[1]}"
        ran = run(pytester, "def test_it(kafka): pass", f"--kafka-bootstrap={there}")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(f"no broker to test with at {there} (kafka_b*: frame of *")


# In everybody's runs


def test_a_run_without_the_fixtures_imports_nothing_of_it() -> None:
    code = "import sys, logion.testing.plugin; print('trio' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"


def test_it_can_be_switched_off(pytester: pytest.Pytester) -> None:
    ran = run(pytester, "def test_it(kafka): pass", "-p", "no:logion")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines("*fixture 'kafka' not found*")


def test_the_module_has_no_other_names() -> None:
    import logion.testing

    with pytest.raises(AttributeError, match="no attribute 'Nosuch'"):
        logion.testing.Nosuch  # noqa: B018
