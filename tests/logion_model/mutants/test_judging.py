from __future__ import annotations

import pytest
from logion_model.catalogue import MODELS
from logion_model.mutants.arguments import ARGUMENTS
from logion_model.mutants.judging import (
    IDLE,
    IMPLIED,
    KILLED,
    NARROWS,
    SURVIVES,
    Fate,
    fate,
    fate_at,
    worlds,
)
from logion_model.mutants.subjects import SUBJECTS, guards_of

PAIR = ((2, 2, 2, 1),)


def fate_of(model: str, guard: str, *scopes: tuple[int, ...]) -> Fate:
    (change,) = [it for it in guards_of(model) if it.name == guard]
    return fate(change, worlds(model, scopes))


@pytest.mark.world
def test_a_guard_is_killed_by_the_promise_that_breaks_first() -> None:
    found = fate_of(
        "kip-320", "become_leader: epoch <= state.replicas[leader].epoch", *PAIR
    )
    assert found == Fate(KILLED, PAIR[0], "weak-isr", 7, 187)


def test_the_smallest_world_that_kills_it_counts() -> None:
    killed = "_obeys: order.epoch > state.obeyed.epoch"
    assert fate_of("control-requests", killed, (5, 2), (4, 1)).scope == (4, 1)


def test_a_step_that_fails_kills_it_too() -> None:
    found = fate_of("kip-320", "become_leader: leader is None", *PAIR)
    assert found[:3] == (KILLED, PAIR[0], "no step: TypeError")


def test_what_the_world_shows_no_longer_kills_it_too() -> None:
    guard = "fetch: not leader.start <= follower.end <= leader.end"
    found = fate_of("out-of-range", guard, (3, 1))
    assert found.verdict == KILLED
    assert found.killer.startswith("never: ")


@pytest.mark.parametrize(
    ("guard", "verdict"),
    [
        ("become_follower: index == leader", IMPLIED),
        ("leader_expand_isr: follower not in leader.isr", IDLE),
        ("may_follow: leader.epoch == request.epoch", SURVIVES),
    ],
)
def test_what_survives_is_told_apart_by_what_it_changes(
    guard: str, verdict: str
) -> None:
    assert fate_of("kip-320", guard, *PAIR).verdict == verdict


def test_a_condition_without_which_less_happens_is_no_guard() -> None:
    found = fate_of(
        "producer-kip-360",
        "send: Batch(epoch, n) not in state.answered",
        (6, 5, 5, 0, 0),
    )
    assert found.verdict == NARROWS


@pytest.mark.parametrize(
    ("model", "guard", "scope", "killer"),
    [
        (
            "cached-isr",
            "counts: state.known.version == state.truth.version",
            (3, 4),
            "dropped-stay-out",
        ),
        (
            "kip-320",
            "has_next: state.replicas[member].end_offset > offset",
            (2, 2, 2, 1),
            "weak-isr",
        ),
    ],
)
def test_one_world_alone_may_kill_a_guard_by_either_search(
    model: str, guard: str, scope: tuple[int, ...], killer: str
) -> None:
    (change,) = [it for it in guards_of(model) if it.name == guard]
    found = fate_at(MODELS[model], scope, change)
    assert (found.verdict, found.scope, found.killer) == (KILLED, scope, killer)
    assert found.trace is not None


def test_one_world_alone_in_which_all_holds_kills_nothing() -> None:
    (change,) = [it for it in guards_of("log") if it.name.endswith("world.compacted")]
    found = fate_at(MODELS["log"], (2, 2, 1), change)
    assert (found.verdict, found.trace) == (SURVIVES, None)


@pytest.mark.world
def test_arguments_are_about_guards_that_are_there() -> None:
    for model, arguments in ARGUMENTS.items():
        assert model in SUBJECTS
        assert set(arguments) <= {it.name for it in guards_of(model)}
