"""A leader that asks for its ISR, and what it must wait for."""

from __future__ import annotations

from dataclasses import replace

from logion_model import async_isr
from logion_model.entry import expect, variants

MODELS = variants(async_isr.VARIANTS, async_isr.Scope, async_isr.specification)
"""The rules of KIP-497, then those that leave one out."""

_KIP_497 = "async-isr"

_TLC = tuple(
    replace(entry, source="TLC, on the TLA+ of the same protocol")
    for entry in (
        expect(_KIP_497, (2, 1, 1), 24, 7),
        expect(_KIP_497, (2, 2, 2), 84, 12),
        expect(_KIP_497, (2, 2, 3), 168, 15),
    )
)

ENTRIES = (
    *_TLC,
    expect(_KIP_497, (3, 2, 2), 4_088, 17),
    expect("async-isr-counts-known", (2, 2, 2), 84, 12, valid_high_watermark=6),
    expect("async-isr-any-version", (2, 2, 3), 444, 15, valid_high_watermark=9),
    expect("async-isr-any-update", (2, 2, 2), 144, 14, valid_high_watermark=7),
    # who joins behind is counted at once, so the high watermark goes back to it
    expect("async-isr-joins-behind", (2, 2, 3), 168, 15),
)
"""What each variant breaks; the counts without a source only guard against change."""
