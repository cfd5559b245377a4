"""A broker for tests, as pytest fixtures: one for the run, own names for each test.

    def test_it_sells(kafka):
        shop = Shop(kafka.bootstrap, topic=kafka.create_topic("orders"))

pytest loads this module in every run in which logion is installed, so it imports next
to nothing: the broker comes with the first fixture that is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from logion.testing.kafka import AnyBroker, Kafka

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
    """Declare the marker; UsageError if a broker cannot be as the run is told."""
    config.addinivalue_line(
        "markers",
        f"{RELEASES}(*releases): run the test on a broker of each of these releases",
    )
    try:
        _check(config)
    except ValueError as problem:
        raise pytest.UsageError(str(problem)) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a marked test once for each release; an existing broker has but one."""
    marker = metafunc.definition.get_closest_marker(RELEASES)
    if marker is None or "kafka_release" not in metafunc.fixturenames:
        return
    _check_marker(metafunc.definition, marker)
    if not _given(metafunc.config, "kafka_bootstrap"):
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
    from logion.testing.given import settings_of

    return settings_of(request.config.getini("kafka_config"))


@pytest.fixture(scope="session")
def kafka_broker(
    request: pytest.FixtureRequest,
    kafka_release: str | None,
    kafka_config: Mapping[str, Any],
) -> Iterator[AnyBroker]:
    """The broker of the run: of the process, under pytest-xdist."""
    from logion.testing.kafka import UNUSABLE, open_for_tests

    bootstrap = _given(request.config, "kafka_bootstrap")
    with ExitStack() as stack:
        opening = open_for_tests(bootstrap, kafka_release, kafka_config)
        try:
            broker = stack.enter_context(opening)
        except UNUSABLE as problem:
            told = "" if bootstrap is None else f" at {bootstrap} (kafka_bootstrap)"
            reason = f"no broker to test with{told}: {problem}"
            raise pytest.fail.Exception(reason, pytrace=False) from None
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


def _check(config: pytest.Config) -> None:
    """Raise ValueError, which names the option, unless the run can have its broker."""
    bootstrap = _given(config, "kafka_bootstrap")
    played = _given(config, "kafka_release")
    lines: list[str] = config.getini("kafka_config")
    if not (bootstrap or played or lines):
        return
    from logion.testing import given

    with _naming("kafka_config"):
        settings = given.settings_of(lines)
    if bootstrap is not None:
        with _naming("kafka_bootstrap"):
            given.check_bootstrap(bootstrap)
        return
    if played is not None:
        with _naming("kafka_release"):
            given.check_release(played)
    with _naming("kafka_config"):
        given.check_settings(settings, played)


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Have a ValueError name the option or ini key that it is about."""
    try:
        yield
    except ValueError as problem:
        raise ValueError(f"{name}: {problem}") from None


def _check_marker(item: pytest.Item, marker: pytest.Mark) -> None:
    """Raise CollectError unless a marker names releases."""
    from logion.testing import given

    place = f"{item.nodeid}: {RELEASES}"
    if not marker.args:
        raise pytest.Collector.CollectError(f"{place}: no release is named")
    try:
        for each in marker.args:
            given.check_release(each)
    except ValueError as problem:
        raise pytest.Collector.CollectError(f"{place}: {problem}") from None
