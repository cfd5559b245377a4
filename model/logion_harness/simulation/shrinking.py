"""The smallest plan that still fails: fewer faults, fewer clients, less to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from logion.config import NEWEST_RELEASE

from logion_harness.simulation.plan import Plan, Sender
from logion_harness.simulation.play import Outcome, play

PLAYS_MAX = 60
"""So many smaller plans are tried."""

Part = TypeVar("Part")


class Shrunk(NamedTuple):
    """A failure with as little around it as was found."""

    outcome: Outcome
    plays: int
    """How many plans were tried."""


def shrink(outcome: Outcome, *, plays_max: int = PLAYS_MAX) -> Shrunk:
    """Return a smaller plan's outcome that fails in the same way, as far as found."""
    plays, goes_on = 0, True
    while goes_on:
        goes_on = False
        for plan in smaller(outcome.plan):
            if plays == plays_max:
                break
            plays += 1
            tried = play(plan)
            if tried.kinds & outcome.kinds:
                outcome, goes_on = tried, True
                break
    return Shrunk(outcome, plays)


def smaller(plan: Plan) -> Iterator[Plan]:
    """Yield plans with less in them, those with much less first."""
    if len(plan.faults) > 1:
        yield plan._replace(faults=())
    yield from (plan._replace(faults=it) for it in _without_one(plan.faults))
    yield from (plan._replace(members=it) for it in _without_one(plan.members))
    yield from (plan._replace(transactors=it) for it in _without_one(plan.transactors))
    yield from (plan._replace(readers=it) for it in _without_one(plan.readers))
    yield from (plan._replace(senders=it) for it in _without_one(plan.senders))
    if plan.partitions > 1:
        yield plan._replace(partitions=1)
    if plan.release != NEWEST_RELEASE:
        yield plan._replace(release=NEWEST_RELEASE)
    yield from (plan._replace(senders=it) for it in _each(plan.senders, _less_to_send))


def _without_one(parts: tuple[Part, ...]) -> Iterator[tuple[Part, ...]]:
    for at in range(len(parts)):
        yield parts[:at] + parts[at + 1 :]


def _each(
    parts: tuple[Part, ...], less: Callable[[Part], Iterator[Part]]
) -> Iterator[tuple[Part, ...]]:
    for at, part in enumerate(parts):
        yield from ((*parts[:at], it, *parts[at + 1 :]) for it in less(part))


def _less_to_send(sender: Sender) -> Iterator[Sender]:
    if sender.flushes > 0:
        yield sender._replace(flushes=sender.flushes // 2)
    if sender.batch > 1:
        yield sender._replace(batch=1)
