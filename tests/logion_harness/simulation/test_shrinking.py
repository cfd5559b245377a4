from __future__ import annotations

import pytest
from logion.replica.watched import Watched
from logion_harness.simulation.plan import Fault, Kind, Plan, Reader, Sender, plan_of
from logion_harness.simulation.play import play
from logion_harness.simulation.shrinking import shrink, smaller

SENDER = Sender(3, 2, 10, is_idempotent=True)
PLAN = Plan(
    1,
    2,
    (SENDER, SENDER),
    (Reader(30_000), Reader(1_000)),
    (Fault(Kind.KILL, 500, 100), Fault(Kind.SLOW_ANSWER, 700, 100)),
)


@pytest.mark.world
def test_a_failure_keeps_what_it_needs_and_loses_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Watched, "wake", lambda _: None)
    shrunk = shrink(play(PLAN))
    plan = shrunk.outcome.plan
    assert shrunk.outcome.kinds == {"late"}
    assert (plan.partitions, plan.faults) == (1, ())
    assert plan.readers == (Reader(30_000),)
    assert plan.senders == (Sender(0, 1, 10, is_idempotent=True),)


def test_no_more_plans_are_tried_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watched, "wake", lambda _: None)
    shrunk = shrink(play(PLAN), plays_max=1)
    assert shrunk.plays == 1
    assert shrunk.outcome.plan == PLAN._replace(faults=())


@pytest.mark.parametrize("seed", range(30))
def test_smaller_plans_are_others_and_come_to_an_end(seed: int) -> None:
    plan, steps = plan_of(seed), 0
    while (tried := list(smaller(plan))) and steps < 200:
        assert plan not in tried
        plan, steps = tried[-1], steps + 1
    assert steps < 200
