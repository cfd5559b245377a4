"""Coordinators of transactions as they were published in TLA+, step by step."""

from __future__ import annotations

from dataclasses import replace

from logion_model import producer_id
from logion_model.bugs import shows
from logion_model.entry import Model, expect, variants
from logion_model.transaction_log import spec, state
from logion_model.transaction_log.coordinator import VARIANTS

MODELS = (
    Model(
        "init-producer-id",
        "Clients get a producer id and an epoch",
        "KIP-98, InitProducerId",
        producer_id.Scope._fields,
        lambda scope: producer_id.specification(producer_id.Scope(*scope)),
    ),
    *variants(VARIANTS, state.Scope, spec.specification),
)
"""The first step, then the next."""

_PUBLISHED = "TLC, on github.com/Vanlightly/kafka-tlaplus, transactions"

ENTRIES = (
    replace(expect("init-producer-id", (1, 2), 14, 8), source=_PUBLISHED),
    expect("init-producer-id", (2, 2), 316, 15),
    expect("add-partitions", (2, 1, 1, 2, 1), 142, 18),
    expect("add-partitions", (2, 2, 2, 1, 0), 921, 22),
    replace(expect("add-partitions", (2, 2, 1, 1, 1), 3_517, 27), source=_PUBLISHED),
    expect("add-partitions-half-resigned", (2, 1, 1, 1, 2), 314, 19),
    expect("add-partitions-half-resigned", (2, 2, 1, 1, 1), 6_557, 27),
    shows(
        44,
        expect("add-partitions-kafka-9307", (2, 1, 1, 1, 2), 498, 19, leader_serves=6),
        cure="add-partitions-half-resigned",
    ),
    expect("add-partitions-kafka-9307", (2, 2, 1, 1, 1), 6_557, 27),
)
"""Their sizes; those that TLC counted keep every promise."""
