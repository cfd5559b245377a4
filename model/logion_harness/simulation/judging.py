"""What is wrong with a run: what `logion_model.history` finds, and what is ours to see.

A producer that is not idempotent may write a record twice; nothing else is let off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from logion_model.history.check import check
from logion_model.history.kinds import Anomaly, Kind
from logion_model.history.operations import History
from logion_model.history.reading import read_events

if TYPE_CHECKING:
    from logion_harness.simulation.world import World


def judged(world: World) -> Iterator[str]:
    """Yield what is wrong, in words."""
    history = read_events(enumerate(world.recorder.events, 1))
    for anomaly in check(history).judged():
        if not _may_repeat(world, history, anomaly):
            yield f"{anomaly.kind}: {anomaly.what}"


def _may_repeat(world: World, history: History, anomaly: Anomaly) -> bool:
    """Tell whether this is a record twice, of a producer whose retries may do so."""
    if anomaly.kind is not Kind.DUPLICATE:
        return False
    writer = history.writers[anomaly.key][anomaly.values[0]]
    process = str(history.operations[writer].process)
    number = int(process.removeprefix("producer-").partition(".")[0])
    return not world.plan.senders[number].is_idempotent
