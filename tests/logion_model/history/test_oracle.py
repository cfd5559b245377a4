"""The checker and a slow oracle find the same in small random histories.

`LOGION_HISTORIES` says in how many; `make verify` looks at a hundred thousand.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest
from logion_model.history.check import check
from logion_model.history.kinds import Anomaly, Kind
from logion_model.history.reading import read_events

from tests.logion_model.history.oracle import Finding, Oracle
from tests.logion_model.history.wild import Wild

HISTORIES = int(os.environ.get("LOGION_HISTORIES", "2000"))


def finding(anomaly: Anomaly) -> Finding:
    """Return an anomaly as the oracle puts it."""
    kind, tolerated = str(anomaly.kind), anomaly.is_tolerated
    if anomaly.cycle:
        return kind, tolerated
    if anomaly.kind == Kind.LOST_WRITE:
        return kind, tolerated, anomaly.key, anomaly.values[0]
    subject = (kind, tolerated, anomaly.key, frozenset(anomaly.values))
    return (*subject, anomaly.operations[1]) if anomaly.kind == Kind.G1A else subject


@pytest.mark.world
def test_the_checker_and_the_oracle_find_the_same() -> None:
    met: Counter[str] = Counter()
    for seed in range(HISTORIES):
        history = read_events(enumerate(Wild(seed).events(), 1))
        anomalies = check(history).anomalies
        found = {finding(it) for them in anomalies.values() for it in them}
        assert found == Oracle(history).findings(), f"seed {seed}"
        met.update({f"{it[0]} {it[1]}" for it in found} or {"nothing"})
    assert {name.split()[0] for name in met} >= set(Kind), "some kind was never met"
    assert met["nothing"]


def test_every_circle_is_closed_and_each_of_its_edges_is_there() -> None:
    for seed in range(HISTORIES // 10):
        history = read_events(enumerate(Wild(seed).events(), 1))
        edges = Oracle(history).edges()
        for anomalies in check(history).anomalies.values():
            for cycle in (it.cycle for it in anomalies if it.cycle):
                nexts = [*cycle[1:], cycle[0]]
                assert [it.target for it in cycle] == [it.source for it in nexts]
                for edge in cycle:
                    assert edge[:2] in edges[edge.relation], f"seed {seed}"


def test_random_histories_are_reproducible() -> None:
    seed = Random(1).randrange(10**6)
    assert Wild(seed).events() == Wild(seed).events()
