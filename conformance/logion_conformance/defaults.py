"""Topics with settings, on releases that have no CreateTopics: before 0.10.1.

There, kafka-topics writes into ZooKeeper. What needs no tool of any release is a broker
whose defaults are what the topic is to have: it makes such a topic when it is asked for
it. A case that wants one goes on there: on a further broker of the target's kind, which
is started for the first case that wants these settings, and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from logion_conformance.case import untestable
from logion_conformance.targets import (
    WITH_SETTINGS,
    Named,
    Target,
    met,
    started,
)
from logion_conformance.upkeep import UPKEEP

OF_BROKER = {
    "cleanup.policy": "log.cleanup.policy",
    "delete.retention.ms": "log.cleaner.delete.retention.ms",
    "max.message.bytes": "message.max.bytes",
    "message.timestamp.difference.max.ms": "log.message.timestamp.difference.max.ms",
    "message.timestamp.type": "log.message.timestamp.type",
    "min.cleanable.dirty.ratio": "log.cleaner.min.cleanable.ratio",
    "min.insync.replicas": "min.insync.replicas",
    "retention.bytes": "log.retention.bytes",
    "retention.ms": "log.retention.ms",
    "segment.bytes": "log.segment.bytes",
}
"""A topic's setting, to the broker's that is its default."""


class Defaults:
    """The brokers that were started for their defaults."""

    def __init__(self, target: Named | None, stack: ExitStack) -> None:
        """Start brokers of a kind, to be stopped when `stack` ends; None: there is no
        starting one."""
        self._named = target
        self._stack = stack
        self._met: dict[str, Target] = {}

    def target(self, partitions: int, settings: Mapping[str, str]) -> Target:
        """Return a broker that makes topics of so many partitions with such settings.

        UNTESTABLE if the suite cannot start one.
        """
        if self._named is None or self._named.kind not in WITH_SETTINGS:
            untestable("topics like this need CreateTopics, or a broker's settings")
        wanted = {"num.partitions": str(partitions), **UPKEEP}
        wanted |= {OF_BROKER[key]: value for key, value in settings.items()}
        key = repr(sorted(wanted.items()))
        if key not in self._met:
            broker = self._stack.enter_context(started(self._named, wanted))
            self._met[key] = met(self._named, broker, wanted)
        return self._met[key]
