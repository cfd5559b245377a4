"""Play a plan, and judge what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import trio

from logion_harness.simulation import schedule
from logion_harness.simulation.clients import (
    ReaderPlay,
    SenderPlay,
    find_ends,
    make_topic,
)
from logion_harness.simulation.judging import judged
from logion_harness.simulation.lives import keep_broker
from logion_harness.simulation.members import MemberPlay
from logion_harness.simulation.plan import Plan
from logion_harness.simulation.transactors import TransactorPlay
from logion_harness.simulation.world import World

TIME_MAX_S = 120
"""Everything must be over by then, in virtual seconds."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan."""

    plan: Plan
    trace: tuple[str, ...]
    """All that happened, a line each."""
    story: tuple[str, ...]
    """Those lines that a reader of a failure needs."""
    hash: str
    """Of the trace: the same for the same plan."""
    history: tuple[dict[str, Any], ...]
    """What clients did and saw."""
    wrong: tuple[str, ...]
    """What is wrong with that; nothing if all is well."""

    @property
    def kinds(self) -> set[str]:
        """Return which kinds of things are wrong."""
        return {it.partition(":")[0] for it in self.wrong}


def play(plan: Plan) -> Outcome:
    """Return what comes of a plan; the same each time."""
    return schedule.run(partial(_play, plan), plan.seed)


async def _play(plan: Plan) -> Outcome:
    world = World(plan)
    with trio.move_on_after(TIME_MAX_S) as scope:
        await _all(world)
    if scope.cancelled_caught:
        world.wrong.append(f"endless: it was not over after {TIME_MAX_S} s")
    return Outcome(
        plan,
        tuple(world.trace.lines),
        tuple(world.trace.story),
        world.trace.hash,
        tuple(world.recorder.events),
        (*world.wrong, *judged(world)),
    )


async def _all(world: World) -> None:
    """Let everybody do what is planned, until all have."""
    plan = world.plan
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_broker, world)
        await make_topic(world)
        async with trio.open_nursery() as reading:
            for number, reader in enumerate(plan.readers):
                reading.start_soon(ReaderPlay(world, reader, number).play)
            for number, member in enumerate(plan.members):
                reading.start_soon(MemberPlay(world, member, number).play)
            async with trio.open_nursery() as writing:
                for number, sender in enumerate(plan.senders):
                    writing.start_soon(SenderPlay(world, sender, number).play)
                for number, transactor in enumerate(plan.transactors):
                    writing.start_soon(TransactorPlay(world, transactor, number).play)
            await find_ends(world)
        nursery.cancel_scope.cancel()
