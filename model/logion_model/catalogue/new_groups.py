"""Groups whose coordinator divides the work (KIP-848)."""

from __future__ import annotations

from logion_model import consumer_group
from logion_model.entry import expect, variants

MODELS = variants(
    consumer_group.VARIANTS, consumer_group.Scope, consumer_group.specification
)
"""The rules of the protocol first, those that break a promise after it."""

ENTRIES = (
    expect("consumer-group-kip-848", (2, 2, 3), 308, 10),
    expect("consumer-group-kip-848", (2, 2, 4), 1_659, 15),
    expect("consumer-group-kip-848", (3, 2, 3), 15_202, 15),
    expect("consumer-group-without-release", (2, 2, 3), 320, 10, one_owner=9),
    expect(
        "consumer-group-without-revocation",
        (2, 2, 3),
        270,
        10,
        owners_are_known=8,
        one_owner=10,
    ),
)
"""What each variant breaks, and nothing else; the counts only guard against change."""
