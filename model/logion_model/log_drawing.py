"""How one log is drawn: what is stored, and what its users see of it."""

from __future__ import annotations

from logion_model.kernel import Action
from logion_model.log import REMOVED, World
from logion_model.pictures.scene import Cell, Drawing, Event, Lane, Message

LOG = "log"

WORDS = {
    "append": "appends {0} records",
    "new_epoch": "begins an epoch",
    "roll": "begins a segment",
    "flush": "flushes all",
    "checkpoint_start": "writes down where it starts",
    "compact": "compacts, {0} records are left",
    "delete_before": "deletes below {0}",
    "truncate": "truncates to {0}",
    "crash": "crashes, and has {0} to {1} after it",
}
"""Action, to what the log does."""


def _lanes(world: World) -> tuple[Lane, ...]:
    log = world.log
    cells = tuple(
        Cell("-" if value is REMOVED else f"r{value}", f"@{offset}", batch.epoch)
        for batch in log.batches
        for offset, value in enumerate(batch.values, batch.base_offset)
    )
    first = log.batches[0].base_offset if log.batches else log.end_offset
    lines = (
        f"readers see {log.start_offset} to {log.end_offset}, epoch {world.epoch}",
        f"flushed below {log.flushed}, starts at {log.kept_start} on disk",
    )
    return (Lane(LOG, lines, cells, max(0, log.flushed - first)),)


def _event(action: Action, _before: World, _after: World) -> Event:
    if action.name not in WORDS:
        return Event(str(action))
    text = WORDS[action.name].format(*action.arguments)
    return Event(f"The log {text}", (Message(LOG, LOG, text),))


DRAWING = Drawing(_lanes, _event)
"""How a world and its actions are drawn; the mark is what is flushed."""
