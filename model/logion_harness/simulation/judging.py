"""What is wrong with a run: what `logion_model.history` finds, and what is ours to see.

A producer that is not idempotent may write a record twice; nothing else is let off.
Once all is well again, nothing may fail, and whoever waits for records gets them.
"""

from __future__ import annotations

from collections.abc import Iterator

from logion_model.history.check import check
from logion_model.history.kinds import Anomaly, Kind
from logion_model.history.operations import History
from logion_model.history.reading import read_events

from logion_harness.simulation.world import World

LAG_MAX_S = 5.0
"""A consumer that waits for records gets a new one in less when all is well; no
transaction is open for so long."""


def judged(world: World) -> Iterator[str]:
    """Yield what is wrong, in words; each begins with what kind of thing it is."""
    yield from _anomalies(world)
    yield from _late(world)
    well_s = world.plan.well_ms / 1000
    for process, began_s in world.recorder.failed:
        if began_s >= well_s:
            yield f"no-recovery: what {process} began at {began_s:.3f} s failed"


def _anomalies(world: World) -> Iterator[str]:
    history = read_events(enumerate(world.recorder.events, 1))
    for anomaly in check(history).judged():
        if not _may_repeat(world, history, anomaly):
            yield f"{anomaly.kind}: {anomaly.what}"


def _may_repeat(world: World, history: History, anomaly: Anomaly) -> bool:
    """Tell whether this is a record twice, of a producer whose retries may do so."""
    if anomaly.kind is not Kind.DUPLICATE:
        return False
    writer = history.writers[anomaly.key][anomaly.values[0]]
    who, _, number = str(history.operations[writer].process).partition("-")
    if who != "producer":
        return False
    return not world.plan.senders[int(number.partition(".")[0])].is_idempotent


def _late(world: World) -> Iterator[str]:
    """Yield polls that went on waiting though there was what they waited for."""
    well_s = world.plan.well_ms / 1000
    for poll in world.recorder.polled:
        for key, offset, at_s in world.recorder.acknowledged:
            since_s = max(at_s, poll.began_s, well_s)
            is_awaited = key == poll.key and offset >= poll.position
            if is_awaited and poll.ended_s - since_s > LAG_MAX_S:
                yield (
                    f"late: {poll.process} waited until {poll.ended_s:.3f} s, and"
                    f" offset {offset} of {key} was there at {since_s:.3f} s"
                )
                break
