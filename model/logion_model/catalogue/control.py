"""What the controller orders, and what a leader remembers of what is written."""

from __future__ import annotations

from logion_model import cached_isr, control_requests
from logion_model.bugs import shows
from logion_model.entry import expect, variants

MODELS = (
    *variants(
        control_requests.VARIANTS,
        control_requests.Scope,
        control_requests.specification,
    ),
    *variants(cached_isr.VARIANTS, cached_isr.Scope, cached_isr.specification),
)
"""The rules of the newest release first in each."""

_570, _380 = "control-requests", "control-requests-before-kip-380"

ENTRIES = (
    expect(_570, (4, 1), 87, 5),
    expect(_570, (5, 2), 284, 6),
    shows(
        16,
        expect(_380, (4, 1), 123, 6, orders_are_of_this_life=3, newest_counts=5),
        cure=_570,
    ),
    shows(
        17,
        expect("control-requests-before-kip-570", (4, 1), 93, 6, newest_counts=5),
        cure=_570,
    ),
    expect("cached-isr", (3, 4), 19, 5),
    shows(
        20,
        expect("cached-isr-kafka-2729", (3, 4), 19, 5, isr_is_not_frozen=2),
        cure="cached-isr",
    ),
)
"""What each variant breaks; the counts only guard against change."""
