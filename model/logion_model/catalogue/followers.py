"""Where a follower truncates, and what it does out of range."""

from __future__ import annotations

from logion_model import epoch_cache, out_of_range
from logion_model.bugs import shows
from logion_model.entry import expect, variants

MODELS = (
    *variants(epoch_cache.VARIANTS, epoch_cache.Scope, epoch_cache.specification),
    *variants(out_of_range.VARIANTS, out_of_range.Scope, out_of_range.specification),
)
"""The rules of the newest release first in each."""

_EPOCHS, _RANGE = "epoch-cache", "out-of-range"

ENTRIES = (
    expect(_EPOCHS, (2, 1, 1), 39, 7),
    expect(_EPOCHS, (2, 3, 0), 1_028, 10),
    expect(_EPOCHS, (3, 3, 0), 2_912, 12),
    shows(
        4,
        expect("epoch-cache-kafka-6857", (2, 1, 1), 40, 7, follower_copies=5),
        cure=_EPOCHS,
    ),
    shows(
        8,
        expect("epoch-cache-kafka-7415", (2, 3, 0), 396, 9, epochs_are_known=3),
        cure=_EPOCHS,
    ),
    shows(
        9,
        expect("epoch-cache-kafka-10706", (2, 3, 0), 851, 11, truncation_ends=4),
        cure=_EPOCHS,
    ),
    expect(_RANGE, (3, 1), 393, 15),
    expect(_RANGE, (3, 2), 625, 17),
    shows(
        11,
        expect("out-of-range-kafka-2143", (3, 1), 393, 15, keeps_what_it_can=7),
        cure=_RANGE,
    ),
    shows(
        19,
        expect("out-of-range-kafka-9491", (3, 1), 447, 15, high_watermark_is_in_log=6),
        cure=_RANGE,
    ),
)
"""What each variant breaks; the counts only guard against change."""
