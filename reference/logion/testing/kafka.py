"""A broker as one test sees it: names of its own, waits, and everything clean after it.

The broker is logion's own or an existing one; a test that uses only what both have runs
on both.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeAlias
from uuid import uuid4

from logion.broker.faults.faults import Faults
from logion.clock import SystemClock
from logion.config import ConfigError
from logion.config import Value as Setting
from logion.log.manager import DirectoryRefused
from logion.protocol.errors import ApiError, ProtocolError
from logion.records.record import Record
from logion.testing.broker import Broker, BrokerClock
from logion.testing.existing import ExistingBroker

log = logging.getLogger(__name__)

AnyBroker: TypeAlias = Broker | ExistingBroker
"""A broker that tests run on."""

UNUSABLE = (
    ValueError,
    OSError,
    ApiError,
    ConfigError,
    DirectoryRefused,
    ProtocolError,
)
"""Why there may be no broker to test with."""

TEST_NAME_MAX = 60
"""Most characters of a test's name in the names it is given."""

LOOK_AGAIN_S = 0.005
"""How soon a wait for records looks again."""


@contextmanager
def open_for_tests(
    bootstrap: str | None, release: str | None, config: Mapping[str, Setting]
) -> Iterator[AnyBroker]:
    """Give the existing broker at `bootstrap`, or one that runs until the end.

    Raises what `Broker.start` does; ValueError if `bootstrap` is no HOST:PORT, ApiError
    or ProtocolError if no broker answers there.
    """
    if bootstrap is not None:
        existing = ExistingBroker(bootstrap)
        existing.topics()
        yield existing
    else:
        assert release is not None, "a release is known where a broker is to play it"
        with Broker(release=release, config=config) as broker:
            yield broker


class Kafka:
    """What the fixture `kafka` gives to a test."""

    def __init__(self, broker: AnyBroker, *, test: str, release: str | None) -> None:
        """Let the test named `test` use `broker`, which is of `release`."""
        self.broker = broker
        """The broker itself, with all that can be asked of it."""
        self.release = release
        """The release it plays; None for an existing one of which nobody says it."""
        word = re.sub(r"[^A-Za-z0-9._]+", "_", test)[:TEST_NAME_MAX].strip("_.")
        self._mark = f"{word}-{uuid4().hex[:8]}"
        self._topics_before = set(broker.topics())
        self._groups_before = set(broker.groups())
        self.since_ms = SystemClock().time_ms()
        """When the test began."""

    @property
    def bootstrap(self) -> str:
        """Return `host:port`, as clients take it."""
        return self.broker.bootstrap

    @property
    def clock(self) -> BrokerClock:
        """Return the broker's clock; the test is skipped on an existing broker."""
        return self.broker.clock

    @property
    def faults(self) -> Faults:
        """Return what the broker does wrong on purpose; skipped likewise."""
        return self.broker.faults

    def topic(self, name: str = "topic") -> str:
        """Return the test's own topic name for `name`: the same one each time."""
        return f"{name}-{self._mark}"

    def group(self, name: str = "group") -> str:
        """Return the test's own group id for `name`: the same one each time."""
        return f"{name}-{self._mark}"

    def create_topic(
        self,
        name: str = "topic",
        *,
        partitions: int = 1,
        configs: Mapping[str, Setting] | None = None,
    ) -> str:
        """Make the test's own topic for `name`; return what it is really called.

        Raises ApiError as CreateTopics does.
        """
        own = self.topic(name)
        self.broker.create_topic(own, partitions=partitions, configs=configs)
        return own

    def records(self, topic: str) -> list[Record]:
        """Return the records of all partitions, one partition after the other.

        Raises KeyError if there is no such topic.
        """
        return [
            record
            for partition in range(self.broker.partitions(topic))
            for record in self.broker.records(topic, partition)
        ]

    def wait_for_records(
        self, topic: str, count: int = 1, *, timeout_s: float = 10.0
    ) -> list[Record]:
        """Return the records of a topic once there are `count` of them at least.

        It blocks: in a coroutine, call it in a thread. Raises AssertionError with what
        has come if that is fewer after `timeout_s` seconds.
        """
        clock = SystemClock()
        limit = clock.monotonic() + timeout_s
        while len(came := self._records_if_any(topic)) < count:
            if clock.monotonic() >= limit:
                text = f"{len(came)} of {count} records in {topic} after {timeout_s} s"
                raise AssertionError(f"{text}: {came}")
            time.sleep(LOOK_AGAIN_S)
        return came

    def _records_if_any(self, topic: str) -> list[Record]:
        try:
            return self.records(topic)
        except KeyError:
            return []

    def clean(self) -> None:
        """Let the broker be as before: without the test's topics, groups and faults.

        On logion's own broker these are all that were not there before, and its time is
        the machine's again; an existing broker may have other users, so there only what
        has the test's mark in its name goes.
        """
        if isinstance(self.broker, Broker):
            self.broker.faults.load({})
        for group in self._mine(self.broker.groups(), self._groups_before):
            _attempt(self.broker.delete_group, group)
        for topic in self._mine(self.broker.topics(), self._topics_before):
            _attempt(self.broker.delete_topic, topic)
        if isinstance(self.broker, Broker) and self.broker.clock.advanced_s:
            self.broker.restore(replace(self.broker.snapshot(), jumped_s=0))

    def _mine(self, names: Iterable[str], before: Container[str]) -> list[str]:
        """Return the names that are the test's."""
        if isinstance(self.broker, ExistingBroker):
            return [name for name in names if self._mark in name]
        return [it for it in names if it not in before and not it.startswith("__")]


def _attempt(delete: Callable[[str], None], name: str) -> None:
    try:
        delete(name)
    except ApiError as problem:  # the next test has other names
        log.warning("%s stays: %s", name, problem)


def seen(broker: AnyBroker, since_ms: int) -> str:
    """Return what a broker knows, for people; connections that closed only since then.

    Of an existing broker not more than where it is.
    """
    if isinstance(broker, ExistingBroker):
        return f"an existing broker at {broker.bootstrap}: it cannot be looked into"
    try:
        view = broker.inspect()
    except RuntimeError as problem:
        return str(problem)
    late = [it for it in view.gone if it.recent and it.recent[-1].began_ms >= since_ms]
    fired = [it for it in broker.faults.fired() if it.time_ms >= since_ms]
    return "\n".join([replace(view, gone=tuple(late)).summary(), *map(str, fired)])
