"""How each specification is drawn, by the type of its states.

Beside each specification stands its drawing; one without is drawn as its fields.
"""

from __future__ import annotations

from typing import Any

from logion_model import (
    async_isr,
    async_isr_drawing,
    cached_isr,
    cached_isr_drawing,
    consumer_group,
    consumer_group_drawing,
    control_requests,
    control_requests_drawing,
    delivery,
    delivery_drawing,
    epoch_cache,
    epoch_cache_drawing,
    log,
    log_drawing,
    log_folder,
    log_folder_drawing,
    out_of_range,
    out_of_range_drawing,
    producer,
    producer_copies,
    producer_copies_drawing,
    producer_drawing,
    producer_id,
    producer_id_drawing,
    read_committed,
    read_committed_drawing,
    transactional_offsets,
    transactional_offsets_drawing,
)
from logion_model.group import drawing as group_drawing
from logion_model.group import state as group
from logion_model.kip_848 import drawing as kip_848_drawing
from logion_model.kip_848 import state as kip_848
from logion_model.kraft import drawing as kraft_drawing
from logion_model.kraft import state as kraft
from logion_model.pictures.scene import PLAIN, Drawing
from logion_model.replication import base as replication
from logion_model.replication import drawing as replication_drawing
from logion_model.replication import power_loss, power_loss_drawing
from logion_model.transaction import drawing as transaction_drawing
from logion_model.transaction import state as transaction
from logion_model.transaction_log import drawing as transaction_log_drawing
from logion_model.transaction_log import state as transaction_log

DRAWINGS: dict[type, Drawing] = {
    async_isr.State: async_isr_drawing.DRAWING,
    cached_isr.State: cached_isr_drawing.DRAWING,
    consumer_group.State: consumer_group_drawing.DRAWING,
    control_requests.State: control_requests_drawing.DRAWING,
    delivery.State: delivery_drawing.DRAWING,
    epoch_cache.State: epoch_cache_drawing.DRAWING,
    group.State: group_drawing.DRAWING,
    kip_848.State: kip_848_drawing.DRAWING,
    kraft.State: kraft_drawing.DRAWING,
    log.World: log_drawing.DRAWING,
    log_folder.State: log_folder_drawing.DRAWING,
    out_of_range.State: out_of_range_drawing.DRAWING,
    power_loss.State: power_loss_drawing.DRAWING,
    producer.State: producer_drawing.DRAWING,
    producer_copies.State: producer_copies_drawing.DRAWING,
    producer_id.State: producer_id_drawing.DRAWING,
    read_committed.State: read_committed_drawing.DRAWING,
    replication.State: replication_drawing.DRAWING,
    transaction.State: transaction_drawing.DRAWING,
    transaction_log.State: transaction_log_drawing.DRAWING,
    transactional_offsets.State: transactional_offsets_drawing.DRAWING,
}


def drawing_of(state: Any) -> Drawing:
    """Return how the specification is drawn that has such states."""
    return DRAWINGS.get(type(state), PLAIN)
