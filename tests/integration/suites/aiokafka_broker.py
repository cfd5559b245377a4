"""A plugin of pytest for aiokafka's tests: their fixtures, for a broker that runs.

Their own `conftest.py` starts a container; with `--noconftest` this takes its place.
`SUITE_BROKER` is HOST:PORT, `SUITE_RELEASE` the release that the broker answers as.
What needs a container (SASL users, ACLs, keys for TLS) is not there.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="class")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Yield an event loop for the tests of a class."""
    running = asyncio.new_event_loop()
    asyncio.set_event_loop(running)
    yield running
    running.close()
    asyncio.set_event_loop(None)


@pytest.fixture(scope="class")
def setup_test_class_serverless(
    request: pytest.FixtureRequest, loop: asyncio.AbstractEventLoop
) -> None:
    """Give a class what its tests need when they ask no broker."""
    request.cls.loop = loop


@pytest.fixture(scope="class")
def setup_test_class(
    request: pytest.FixtureRequest, loop: asyncio.AbstractEventLoop
) -> None:
    """Give a class what its tests need to know of the broker."""
    host, _, port = os.environ["SUITE_BROKER"].rpartition(":")
    request.cls.loop = loop
    request.cls.hosts = [os.environ["SUITE_BROKER"]]
    request.cls.kafka_host = host
    request.cls.kafka_port = int(port)
    request.cls.kafka_version = os.environ["SUITE_RELEASE"]
