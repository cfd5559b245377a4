"""Transactions: each variant leaves out one thing that somebody checks."""

from __future__ import annotations

from dataclasses import replace

from logion_model.bugs import shows
from logion_model.entry import Entry, Scope, expect, variants
from logion_model.transaction import promises
from logion_model.transaction.rules import VARIANTS
from logion_model.transaction.state import Scope as TransactionScope

MODELS = variants(VARIANTS, TransactionScope, promises.specification)
"""The rules of Kafka 4.0 first, then those of earlier releases and of none."""

_890, _PART_1, _98 = (
    "transactions-kip-890",
    "transactions-kip-890-part-1",
    "transactions-kip-98",
)

_IN_TIME = (1, 1, 2, 0, 0, 0)
_LATE_RECORDS, _LATE_ENDS = (1, 2, 1, 1, 0, 0), (1, 2, 1, 2, 0, 0)
_FAILOVER, _FORGETS = (1, 2, 1, 0, 1, 0), (1, 1, 2, 0, 0, 1)
_BOTH = (1, 2, 2, 0, 1, 1)
_ANYTHING = (1, 2, 2, 2, 1, 1)


def _torn(scope: Scope) -> Entry:
    """Return the entry of a transaction that is committed in one partition alone."""
    promise = "all-or-none"
    return Entry(_PART_1, scope, ((promise, 22),), properties=(promise,), quick=False)


ENTRIES: tuple[Entry, ...] = (
    expect(_890, (1, 2, 1, 2, 1, 1), 1_704, 17),
    expect(_890, (2, 1, 2, 2, 0, 0), 544, 13),
    replace(expect(_890, _ANYTHING, 8_205, 18), quick=False),
    expect(_890, (2, 2, 1, 2, 0, 0), 4_579, 22),
    replace(expect(_890, (2, 2, 2, 2, 0, 0), 29_455, 23), quick=False),
    expect(_PART_1, _IN_TIME, 153, 11),
    expect(_PART_1, _LATE_RECORDS, 1_034, 22),
    shows(
        43,
        expect(
            _PART_1, _LATE_ENDS, 1_281, 22, committed_stays=17, aborted_stays_hidden=17
        ),
        cure=_890,
    ),
    shows(43, _torn((2, 2, 1, 2, 0, 0)), cure=_890),
    expect(_98, _IN_TIME, 141, 10),
    expect(_98, _FAILOVER, 1_441, 18),
    expect(_98, _FORGETS, 174, 11),
    replace(expect(_98, _BOTH, 21_819, 20), quick=False),
    shows(42, expect(_98, _LATE_RECORDS, 930, 21, nothing_hangs=9), cure=_PART_1),
    # a race of Kafka 4.0 before its release
    expect("transactions-kafka-18575", _LATE_RECORDS, 199, 14, aborted_stays_hidden=10),
    expect("transactions-kafka-18575", _IN_TIME, 84, 9),
    expect(
        "transactions-unguarded-verification",
        _LATE_RECORDS,
        1_099,
        22,
        nothing_hangs=10,
    ),
    expect("transactions-unguarded-verification", _IN_TIME, 165, 11),
    expect(
        "transactions-gone-on-in-doubt",
        _LATE_RECORDS,
        1_530,
        23,
        aborted_stays_hidden=17,
    ),
    expect("transactions-gone-on-in-doubt", _IN_TIME, 153, 11),
    expect(
        "transactions-without-fencing", _IN_TIME, 498, 14, nothing_hangs=8, fenced=8
    ),
    expect(
        "transactions-stale-coordinators",
        _FAILOVER,
        1_816,
        18,
        committed_stays=15,
        aborted_stays_hidden=15,
    ),
    shows(
        38,
        expect("transactions-kafka-9777", (2, 1, 2, 0, 0, 0), 1_771, 15, ends_come=6),
        cure=_98,
    ),
    shows(
        37,
        expect("transactions-kafka-9144", _FORGETS, 222, 11, nothing_hangs=9, fenced=9),
        cure=_98,
    ),
    replace(
        shows(
            37,
            expect(
                "transactions-kafka-9144",
                _BOTH,
                49_117,
                20,
                nothing_hangs=9,
                fenced=9,
                committed_stays=16,
                aborted_stays_hidden=16,
                all_or_none=18,
            ),
            cure=_98,
        ),
        quick=False,
    ),
)
"""What each variant breaks, and nothing else; the counts only guard against change."""
