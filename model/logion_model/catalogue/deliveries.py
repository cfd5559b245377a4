"""Delivery: what a producer, a topic and a consumer are set up for."""

from __future__ import annotations

from logion_model import delivery
from logion_model.entry import Model, expect


def _variant(rules: delivery.Rules) -> Model:
    return Model(
        rules.name,
        rules.title,
        rules.source,
        delivery.Scope._fields,
        lambda scope: delivery.specification(rules, delivery.Scope(*scope)),
    )


MODELS = tuple(map(_variant, delivery.VARIANTS))
"""What keeps every promise first, then what gives up some."""

_SCOPE = (2, 2, 1, 1)

ENTRIES = (
    expect("delivery-exactly-once", _SCOPE, 4_066, 19),
    expect(
        "delivery-at-least-once", _SCOPE, 23_834, 34, written_once=5, processed_once=9
    ),
    expect(
        "delivery-at-most-once",
        _SCOPE,
        968,
        15,
        acknowledged_is_kept=4,
        nothing_is_skipped=6,
    ),
    expect("delivery-acks-1", _SCOPE, 6_026, 19, acknowledged_is_kept=5),
    expect("delivery-min-insync-1", _SCOPE, 5_718, 19, acknowledged_is_kept=6),
    expect("delivery-many-in-flight", _SCOPE, 15_878, 25, written_once=5, in_order=6),
)
"""What each breaks, and nothing else; the counts only guard against change."""
