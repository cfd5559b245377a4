"""What the integration tests share: brokers, client programs, reasons to skip."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.integration import apache, brokers, build
from tests.integration.programs import Program, program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.clients_table import Client


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder; a hook of a conftest sees all items."""
    here = __file__.removesuffix("conftest.py")
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.integration)


@pytest.fixture(scope="session")
def running_brokers(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[brokers.Brokers]:
    """Brokers of the kind under test, one for each release asked for."""
    with ExitStack() as stack:
        yield brokers.Brokers(tmp_path_factory.mktemp("brokers"), stack)


@dataclass(slots=True)
class Programs:
    """Client programs, each started once in a session."""

    stack: ExitStack
    running: dict[str, Program] = field(default_factory=dict)

    def of(self, client: Client) -> Program:
        """Return the program of `client`; skip the test if its tool is missing."""
        if client.name not in self.running:
            try:
                client.command()
            except build.MissingToolError as reason:
                pytest.skip(f"{client.name}: {reason}")
            started = self.stack.enter_context(program(client))
            self.running[client.name] = started
        return self.running[client.name]


@pytest.fixture(scope="session")
def programs() -> Iterator[Programs]:
    """Client programs, ended after the session."""
    with ExitStack() as stack:
        yield Programs(stack)


@pytest.fixture
def needs_apache() -> None:
    """Skip the test where Apache Kafka cannot be had."""
    if lacking := apache.missing():
        pytest.skip(f"Apache Kafka: {lacking} on this machine")
