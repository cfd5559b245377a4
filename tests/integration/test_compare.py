"""logion as three releases beside Apache Kafka, in the newest version of each API.

`make compare` puts all probes to all releases, in all versions: docs/compare.md.
"""

from __future__ import annotations

import pytest
from logion_conformance.compare.__main__ import compare
from logion_conformance.compare.catalogue import PROBES
from logion_conformance.compare.comparison import Plan
from logion_conformance.compare.story import story
from logion_conformance.targets import named

from tests.docs import compare_page

RELEASES = ("0.10.0", "2.8", "4.3")


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_answers_as_apache_kafka_does(
    release: str, needs_apache: None
) -> None:
    sides = named(f"logion-{release}"), named(f"apache-{release}")
    plan = Plan(PROBES, "newest")
    listed = compare_page.kept()[release]["unexplained"]
    outcomes = compare(*sides, plan, verbose=False).outcomes
    assert len(outcomes) > 100
    new = [
        story(it)
        for it in outcomes
        if it.verdict == "different" and it.version not in listed.get(it.probe.name, ())
    ]
    assert not new, "\n".join(new)
