"""An idempotent producer: what a broker must check so that retries write once."""

from __future__ import annotations

from logion_model import producer
from logion_model.bugs import shows
from logion_model.entry import expect, variants

MODELS = variants(producer.VARIANTS, producer.Scope, producer.specification)
"""The rules of the newest release first, those that break a promise last."""

_360, _98 = "producer-kip-360", "producer-kip-98"
_5494, _14034 = "producer-kafka-5494", "producer-kafka-14034"
_NO_EPOCHS, _NO_SEQUENCES = "producer-without-epochs", "producer-without-sequences"

_ALL_KNOWN = (3, 2, 2, 1, 0)
_FORGETS = (3, 2, 2, 1, 1)

ENTRIES = (
    expect(_98, _ALL_KNOWN, 104, 8),
    expect(_360, _ALL_KNOWN, 118, 8, without_gaps=4),
    expect(
        _NO_EPOCHS,
        _ALL_KNOWN,
        278,
        9,
        without_gaps=4,
        fenced=6,
        at_most_once=7,
        in_order=8,
    ),
    expect(
        _NO_SEQUENCES,
        _ALL_KNOWN,
        2_161,
        9,
        without_gaps=4,
        at_most_once=4,
        in_order=5,
        retries_are_answered=6,
        fenced=6,
    ),
    # once the broker has forgotten a producer, it cannot tell a repeat
    expect(
        _98,
        _FORGETS,
        538,
        10,
        at_most_once=5,
        in_order=7,
        retries_are_answered=7,
        fenced=7,
    ),
    expect(
        _360,
        _FORGETS,
        906,
        10,
        without_gaps=4,
        at_most_once=5,
        retries_are_answered=6,
        in_order=6,
        fenced=7,
    ),
    expect(
        _NO_EPOCHS,
        _FORGETS,
        1_826,
        10,
        without_gaps=4,
        at_most_once=5,
        retries_are_answered=6,
        in_order=6,
        fenced=6,
    ),
    expect(
        _NO_SEQUENCES,
        _FORGETS,
        9_917,
        10,
        without_gaps=4,
        at_most_once=4,
        in_order=5,
        retries_are_answered=6,
        fenced=6,
    ),
    shows(
        34,
        expect(_5494, _ALL_KNOWN, 104, 8, retries_are_answered=5),
        cure=_98,
    ),
    expect(
        _5494,
        _FORGETS,
        538,
        10,
        at_most_once=5,
        retries_are_answered=5,
        in_order=7,
        fenced=7,
    ),
    shows(
        36,
        expect(_14034, _ALL_KNOWN, 299, 10, without_gaps=4, at_most_once=5),
        cure=_360,
        mended=("at-most-once",),
    ),
    expect(
        _14034,
        _FORGETS,
        2_724,
        11,
        without_gaps=4,
        at_most_once=5,
        retries_are_answered=6,
        in_order=6,
        fenced=6,
    ),
    # one batch more in flight than are remembered, and a retry is refused
    expect(_98, (4, 2, 2, 0, 0), 25, 9),
    expect(_98, (4, 3, 2, 0, 0), 41, 9, retries_are_answered=7),
    expect(_98, (7, 5, 5, 0, 0), 246, 15),
    expect(_360, (6, 5, 5, 0, 0), 267, 13, without_gaps=4),
    expect(_360, (7, 5, 5, 0, 0), 330, 15, without_gaps=4),
    expect(_360, (7, 6, 5, 0, 0), 572, 15, without_gaps=4, retries_are_answered=13),
)
"""What each variant breaks, and nothing else; the counts only guard against change."""
