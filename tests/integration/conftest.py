"""What the integration tests share: brokers, client programs, reasons to skip."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack

import pytest
from logion_conformance import apache, processes

from tests.integration import brokers
from tests.integration.members import Members
from tests.integration.programs import Programs

collect_ignore = ["user_project"]
"""It runs in an environment and a folder of its own: see test_user_project."""


SHARE_PROGRAMS = ("test_clients", "test_old_releases", "test_transactions")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder; a hook of a conftest sees all items.

    With two workers a module's tests share one, as they share what its fixtures start;
    so do those modules that share client programs.
    """
    here = __file__.removesuffix("conftest.py")
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.integration)
            name = item.path.stem
            group = "programs" if name in SHARE_PROGRAMS else name
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the brokers said last beside a test that failed."""
    report = yield
    shared = item.funcargs.get("running_brokers")
    if report.failed and isinstance(shared, brokers.Brokers):
        for release, broker in shared.running.items():
            said = processes.tail(broker.output)
            report.sections.append((f"broker of release {release}", said))
    return report


@pytest.fixture(scope="session")
def running_brokers(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[brokers.Brokers]:
    """Brokers of the kind under test, one for each release asked for."""
    with ExitStack() as stack:
        yield brokers.Brokers(tmp_path_factory.mktemp("brokers"), stack)


@pytest.fixture(scope="session")
def programs() -> Iterator[Programs]:
    """Client programs, ended after the session."""
    with ExitStack() as stack:
        yield Programs(stack)


@pytest.fixture(scope="session")
def members() -> Iterator[Members]:
    """Members of groups, ended after the session."""
    with ExitStack() as stack:
        yield Members(stack)


@pytest.fixture
def needs_apache() -> None:
    """Skip the test where Apache Kafka cannot be had."""
    if lacking := apache.missing():
        pytest.skip(f"Apache Kafka: {lacking} on this machine")
