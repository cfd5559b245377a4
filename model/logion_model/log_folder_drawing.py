"""How a log is drawn whose segments are files in a folder: as a log, and the folder."""

from __future__ import annotations

from logion_model import log_drawing
from logion_model.kernel import Action
from logion_model.log_folder import State
from logion_model.pictures.scene import Drawing, Event, Lane

FOLDER = "folder"


def _lanes(state: State) -> tuple[Lane, ...]:
    names = (
        "every name is synced"
        if state.unsafe is None
        else f"names from {state.unsafe} on are not synced"
    )
    return (*log_drawing.DRAWING.lanes(state.world), Lane(FOLDER, (names,)))


def _event(action: Action, before: State, after: State) -> Event:
    return log_drawing.DRAWING.event(action, before.world, after.world)


DRAWING = Drawing(_lanes, _event)
"""How a state and its actions are drawn."""
