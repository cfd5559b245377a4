"""Delivery: what a producer, a topic and a consumer are set up for."""

from __future__ import annotations

from dataclasses import replace

from logion_model import delivery
from logion_model.entry import expect, variants

MODELS = variants(delivery.VARIANTS, delivery.Scope, delivery.specification)
"""What keeps every promise first, then what gives up some."""

_ONE, _TWO = (1, 2, 1, 1), (2, 2, 1, 1)

_AT_LEAST, _AT_MOST = "delivery-at-least-once", "delivery-at-most-once"
_EXACTLY = "delivery-exactly-once"

_LARGER = (
    expect(_EXACTLY, _TWO, 4_066, 19),
    expect(_AT_LEAST, _TWO, 23_834, 34, written_once=5, processed_once=9),
    expect(_AT_MOST, _TWO, 968, 15, acknowledged_is_kept=4, nothing_is_skipped=6),
    expect("delivery-acks-1", _TWO, 6_026, 19, acknowledged_is_kept=5),
    expect("delivery-min-insync-1", _TWO, 5_718, 19, acknowledged_is_kept=6),
    expect("delivery-many-in-flight", _TWO, 15_878, 25, written_once=5, in_order=6),
)

ENTRIES = (
    expect(_EXACTLY, _ONE, 234, 11),
    expect(_AT_LEAST, _ONE, 896, 19, written_once=5, processed_once=9),
    expect(_AT_MOST, _ONE, 100, 9, acknowledged_is_kept=4, nothing_is_skipped=6),
    expect("delivery-acks-1", _ONE, 290, 11, acknowledged_is_kept=5),
    expect("delivery-min-insync-1", _ONE, 282, 11, acknowledged_is_kept=6),
    expect("delivery-many-in-flight", _ONE, 350, 14, written_once=5),
    *(replace(entry, quick=False) for entry in _LARGER),
)
"""What each breaks, and nothing else; the counts only guard against change."""
