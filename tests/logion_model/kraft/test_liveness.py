from __future__ import annotations

from dataclasses import replace

import pytest
from logion_model.kernel import explore
from logion_model.kraft.liveness import specification
from logion_model.kraft.rules import KAFKA_3_5, Scope

FENCED = Scope(2, 2, 2, 1, 1, 0, 0, 1, 0, 0, 1, 0)


@pytest.mark.world
def test_a_fenced_broker_is_back_in_the_end() -> None:
    assert explore(specification(KAFKA_3_5, FENCED)).verdict == "holds"


def test_without_fairness_nothing_must_happen() -> None:
    spec = replace(specification(KAFKA_3_5, FENCED), fairness=())
    broken = {found.broken for found in explore(spec, to_the_end=True).violations}
    assert {"brokers-are-unfenced", "writes-are-answered"} <= broken
