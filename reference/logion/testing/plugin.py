"""A broker for tests, as pytest fixtures: one for the run, own names for each test.

    def test_it_sells(kafka):
        shop = Shop(kafka.bootstrap, topic=kafka.create_topic("orders"))

pytest loads this module in every run in which logion is installed, so it imports next
to nothing: the broker comes with the first fixture that is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from logion.testing.broker import Broker
    from logion.testing.existing import ExistingBroker
    from logion.testing.kafka import Kafka

    AnyBroker: TypeAlias = Broker | ExistingBroker

SECTION = "what the broker saw"
"""Title of the part of a failing test's report that shows the broker."""

RELEASES = "kafka_releases"
"""The marker that has a test run on several releases."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options; each has an ini key of the same name."""
    group = parser.getgroup("kafka", "a Kafka broker for tests (logion)")
    for name, metavar, text in (
        ("release", "R", "Kafka release that the broker plays (default: the newest)"),
        (
            "bootstrap",
            "HOST:PORT",
            "run the tests on the broker there, not on logion's",
        ),
    ):
        group.addoption(f"--kafka-{name}", metavar=metavar, help=text)
        parser.addini(f"kafka_{name}", f"{text}: see --kafka-{name}")
    parser.addini(
        "kafka_config", "settings of the broker, each a line key=value", type="linelist"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        f"{RELEASES}(*releases): run the test on a broker of each of these releases",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a marked test once for each release; an existing broker has but one."""
    marker = metafunc.definition.get_closest_marker(RELEASES)
    is_wanted = marker is not None and "kafka_release" in metafunc.fixturenames
    if is_wanted and not _given(metafunc.config, "kafka_bootstrap"):
        assert marker is not None
        metafunc.parametrize(
            "kafka_release", marker.args, indirect=True, scope="session"
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Show what the broker saw beside a test that failed."""
    report: pytest.TestReport = yield
    fixtures = getattr(item, "funcargs", {})
    if report.failed and call.when != "teardown" and "kafka_broker" in fixtures:
        from logion.testing.kafka import seen

        report.sections.append((SECTION, seen(**_of_broker(fixtures))))
    return report


def _of_broker(fixtures: Mapping[str, Any]) -> dict[str, Any]:
    kafka = fixtures.get("kafka")
    since_ms = 0 if kafka is None else kafka.since_ms
    return {"broker": fixtures["kafka_broker"], "since_ms": since_ms}


@pytest.fixture(scope="session")
def kafka_release(request: pytest.FixtureRequest) -> str | None:
    """The release that the broker plays; None if nobody says it of an existing one."""
    asked: str | None = getattr(request, "param", None)
    given = asked or _given(request.config, "kafka_release")
    if given is None and _given(request.config, "kafka_bootstrap") is None:
        from logion.config import NEWEST_RELEASE

        return NEWEST_RELEASE
    return given


@pytest.fixture(scope="session")
def kafka_config(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings of the broker by Kafka's names, from the ini key of the same name."""
    lines: list[str] = request.config.getini("kafka_config")
    return dict(map(_setting, lines))


@pytest.fixture(scope="session")
def kafka_broker(
    request: pytest.FixtureRequest,
    kafka_release: str | None,
    kafka_config: Mapping[str, Any],
) -> Iterator[AnyBroker]:
    """The broker of the run: of the process, under pytest-xdist."""
    from logion.testing.kafka import open_for_tests

    bootstrap = _given(request.config, "kafka_bootstrap")
    with open_for_tests(bootstrap, kafka_release, kafka_config) as broker:
        yield broker


@pytest.fixture
def kafka(
    request: pytest.FixtureRequest,
    kafka_broker: AnyBroker,
    kafka_release: str | None,
) -> Iterator[Kafka]:
    """The broker, as one test sees it: with names of its own, and left clean."""
    from logion.testing.kafka import Kafka

    mine = Kafka(kafka_broker, test=request.node.name, release=kafka_release)
    yield mine
    mine.clean()


@pytest.fixture
def kafka_topic(kafka: Kafka) -> str:
    """Name of a topic of the test's own, with one partition and no records."""
    return kafka.create_topic("topic")


def _given(config: pytest.Config, name: str) -> str | None:
    """Return an option, or the ini key of the same name; None if neither is given."""
    return config.getoption(name) or config.getini(name) or None


def _setting(line: str) -> tuple[str, str]:
    key, equals, value = line.partition("=")
    if not equals:
        raise pytest.UsageError(f"kafka_config: {line!r} where key=value was expected")
    return key.strip(), value.strip()
