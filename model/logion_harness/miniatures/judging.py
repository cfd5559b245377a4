"""Judge miniatures: which cases of the conformance suite fail on which of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import trio
from logion.client.connection import address_of
from logion.protocol.releases import release
from logion.testing import Broker
from logion_conformance.provisioner import provisioned
from logion_conformance.results.model import Verdict
from logion_conformance.targets import Named, Target, meet
from logion_conformance.upkeep import UPKEEP

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.suite import Judge, Trying, suite

SETTINGS = {
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
    **UPKEEP,
}
"""Of a broker that is judged: nothing to wait for without need."""

NAMED_TIMEOUT_S = 2.0
"""How long a case that has to fail waits for an answer: longer than the reference, of
which `failed_of_reference` makes sure, and no longer than need be."""

PATIENT_TIMEOUT_S = 5.0
"""How long any case does."""

FAIL, PASS = Verdict.FAIL, Verdict.PASS

AT_ONCE = 6
"""So many cases are tried at the same time; what fails then is tried again alone."""


@contextmanager
def running(miniature: Miniature) -> Iterator[Target]:
    """Run a miniature in a thread of this process until the end, and yield it met."""
    with miniature.defect.put_in(), reference(miniature.release) as target:
        yield target


@contextmanager
def reference(played: str) -> Iterator[Target]:
    """Run the reference as of a release, likewise; a defect that is in is in it."""
    with Broker(release=played, config=SETTINGS) as broker:
        met = meet((address_of(broker.bootstrap),), release(played))
        yield replace(met, settings=SETTINGS)


def failed_of_named(miniature: Miniature) -> set[str]:
    """Return which of the cases that a miniature names fail on it.

    Cases that stop the broker are tried on a process of its own.
    """
    named = [suite()[it] for it in miniature.cases]
    stopping = [it for it in named if it.stops_the_broker]
    others = [it for it in named if not it.stops_the_broker]
    found: set[str] = set()
    if others:
        with running(miniature) as target:
            judge = Judge(target, NAMED_TIMEOUT_S)
            found |= trio.run(_failed, judge, others)
    if stopping:
        found |= _failed_when_stopped(miniature, stopping)
    return found


def failed_of_reference(played: str, cases: Iterable[str]) -> set[str]:
    """Return which of some cases fail on the reference itself, tried as on a miniature.

    Each that does would fail on any miniature, and show nothing. Cases that stop the
    broker are not tried.
    """
    asked = [suite()[it] for it in cases]
    with reference(played) as target:
        found = trio.run(_judge_all, Judge(target, NAMED_TIMEOUT_S), asked)
    return {it for it, verdict in found.items() if verdict is FAIL}


def _failed_when_stopped(miniature: Miniature, cases: list[Trying]) -> set[str]:
    with provisioned(Named("miniature", miniature.name)) as provisioner:
        judge = Judge(provisioner.target, PATIENT_TIMEOUT_S, provisioner)
        return trio.run(_failed, judge, cases)


async def _failed(judge: Judge, cases: Iterable[Trying]) -> set[str]:
    verdicts = [(it.case.id, await judge.verdict(it)) for it in cases]
    return {it for it, verdict in verdicts if verdict is Verdict.FAIL}


def judged(miniature: Miniature, cases: Iterable[str]) -> Mapping[str, Verdict]:
    """Return the verdicts of some cases on a miniature, in their newest versions.

    Those that it names are tried as `failed_of_named` does. Others that stop a broker
    are UNTESTABLE.
    """
    asked = [suite()[it] for it in cases]
    named = [it.case.id for it in asked if it.case.id in miniature.cases]
    others = [it for it in asked if it.case.id not in named]
    found: dict[str, Verdict] = {}
    if others:
        with running(miniature) as target:
            judge = Judge(target, PATIENT_TIMEOUT_S, tries_oldest=False)
            found = trio.run(_judge_all, judge, others)
    failed = failed_of_named(miniature) if named else set()
    return found | {it: FAIL if it in failed else PASS for it in named}


async def _judge_all(judge: Judge, cases: Sequence[Trying]) -> dict[str, Verdict]:
    """Try cases, some at a time; one that fails is tried again alone."""
    found: dict[str, Verdict] = {}
    waiting = list(cases)

    async def work() -> None:
        while waiting:
            trying = waiting.pop()
            found[trying.case.id] = await judge.verdict(trying)

    async with trio.open_nursery() as nursery:
        for _ in range(AT_ONCE):
            nursery.start_soon(work)
    for trying in cases:
        if found[trying.case.id] is Verdict.FAIL:
            found[trying.case.id] = await judge.verdict(trying)
    return found
