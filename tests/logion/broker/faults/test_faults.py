from __future__ import annotations

import threading
from typing import Any

import pytest
from logion.broker.context import Context
from logion.broker.faults.faults import Faults, Firing
from logion.broker.faults.matching import Asked
from logion.broker.faults.plan import PlanError
from logion.protocol.errors import Error
from logion.protocol.messages.produce import ProduceRequest

from tests.logion.broker.running import produce_request

DROP = {"drop": "before"}


def ask(faults: Faults, request: ProduceRequest | None = None) -> Firing | None:
    request = request or produce_request("t", b"")
    context = Context(0, 9, 5, "shop", "10.0.0.1:1", "PLAINTEXT")
    asked = Asked(0, 9, "shop", request, lambda _: None)
    return faults.decide(context, asked, 77)


def fires(count: int, *rules: dict[str, Any], seed: int = 0) -> list[str | None]:
    """Return which rule fires on each of `count` requests."""
    faults = Faults()
    faults.load({"seed": seed, "rules": rules})
    found = [ask(faults) for _ in range(count)]
    return [None if it is None else it.rule.name for it in found]


def test_a_rule_fires_once_unless_it_says_more() -> None:
    one, no = "rule 1", None
    assert fires(3, DROP) == [one, no, no]
    assert fires(3, DROP | {"times": 2}) == [one, one, no]
    assert fires(3, DROP | {"always": True}) == [one, one, one]
    assert fires(4, DROP | {"nth": 2, "times": 2}) == [no, one, one, no]


def test_rules_for_the_same_requests_fire_one_after_the_other() -> None:
    rules = ({"name": "a", **DROP}, {"name": "b", **DROP, "nth": 2})
    assert fires(4, *rules) == ["a", None, "b", None]


def test_chance_is_that_of_the_seed_and_of_each_rule_alone() -> None:
    rule = {"name": "a", "probability": 0.5, "delay_ms": 1}
    alone = fires(100, rule)
    assert 30 < alone.count("a") < 70
    assert fires(100, rule) == alone
    assert fires(100, rule, seed=1) != alone
    beside = fires(100, rule, {"name": "b", "probability": 0.5, "delay_ms": 1})
    assert [it == "a" for it in beside] == [it == "a" for it in alone]


def test_each_firing_takes_the_next_error() -> None:
    faults = Faults()
    faults.add({"error": ["NONE", "REQUEST_TIMED_OUT"], "times": 3})
    found = [firing.error for _ in range(3) if (firing := ask(faults))]
    assert found == [Error.NONE, Error.REQUEST_TIMED_OUT, Error.NONE]


def test_it_is_armed_while_a_rule_can_still_fire() -> None:
    faults = Faults()
    assert not faults.is_armed
    faults.add(DROP)
    assert faults.is_armed
    ask(faults)
    assert not faults.is_armed


def test_each_firing_is_told_with_what_it_fired_on() -> None:
    faults = Faults()
    faults.add({"name": "x", "error": "REQUEST_TIMED_OUT"})
    ask(faults)
    (fired,) = faults.fired()
    assert fired._asdict() == {
        "rule": "x",
        "api": "Produce",
        "version": 9,
        "client_id": "shop",
        "peer": "10.0.0.1:1",
        "correlation_id": 5,
        "time_ms": 77,
        "error": Error.REQUEST_TIMED_OUT,
    }


def test_counts_tell_of_rules_that_never_fired_and_of_those_that_are_gone() -> None:
    faults = Faults()
    faults.load({"rules": [DROP, DROP | {"nth": 9}, DROP | {"topic": "u"}]})
    for _ in range(3):
        ask(faults)
    faults.clear()
    assert [tuple(it) for it in faults.counts()] == [
        ("rule 1", 1, 1),
        ("rule 2", 2, 0),
        ("rule 3", 0, 0),
    ]
    assert len(faults.fired()) == 1
    assert not faults.is_armed


def test_a_plan_takes_the_place_of_all_rules_and_reports_begin_anew() -> None:
    faults = Faults()
    faults.add(DROP)
    ask(faults)
    faults.load({"rules": [DROP | {"name": "new"}]})
    assert faults.fired() == []
    assert [it.rule for it in faults.counts()] == ["new"]
    faults.add(DROP)
    assert [it.rule for it in faults.counts()] == ["new", "rule 2"]


def test_a_plan_that_is_refused_changes_nothing() -> None:
    faults = Faults()
    faults.add(DROP)
    for change in (faults.load, faults.add):
        with pytest.raises(PlanError):
            change({"rules": 7})
    assert [it.rule for it in faults.counts()] == ["rule 1"]
    assert faults.is_armed


def test_rules_of_a_block_come_first_and_go_with_it() -> None:
    faults = Faults()
    faults.add({"name": "always", "always": True, **DROP})
    with faults.injected({"name": "inner", **DROP}) as fault:
        assert ask(faults).rule.name == "inner"  # type: ignore[union-attr]
        assert ask(faults).rule.name == "always"  # type: ignore[union-attr]
        assert (fault.count, [it.rule for it in fault.fired()]) == (1, ["inner"])
    assert ask(faults).rule.name == "always"  # type: ignore[union-attr]
    assert fault.count == 1
    assert [it.rule for it in faults.counts()] == ["inner", "always"]
    with faults.injected({"name": "inner", **DROP}) as again:
        assert again.fired() == []


def test_a_block_that_fails_takes_its_rules_away_too() -> None:
    faults = Faults()
    with pytest.raises(ZeroDivisionError), faults.injected(DROP):
        raise ZeroDivisionError
    assert not faults.is_armed


def test_a_test_can_wait_until_a_rule_has_fired() -> None:
    faults = Faults()
    with faults.injected(DROP | {"times": 2}) as fault:
        thread = threading.Thread(target=lambda: [ask(faults), ask(faults)])
        thread.start()
        fault.wait(2, timeout_s=30)
        thread.join()
        with pytest.raises(TimeoutError, match="fired 2 times"):
            fault.wait(3, timeout_s=0.01)


def test_who_was_released_before_it_was_held_is_not_held() -> None:
    faults = Faults()
    gone: list[int] = []
    with faults.injected({"hold": "before", "times": 3}) as fault:
        first, second = ask(faults), ask(faults)
        assert first is not None
        assert second is not None
        with pytest.raises(TimeoutError, match="fired 0 times"):
            fault.wait(timeout_s=0)
        faults.hold(first, lambda: gone.append(1))
        fault.wait()
        fault.release()
        faults.hold(second, lambda: gone.append(2))
        assert gone == [1, 2]
        third = ask(faults)
        assert third is not None
        faults.hold(third, lambda: gone.append(3))
        assert gone == [1, 2]
    assert gone == [1, 2, 3]
