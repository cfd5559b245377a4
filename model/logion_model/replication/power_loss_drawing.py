"""How replication with losses of power is drawn: as the replication within it."""

from __future__ import annotations

from logion_model.kernel import Action
from logion_model.pictures.scene import Drawing, Event, Lane
from logion_model.replication.drawing import DRAWING as REPLICATION
from logion_model.replication.power_loss import State


def _lanes(state: State) -> tuple[Lane, ...]:
    return REPLICATION.lanes(state.world)


def _event(action: Action, before: State, after: State) -> Event:
    return REPLICATION.event(action, before.world, after.world)


DRAWING = Drawing(_lanes, _event)
"""How a state and its actions are drawn."""
