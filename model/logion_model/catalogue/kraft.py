"""One partition under a KRaft controller: release 3.5, KIP-966, and guards left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from logion_model.bugs import shows
from logion_model.entry import Entry, Model, Scope, expect, variant, variants
from logion_model.kraft import liveness, promises, rules


def _in_the_end(some: rules.Rules) -> Model:
    return variant(some, rules.Scope, liveness.specification)._replace(
        name=f"{some.name}-in-the-end",
        title=f"{some.title}: what must happen once nothing fails any more",
    )


_VARIANTS = variants(rules.VARIANTS, rules.Scope, promises.specification)
_LIVES = tuple(map(_in_the_end, (rules.KAFKA_3_5, rules.KIP_966)))

MODELS = (*_VARIANTS, *_LIVES)
"""The two protocols, then release 3.5 without one of its guards; then what must happen
in the end in the two."""

_FENCE = (2, 2, 2, 1, 1, 0, 0, 1, 0, 0, 1, 0)
_FENCE_LATER = (2, 2, 2, 1, 2, 0, 0, 1, 0, 0, 1, 0)
_CLEAN = (2, 2, 2, 1, 1, 1, 0, 0, 0, 0, 1, 0)
_DIRTY = (2, 2, 2, 1, 1, 0, 1, 0, 0, 0, 1, 0)
_MOVED = (2, 2, 2, 1, 1, 0, 0, 0, 0, 1, 1, 0)
_MOVED_TWICE = (2, 2, 2, 1, 1, 0, 0, 0, 0, 2, 1, 0)
_DIRTY_AND_FENCE = (2, 2, 2, 1, 1, 0, 1, 1, 0, 0, 1, 0)
_ALONE_AND_FENCE = (2, 2, 1, 1, 1, 0, 0, 1, 0, 0, 1, 0)
_LAST_NOT_SPARED = (2, 2, 2, 1, 1, 0, 1, 1, 0, 0, 0, 0)
_SHIPPED = (3, 3, 2, 2, 1, 0, 1, 1, 0, 0, 0, 0)
_REGISTERED_TWICE = (2, 2, 1, 1, 2, 3, 0, 0, 0, 0, 1, 1)
_COMMITTED_UNKNOWN = (3, 3, 3, 1, 1, 0, 1, 0, 0, 0, 1, 2)
_ANSWER_ON_ITS_WAY = (3, 3, 3, 1, 2, 0, 0, 3, 0, 0, 1, 3)
_ALONE = (2, 2, 2, 1, 1, 0, 1, 1, 0, 0, 0, 4)
_REGISTERED_TWICE_KNOWN = (2, 2, 1, 1, 2, 3, 0, 0, 0, 0, 1, 5)
_ELECTED_WITHOUT = (3, 3, 3, 1, 2, 0, 0, 2, 0, 0, 1, 6)

_3_5, _966 = "last-replica-standing", "kip-966"
_BELOW_HIGH_WATERMARK = "kraft-joins-below-high-watermark"
_BELOW_EPOCH_START = "kraft-joins-below-epoch-start"
_903, _841 = "kraft-before-kip-903", "kraft-before-kip-841"


def _everywhere(
    scope: Scope, distinct: int, depth: int, *others: Entry
) -> Iterator[Entry]:
    """Yield what each variant has at a small scope: the same but for `others`."""
    different = {entry.name: entry for entry in others}
    for model in _VARIANTS:
        same = expect(model.name, scope, distinct, depth)
        yield different.get(model.name, same)


_SMALL = (
    *_everywhere(
        _FENCE,
        1_260,
        21,
        expect("kraft-unheard-joins", _FENCE, 2_602, 21),
        expect(
            _BELOW_HIGH_WATERMARK, _FENCE, 1_564, 22, leader_candidate_completeness=9
        ),
        expect("kraft-any-fetch-epoch", _FENCE, 1_366, 21),
        expect(_841, _FENCE, 1_368, 21),
        shows(
            18,
            expect("kraft-kafka-13790", _FENCE, 1_352, 21, epoch_starts_once=4),
            cure=_3_5,
        ),
    ),
    *_everywhere(
        _CLEAN,
        938,
        22,
        expect(_966, _CLEAN, 1_079, 22),
        expect("kraft-unheard-joins", _CLEAN, 2_061, 22),
        expect(
            _BELOW_HIGH_WATERMARK, _CLEAN, 1_083, 22, leader_candidate_completeness=12
        ),
        expect("kraft-any-fetch-epoch", _CLEAN, 982, 22),
        expect(_903, _CLEAN, 1_100, 22),
        expect(_841, _CLEAN, 1_070, 22),
        expect("kraft-kafka-13790", _CLEAN, 902, 22, epoch_starts_once=4),
    ),
    *_everywhere(
        _DIRTY,
        945,
        25,
        expect("kraft-unheard-joins", _DIRTY, 1_948, 25),
        expect(
            _BELOW_HIGH_WATERMARK, _DIRTY, 1_072, 25, leader_candidate_completeness=12
        ),
        expect("kraft-any-fetch-epoch", _DIRTY, 989, 25),
        shows(
            14,
            expect(_903, _DIRTY, 1_107, 25, leader_candidate_completeness=14),
            cure=_3_5,
        ),
        shows(
            15,
            expect(_841, _DIRTY, 1_067, 25, leader_candidate_completeness=14),
            cure=_3_5,
        ),
        expect("kraft-kafka-13790", _DIRTY, 920, 25, epoch_starts_once=4),
    ),
    *_everywhere(_MOVED, 145, 13, expect("kraft-any-fetch-epoch", _MOVED, 154, 13)),
)


def _first(name: str, scope: Scope, promise: str, length: int) -> Entry:
    """Return an entry for a search that ends where one promise is broken."""
    return Entry(name, scope, ((promise, length),), properties=(promise,))


_GUARDS = (
    expect(
        "kraft-any-incarnation",
        _REGISTERED_TWICE,
        6_848,
        25,
        leader_completeness=4,
        leader_candidate_completeness=4,
        consistent_read=5,
        no_committed_record_lost=9,
    ),
    expect(_3_5, _REGISTERED_TWICE, 335, 20),
    expect(_966, _REGISTERED_TWICE_KNOWN, 335, 20),
    expect(_966, _ELECTED_WITHOUT, 4_296, 29),
    expect(
        "kraft-keeps-progress",
        _MOVED_TWICE,
        4_137,
        27,
        leader_candidate_completeness=13,
        leader_completeness=13,
        no_committed_record_lost=14,
        consistent_read=14,
    ),
    expect(_3_5, _MOVED_TWICE, 3_710, 27),
    replace(
        expect(
            "kraft-unheard-joins",
            _DIRTY_AND_FENCE,
            111_171,
            35,
            leader_candidate_completeness=15,
        ),
        quick=False,
    ),
    shows(
        7,
        expect(
            _BELOW_EPOCH_START,
            _COMMITTED_UNKNOWN,
            7_743,
            27,
            leader_candidate_completeness=10,
        ),
        cure=_3_5,
    ),
    expect(
        "kraft-any-fetch-epoch",
        _ANSWER_ON_ITS_WAY,
        21_504,
        25,
        leader_candidate_completeness=4,
    ),
    replace(expect(_3_5, _ANSWER_ON_ITS_WAY, 11_984, 23), quick=False),
    expect(
        "kraft-any-partition-epoch",
        _ALONE_AND_FENCE,
        7_158,
        27,
        replication_quorum_superset=9,
        leader_candidate_completeness=10,
    ),
    expect(_3_5, _ALONE_AND_FENCE, 5_966, 27),
    # no world was found in which these two guards are needed: see docs/model.md
    expect("kraft-keeps-fetcher", _MOVED_TWICE, 3_710, 27),
    expect("kraft-any-fetch-offset", _MOVED_TWICE, 3_710, 27),
)

_TLC = "TLC, on the published TLA+ of the protocol"

_SHRUNK = (2, 2, 2, 1, 1, 0, 0, 0, 1, 0, 1, 0)

_LARGE = (
    expect(_3_5, _SHRUNK, 254, 16),
    # a log of one record is truncated to nothing, right or not: here it has two
    expect(_3_5, _FENCE_LATER, 9_170, 27),
    expect(_966, _FENCE_LATER, 9_170, 27),
    replace(expect(_3_5, _DIRTY_AND_FENCE, 34_745, 35), quick=False),
    replace(
        expect(_966, _LAST_NOT_SPARED, 40_719, 35, no_committed_record_lost=5),
        quick=False,
    ),
)

_LAST_REPLICA = (
    replace(
        shows(13, _first(_3_5, _LAST_NOT_SPARED, "leader-completeness", 8), cure=_966),
        source=_TLC,
        quick=False,
    ),
    replace(
        expect(
            _3_5,
            _LAST_NOT_SPARED,
            43_873,
            35,
            no_committed_record_lost=5,
            leader_completeness=8,
            leader_candidate_completeness=8,
            consistent_read=9,
        ),
        quick=False,
    ),
    replace(_first(_3_5, _SHIPPED, "leader-completeness", 8), source=_TLC, quick=False),
    shows(
        13,
        expect(
            _3_5,
            _ALONE,
            1_623,
            23,
            leader_completeness=5,
            leader_candidate_completeness=5,
            consistent_read=6,
            no_committed_record_lost=10,
        ),
        cure=_966,
    ),
    expect(_966, _ALONE, 1_295, 23),
)

_3_5_LIVES, _966_LIVES = (model.name for model in _LIVES)

_IN_THE_END = (
    expect(_3_5_LIVES, _FENCE, 1_514, 21),
    expect(_3_5_LIVES, _CLEAN, 1_040, 24),
    expect(_3_5_LIVES, _DIRTY, 1_041, 25),
    expect(_966_LIVES, _FENCE, 1_514, 21),
    expect(_966_LIVES, _CLEAN, 1_196, 24),
    expect(_966_LIVES, _DIRTY, 1_041, 25),
    # the first record of a leader that is alone waits for somebody's fetch
    expect(_3_5_LIVES, _MOVED, 145, 13, writes_are_answered=5),
    expect(_966_LIVES, _MOVED, 145, 13, writes_are_answered=5),
)

_COUNTED_TOO = {
    *((_3_5, scope) for scope in (_FENCE, _CLEAN, _DIRTY, _MOVED, _MOVED_TWICE)),
    *((_3_5, scope) for scope in (_SHRUNK, _DIRTY_AND_FENCE)),
    *((_966, scope) for scope in (_FENCE, _CLEAN, _LAST_NOT_SPARED)),
}
"""Worlds that TLC has counted too."""


def _sourced(entry: Entry) -> Entry:
    is_counted = entry.distinct and (entry.name, entry.scope) in _COUNTED_TOO
    return replace(entry, source=_TLC) if is_counted else entry


ENTRIES = tuple(
    map(_sourced, (*_SMALL, *_GUARDS, *_LAST_REPLICA, *_LARGE, *_IN_THE_END))
)
"""What each variant breaks; the counts without a source only guard against change."""
