"""Groups of KIP-848 with their clients and the messages between them."""

from __future__ import annotations

from dataclasses import replace

from logion_model.entry import expect, variants
from logion_model.kip_848.coordinator import VARIANTS
from logion_model.kip_848.spec import specification
from logion_model.kip_848.state import Scope

MODELS = variants(VARIANTS, Scope, specification)
"""The rules of the protocol first, those that break a promise after it."""

_PUBLISHED = "TLC, on github.com/Vanlightly/kafka-tlaplus, groupprotocol, version 2"

ENTRIES = (
    replace(expect("kip-848", (1, 2, 1, 1), 425, 19), source=_PUBLISHED),
    replace(expect("kip-848", (2, 1, 1, 0), 2_219, 25), source=_PUBLISHED),
    expect("kip-848", (2, 2, 1, 0), 4_139, 25),
    replace(expect("kip-848", (2, 1, 1, 1), 515_149, 51), quick=False),
    expect(
        "kip-848-without-release",
        (2, 1, 1, 0),
        5_167,
        22,
        one_owner=9,
        holders_are_known=11,
    ),
    expect("kip-848-without-release", (1, 2, 1, 1), 1_240, 19, holders_are_known=9),
)
"""What each variant breaks, and nothing else."""
