"""Play a plan, and judge what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import trio

from logion_harness.simulation import schedule
from logion_harness.simulation.clients import ReaderPlay, SenderPlay, make_topic
from logion_harness.simulation.judging import judged
from logion_harness.simulation.plan import Plan
from logion_harness.simulation.world import World

TIME_MAX_S = 600
"""Everything must be over by then, in virtual seconds."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan."""

    plan: Plan
    trace: tuple[str, ...]
    """All that happened, a line each."""
    hash: str
    """Of the trace: the same for the same plan."""
    history: tuple[dict[str, Any], ...]
    """What clients did and saw."""
    wrong: tuple[str, ...]
    """What is wrong with that; nothing if all is well."""


def play(plan: Plan) -> Outcome:
    """Return what comes of a plan; the same each time."""
    return schedule.run(partial(_play, plan), plan.seed)


async def _play(plan: Plan) -> Outcome:
    world = World(plan)
    with trio.move_on_after(TIME_MAX_S) as scope:
        await _all(world)
    if scope.cancelled_caught:
        world.wrong.append(f"it was not over after {TIME_MAX_S} s")
    trace, history = world.trace, tuple(world.recorder.events)
    wrong = (*world.wrong, *judged(world))
    return Outcome(plan, tuple(trace.lines), trace.hash, history, wrong)


async def _all(world: World) -> None:
    """Let everybody do what is planned, until all have."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(world.keep_broker)
        await make_topic(world)
        async with trio.open_nursery() as readers:
            for number, reader in enumerate(world.plan.readers):
                readers.start_soon(ReaderPlay(world, reader, number).play)
            async with trio.open_nursery() as senders:
                for number, sender in enumerate(world.plan.senders):
                    senders.start_soon(SenderPlay(world, sender, number).play)
            world.is_sent.set()
        nursery.cancel_scope.cancel()
