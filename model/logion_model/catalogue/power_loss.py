"""Replicas that lose what was not flushed."""

from __future__ import annotations

from logion_model.bugs import shows
from logion_model.entry import Entry, expect, variants
from logion_model.replication import power_loss

MODELS = variants(power_loss.VARIANTS, power_loss.Scope, power_loss.specification)
"""Kafka 0.8 to 0.10, and what mends it."""

_TRUNCATES, _FENCES = (model.name for model in MODELS)


def _bug(number: int, promise: str, length: int) -> Entry:
    entry = Entry(_TRUNCATES, (2, 1, 2, 1, 1), ((promise, length),))
    return shows(
        number,
        Entry(_TRUNCATES, entry.scope, entry.broken, properties=(promise,)),
        cure=_FENCES,
    )


ENTRIES = (
    expect(
        _TRUNCATES,
        (2, 1, 2, 1, 1),
        1_846,
        15,
        weak_isr=9,
        no_follower_is_ahead=9,
        strong_isr=10,
        followers_copy=10,
    ),
    expect(_FENCES, (2, 1, 2, 1, 1), 1_478, 14),
    expect(_FENCES, (2, 1, 2, 2, 1), 9_354, 17),
    _bug(2, "followers-copy", 10),
    _bug(10, "no-follower-is-ahead", 9),
)
"""What each variant breaks; the counts only guard against change."""
