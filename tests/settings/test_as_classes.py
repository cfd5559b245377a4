"""Settings of releases that nobody can ask, beside what their classes define."""

from __future__ import annotations

import json

import pytest
from logion.settings import Setting, broker_settings, topic_settings

from tests.settings.classes.facts import RELEASES, Defined, defined

TABLES = {"broker": broker_settings(), "topic": topic_settings()}

ONE_POLICY_IS_A_LIST = {("broker", "log.cleanup.policy"), ("topic", "cleanup.policy")}
"""A text until 0.10.1, where two policies at once came; here a list of one."""

BEYOND = {
    *(("broker", f"kafka.{it}") for it in ("csv.metrics.dir", "metrics.reporters")),
    ("broker", "kafka.csv.metrics.reporter.enabled"),
    ("broker", "kafka.metrics.polling.interval.secs"),
    ("broker", "leader.replication.throttled.rate"),
    ("broker", "follower.replication.throttled.rate"),
}
"""What other classes than those of the settings read: metrics, and rates that are set
of a broker while it runs."""

OTHER_DEFAULTS = {
    ("0.8.2.2", "host.name"): "null",
    ("0.9.0.1", "inter.broker.protocol.version"): "0.9.0.X",
    **{(it, "zookeeper.connect"): "" for it in RELEASES[1:]},
}
"""Defaults that say nothing: no name of a host, another name of the same
release, and a setting that must be given there, and need not here."""


def known_in(release: str) -> dict[tuple[str, str], Setting]:
    return {
        (of, name): it
        for of, table in TABLES.items()
        for name, it in table.items()
        if it.is_known_in(release)
    }


def as_java_writes(value: object) -> str:
    """Return a default as text."""
    if isinstance(value, tuple):
        return ",".join(value)
    return value if isinstance(value, str) else json.dumps(value).replace("e+", "E")


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_knows_the_settings_that_its_classes_define(release: str) -> None:
    assert known_in(release).keys() - BEYOND == defined(release).keys()


@pytest.mark.parametrize("release", RELEASES)
def test_types_and_defaults_are_those_of_the_classes(release: str) -> None:
    ours = known_in(release)
    for key, theirs in defined(release).items():
        era = ours[key].era(release)
        if key not in ONE_POLICY_IS_A_LIST:
            assert era.type == theirs.type, key
        default = as_java_writes(ours[key].default(release))
        assert expected(release, theirs) == default, key


def expected(release: str, theirs: Defined) -> str:
    """Return a default of theirs as ours is written."""
    if OTHER_DEFAULTS.get((release, theirs.name)) == theirs.default:
        return as_java_writes(TABLES[theirs.of][theirs.name].default(release))
    return theirs.default.strip("[]").replace(", ", ",")
