from __future__ import annotations

import pytest
from logion_model.catalogue import MODELS
from logion_model.delivery import (
    EXACTLY_ONCE,
    INVARIANTS,
    VARIANTS,
    State,
    is_written,
    takes,
)
from logion_model.kernel import explore

BY_NAME = {rules.name: rules for rules in VARIANTS}


def test_a_record_is_refused_while_the_isr_is_smaller_than_it_must_be() -> None:
    alone = State(in_sync=False)
    assert takes(EXACTLY_ONCE, State(), 0)
    assert not takes(EXACTLY_ONCE, alone, 0)
    assert not takes(EXACTLY_ONCE, State(follower=None), 0)
    assert takes(BY_NAME["delivery-min-insync-1"], alone, 0)


def test_an_idempotent_producer_writes_what_comes_next() -> None:
    written = State(leader=(0,))
    assert not takes(EXACTLY_ONCE, written, 0)
    assert takes(EXACTLY_ONCE, written, 1)
    assert takes(BY_NAME["delivery-at-least-once"], written, 0)


@pytest.mark.parametrize(
    ("name", "state", "expected"),
    [
        ("delivery-exactly-once", State((0,), (0,)), True),
        ("delivery-exactly-once", State((0,), ()), False),
        ("delivery-exactly-once", State((0,), (0,), in_sync=False), False),
        ("delivery-min-insync-1", State((0,), (), in_sync=False), True),
        ("delivery-acks-1", State((0,), ()), True),
        ("delivery-acks-1", State(), False),
        ("delivery-at-most-once", State(), True),
    ],
)
def test_acks_say_when_a_record_counts_as_written(
    name: str, state: State, expected: bool
) -> None:
    assert is_written(BY_NAME[name], state, 0) is expected


@pytest.mark.parametrize(
    ("promise", "state"),
    [
        ("acknowledged-is-kept", State(acknowledged=frozenset({0}))),
        ("written-once", State((0, 0))),
        ("in-order", State((1, 0))),
        ("processed-once", State(processed=(0, 0))),
        ("nothing-is-skipped", State(position=1)),
    ],
)
def test_each_promise_is_broken_by_a_state_that_breaks_it(
    promise: str, state: State
) -> None:
    by_name = {invariant.name: invariant for invariant in INVARIANTS}
    assert not by_name[promise].holds(state)
    good = State((0, 1, 0), position=1, processed=(0,), acknowledged=frozenset({0}))
    assert promise == "written-once" or by_name[promise].holds(good)


def test_a_record_that_only_the_leader_had_is_lost_with_it() -> None:
    spec = MODELS["delivery-acks-1"].at((1, 1, 1, 0))
    found = explore(spec, invariants=["acknowledged-is-kept"]).violation
    assert found is not None
    actions = [str(step.action) for step in found.steps[1:]]
    assert actions == ["send(0)", "append(0, 1)", "acknowledge(0)", "lose_leader()"]
