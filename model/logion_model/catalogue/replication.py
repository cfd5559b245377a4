"""Replication of one partition: which variant keeps which promise.

Counts and lengths are those of TLC for the TLA+ specifications of the same variants,
where `source` says so.
"""

from __future__ import annotations

from dataclasses import replace

from logion_model.bugs import shows
from logion_model.entry import Entry, Model, Scope, expect, variant
from logion_model.kernel import Spec
from logion_model.replication import (
    base,
    kip_101,
    kip_279,
    kip_320,
    kip_320_faults,
    kip_320_first_try,
    truncate_to_high_watermark,
)
from logion_model.replication.packed import PackedReplication
from logion_model.replication.symmetry import symmetric


def _variant(rules: base.Rules) -> Model:
    """Return the model of some rules, for the fast search too."""
    return variant(rules, base.Scope, base.specification)._replace(
        pack=lambda scope: PackedReplication(rules, base.Scope(*scope))
    )


_SYMMETRIC = "kip-320-symmetric"


def _symmetric(rules: base.Rules, scope: base.Scope) -> Spec[base.State]:
    return symmetric(base.specification(rules, scope), _SYMMETRIC)


MODELS = (
    _variant(truncate_to_high_watermark.RULES),
    _variant(kip_101.RULES),
    _variant(kip_279.RULES),
    _variant(kip_320_first_try.RULES),
    _variant(kip_320.RULES),
    _variant(kip_320.AS_IN_BROKERS),
    *map(_variant, kip_320_faults.VARIANTS),
    variant(kip_320.RULES, base.Scope, _symmetric)._replace(
        name=_SYMMETRIC, title=f"{kip_320.RULES.title}; who is who does not count"
    ),
)
"""The variants of replication, oldest first; then the newest with older faults, and as
it is where one of the worlds is counted that differ in who is who."""

_HW, _FIRST_TRY = "truncate-to-high-watermark", "kip-320-first-try"
_AS_IN_BROKERS = "kip-320-as-in-brokers"


def _first(name: str, scope: Scope, promise: str, length: int | None) -> Entry:
    """Return an entry for a search that ends where one promise is broken."""
    broken = () if length is None else ((promise, length),)
    return Entry(name, scope, broken, properties=(promise,))


def _bug(number: int, name: str, scope: Scope, promise: str, length: int) -> Entry:
    return shows(number, _first(name, scope, promise, length), cure="kip-320")


_ENTRIES = (
    expect(_HW, (2, 2, 2, 0), 95, 12),
    expect("kip-101", (2, 2, 2, 0), 95, 12),
    expect("kip-279", (2, 2, 2, 0), 95, 12),
    expect(_FIRST_TRY, (2, 2, 2, 0), 95, 12),
    expect("kip-320", (2, 2, 2, 0), 93, 12),
    expect(_HW, (2, 2, 2, 1), 1_251, 16, weak_isr=9, strong_isr=10),
    expect("kip-101", (2, 2, 2, 1), 1_177, 15),
    expect("kip-279", (2, 2, 2, 1), 1_177, 15),
    expect(_FIRST_TRY, (2, 2, 2, 1), 1_165, 15),
    expect("kip-320", (2, 2, 2, 1), 957, 15),
    expect(_HW, (2, 2, 2, 2), 10_131, 20, weak_isr=9, strong_isr=10),
    expect("kip-101", (2, 2, 2, 2), 9_045, 18, weak_isr=12, strong_isr=12),
    expect("kip-279", (2, 2, 2, 2), 9_027, 18),
    expect(_FIRST_TRY, (2, 2, 2, 2), 8_429, 18),
    expect("kip-320", (2, 2, 2, 2), 5_973, 18),
    expect(_HW, (3, 2, 2, 0), 1_072, 17),
    expect("kip-101", (3, 2, 2, 0), 1_072, 17),
    expect("kip-279", (3, 2, 2, 0), 1_072, 17),
    expect(_FIRST_TRY, (3, 2, 2, 0), 1_072, 17),
    expect("kip-320", (3, 2, 2, 0), 1_063, 17),
    _bug(1, _HW, (2, 2, 2, 1), "weak-isr", 9),
    _bug(1, _HW, (3, 2, 2, 1), "strong-isr", 9),
    _bug(3, "kip-101", (2, 2, 2, 2), "weak-isr", 12),
    _first("kip-101", (3, 2, 2, 1), "weak-isr", None),
    _bug(7, "kip-101", (3, 2, 2, 1), "strong-isr", 12),
    _first("kip-101", (3, 2, 2, 2), "strong-isr", 11),
    _first("kip-279", (3, 2, 2, 1), "weak-isr", None),
    _bug(7, "kip-279", (3, 2, 2, 1), "strong-isr", 12),
    _bug(5, "kip-279", (3, 2, 2, 2), "weak-isr", 11),
    _first(_FIRST_TRY, (3, 2, 2, 1), "weak-isr", None),
    _first(_FIRST_TRY, (3, 2, 2, 1), "strong-isr", None),
    _bug(5, _FIRST_TRY, (3, 2, 2, 2), "strong-isr", 13),
    _first("kip-320", (3, 2, 2, 1), "weak-isr", None),
    _first("kip-320", (3, 2, 2, 1), "strong-isr", None),
    expect("kip-320", (3, 2, 2, 2), 737_794, 26),
)

_AS_BUILT = (
    expect(_AS_IN_BROKERS, (2, 2, 2, 1), 969, 15),
    expect(_AS_IN_BROKERS, (2, 2, 2, 2), 6_295, 18),
    replace(expect(_AS_IN_BROKERS, (3, 2, 2, 1), 41_041, 22), quick=False),
    replace(expect(_AS_IN_BROKERS, (3, 2, 2, 2), 826_936, 26), quick=False),
)

_UNCLEAN, _SAME_LEADER = "unclean-election", "same-leader"

_FAULTS = (
    shows(
        12,
        expect(_UNCLEAN, (2, 2, 2, 1), 1_381, 15, strong_isr=7),
        cure="kip-320",
    ),
    expect(_SAME_LEADER, (2, 2, 2, 2), 5_973, 18),
    replace(_bug(6, _SAME_LEADER, (3, 1, 2, 2), "weak-isr", 15), quick=False),
    replace(_bug(6, _SAME_LEADER, (3, 1, 2, 2), "strong-isr", 15), quick=False),
    replace(expect("kip-320", (3, 1, 2, 2), 173_779, 23), quick=False),
)

_TLC = "TLC, on the TLA+ of the same variant"

_VERDICT_BY_TLC = f"{_TLC}: the verdict, not the counts"

_LARGE = (
    replace(expect("kip-279", (2, 3, 3, 3), 225_761, 24), source=_VERDICT_BY_TLC),
    replace(expect(_FIRST_TRY, (2, 3, 3, 3), 196_973, 25), source=_VERDICT_BY_TLC),
    replace(_first(_FIRST_TRY, (3, 3, 3, 2), "strong-isr", 13), source=_TLC),
    # only about so many are told of elsewhere: ten million
    replace(
        expect("kip-320", (3, 2, 2, 3), 9_985_570, 32),
        source="another search in Python, of hashes alone: the verdict",
    ),
)
"""What the fast search alone can go through in a minute."""


_BY_TLC = "TLC, on the published TLA+ with SYMMETRY: Permutations(Replicas)"

_SYMMETRIES = (
    expect(_SYMMETRIC, (2, 2, 2, 1), 479, 15),
    expect(_SYMMETRIC, (3, 2, 2, 1), 6_713, 22),
    replace(expect(_SYMMETRIC, (3, 2, 2, 2), 123_311, 26), quick=False),
)


def _is_quick(entry: Entry) -> bool:
    replicas, _, _, epochs = entry.scope
    return replicas < 3 or epochs == 0 or (epochs == 1 and bool(entry.broken))


ENTRIES = (
    *(
        replace(
            entry,
            source=_TLC,
            quick=_is_quick(entry),
        )
        for entry in _ENTRIES
    ),
    *_AS_BUILT,
    *_FAULTS,
    *(replace(entry, source=_BY_TLC) for entry in _SYMMETRIES),
    *(replace(entry, quick=False) for entry in _LARGE),
)
"""What each variant breaks; the promises that it does not name hold."""
