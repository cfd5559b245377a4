"""Judge a history: every anomaly of the nineteen kinds."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from logion_model.history.cycles import cycle_anomalies
from logion_model.history.direct import direct_anomalies
from logion_model.history.kinds import Anomaly, Kind
from logion_model.history.operations import History
from logion_model.history.orders import orders_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a history."""

    history: History
    anomalies: dict[Kind, list[Anomaly]]
    """By kind, in the order of `Kind`; kinds without anomalies are left out."""

    def judged(self, *, is_strict: bool = False) -> list[Anomaly]:
        """Return the anomalies that count: those that Kafka may not show.

        With `is_strict` all of them.
        """
        return [
            anomaly
            for anomalies in self.anomalies.values()
            for anomaly in anomalies
            if is_strict or not anomaly.is_tolerated
        ]


def check(history: History) -> Verdict:
    """Return what is wrong with a history."""
    found: dict[Kind, list[Anomaly]] = {kind: [] for kind in Kind}
    with without_collector():
        orders = orders_of(history)
        for anomalies in (direct_anomalies, cycle_anomalies):
            for anomaly in anomalies(history, orders):
                found[anomaly.kind].append(anomaly)
    return Verdict(history, {kind: them for kind, them in found.items() if them})


@contextmanager
def without_collector() -> Iterator[None]:
    """Let Python not look for circles of garbage: millions of values make none.

    Looking again and again took a third of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
