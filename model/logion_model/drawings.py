"""How each specification is drawn, by the type of its states.

Beside each specification stands its drawing; one without is drawn as its fields.
"""

from __future__ import annotations

from typing import Any

from logion_model import (
    async_isr,
    async_isr_drawing,
    consumer_group,
    consumer_group_drawing,
    log,
    log_drawing,
    producer,
    producer_drawing,
)
from logion_model.group import drawing as group_drawing
from logion_model.group import state as group
from logion_model.kraft import drawing as kraft_drawing
from logion_model.kraft import state as kraft
from logion_model.pictures.scene import PLAIN, Drawing
from logion_model.replication import base as replication
from logion_model.replication import drawing as replication_drawing
from logion_model.transaction import drawing as transaction_drawing
from logion_model.transaction import state as transaction

DRAWINGS: dict[type, Drawing] = {
    async_isr.State: async_isr_drawing.DRAWING,
    consumer_group.State: consumer_group_drawing.DRAWING,
    group.State: group_drawing.DRAWING,
    kraft.State: kraft_drawing.DRAWING,
    log.World: log_drawing.DRAWING,
    producer.State: producer_drawing.DRAWING,
    replication.State: replication_drawing.DRAWING,
    transaction.State: transaction_drawing.DRAWING,
}


def drawing_of(state: Any) -> Drawing:
    """Return how the specification is drawn that has such states."""
    return DRAWINGS.get(type(state), PLAIN)
