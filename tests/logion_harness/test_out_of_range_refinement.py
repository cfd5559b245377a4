"""A follower whose offset its leader does not have does what the model says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from logion.names import BrokerId, LeaderEpoch
from logion.replica import follower as code
from logion.replica.follower import Follower
from logion_model import out_of_range as model
from logion_model.kernel import Property, Report, explore
from logion_model.out_of_range import KAFKA_2_5, Log, Scope, State

SCOPE = Scope(records=3, elections=1)


def resolved(state: State) -> Log:
    """Return the follower's log as the code leaves it: the abstraction."""
    known = Follower(BrokerId(0), LeaderEpoch(0), (), *state.follower)
    after = code.on_out_of_range(known, state.leader.start, state.leader.end)
    return Log(after.start_offset, after.end_offset, after.high_watermark)


def agrees(state: State) -> bool:
    return not state.is_refused or resolved(state) == model.resolved(KAFKA_2_5, state)


def explored() -> Report[State]:
    spec = model.specification(KAFKA_2_5, SCOPE)
    same = Property("the code does as the model", agrees, "docs/refinement.md")
    return explore(replace(spec, invariants=(same,)))


def test_a_follower_out_of_range_is_where_the_model_has_it() -> None:
    found = explored()
    assert found.violation is None
    assert found.never_taken == ()


Plant = Callable[[pytest.MonkeyPatch], None]


def the_start_is_not_asked_for(patch: pytest.MonkeyPatch) -> None:
    """KAFKA-2143: who is not ahead begins anew."""
    rule = code.on_out_of_range
    patch.setattr(
        code,
        "on_out_of_range",
        lambda it, start, end: rule(it, max(start, it.end_offset + 1), end),
    )


def the_high_watermark_stays(patch: pytest.MonkeyPatch) -> None:
    """KAFKA-9491: it is below the log that begins anew."""
    rule = code.on_out_of_range
    patch.setattr(
        code,
        "on_out_of_range",
        lambda it, start, end: replace(
            rule(it, start, end), high_watermark=min(it.high_watermark, end)
        ),
    )


def who_is_ahead_stays(patch: pytest.MonkeyPatch) -> None:
    """Records that the leader lacks are kept."""
    patch.setattr(code, "_truncated", lambda it, _: it)


@pytest.mark.parametrize(
    "plant", [the_start_is_not_asked_for, the_high_watermark_stays, who_is_ahead_stays]
)
def test_a_planted_bug_is_caught(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert explored().violation is not None
