"""A correct broker is never accused."""

from __future__ import annotations

import os
from collections import Counter

from logion_model.history.check import check
from logion_model.history.kinds import Kind
from logion_model.history.reading import read_events

from tests.logion_model.history.simple_kafka import SimpleKafka

HISTORIES = int(os.environ.get("LOGION_HISTORIES", "2000")) // 10


def test_a_correct_broker_shows_nothing_that_is_not_tolerated() -> None:
    tolerated: Counter[str] = Counter()
    for seed in range(HISTORIES):
        verdict = check(read_events(enumerate(SimpleKafka(seed).events(40), 1)))
        assert verdict.judged() == [], f"seed {seed}"
        tolerated.update(verdict.anomalies.keys())
    assert {Kind.INT_SEND_SKIP, Kind.G0, Kind.G1C} <= set(tolerated)
