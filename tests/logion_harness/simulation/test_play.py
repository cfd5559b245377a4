from __future__ import annotations

import os
import subprocess
import sys
from itertools import chain

import pytest
from logion_harness.simulation.plan import (
    RELEASES,
    Kind,
    Plan,
    Reader,
    Sender,
    Transactor,
    plan_of,
)
from logion_harness.simulation.play import play

QUIET = Plan(1, 1, (Sender(5, 1, 100, is_idempotent=True),), (Reader(500),))
"""One producer, one consumer, no faults."""

SEEDS_MAX = 20
"""Every kind of fault strikes in one of so many seeds."""

HASH = """
from logion_harness.simulation.plan import plan_of
from logion_harness.simulation.play import play
print(play(plan_of(5)).hash)
"""


def test_without_faults_each_record_is_read_once() -> None:
    outcome = play(QUIET)
    assert outcome.wrong == ()
    ends = [it for it in outcome.history if it["type"] != "invoke"]
    assert {it["type"] for it in ends} == {"ok"}
    polled = [it["value"][0][1].get("topic-0", []) for it in ends if it["f"] == "poll"]
    assert [*chain(*polled)] == [[at, f"0/{at + 1}"] for at in range(6)]


WRITES = Transactor(3, open_ms=10, pause_ms=10, aborted=2, taken_over=3)
"""Commits the first transaction, aborts the second; the third is taken over."""


@pytest.mark.parametrize("release", RELEASES)
def test_a_transaction_counts_whole_or_not_at_all(release: str) -> None:
    plan = QUIET._replace(transactors=(WRITES,), release=release)
    outcome = play(plan)
    assert outcome.wrong == ()
    written = [it for it in outcome.history if "transactor" in it["process"]]
    ends = [(it["process"], it["type"]) for it in written if it["type"] != "invoke"]
    assert ends == [
        ("transactor-0.1", "ok"),
        ("transactor-0.1", "fail"),
        ("transactor-0.1", "fail"),
        ("transactor-0.2", "fail"),
    ]


def test_the_same_seed_gives_the_same_trace_again() -> None:
    assert play(plan_of(5)) == play(plan_of(5))


def test_another_seed_gives_another_trace() -> None:
    assert play(QUIET).hash != play(QUIET._replace(seed=2)).hash


@pytest.mark.world
def test_other_processes_see_the_same_trace_whatever_their_hash_seed() -> None:
    others = [
        subprocess.Popen(
            [sys.executable, "-c", HASH],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed in ("0", "1")
    ]
    printed = {other.communicate(timeout=120)[0] for other in others}
    assert printed == {f"{play(plan_of(5)).hash}\n"}


@pytest.mark.parametrize("seed", range(5))
def test_whatever_goes_wrong_the_promises_hold(seed: int) -> None:
    assert play(plan_of(seed)).wrong == ()


@pytest.mark.world
def test_every_kind_of_fault_strikes() -> None:
    missing = set(Kind)
    for seed in range(SEEDS_MAX):
        for line in play(plan_of(seed)).story:
            missing -= {it for it in missing if line.endswith(it.value)}
        if not missing:
            break
    assert missing == set()
