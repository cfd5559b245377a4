"""Classic groups: each variant leaves out one rule of a coordinator."""

from __future__ import annotations

from logion_model.bugs import shows
from logion_model.entry import Entry, expect, variants
from logion_model.group import promises
from logion_model.group.rules import VARIANTS
from logion_model.group.state import Scope as GroupScope

MODELS = variants(VARIANTS, GroupScope, promises.specification)
"""The rules of Apache Kafka first, then those that leave one out."""


_TWO, _TWO_WRITES = (2, 0, 1, 2, 1, 0), (2, 0, 1, 1, 2, 1)
_AGAIN = (1, 0, 2, 2, 1, 0)
_STATIC, _STATIC_FAILOVER = (0, 1, 2, 2, 1, 0), (0, 1, 2, 2, 1, 1)

_CLASSIC = "group-classic"

_HOLDING = (
    expect(_CLASSIC, _TWO, 886, 14),
    expect(_CLASSIC, _AGAIN, 260, 12),
    expect(_CLASSIC, _STATIC, 194, 11),
    # a new id that was told and not yet stored is forgotten in a failover
    expect(_CLASSIC, _STATIC_FAILOVER, 549, 12, newest_stay=8),
    expect(_CLASSIC, _TWO_WRITES, 540, 12),
    expect(_CLASSIC, (2, 0, 1, 2, 1, 1), 2_080, 14),
    expect(_CLASSIC, (1, 1, 1, 2, 1, 1), 2_108, 13),
    expect(_CLASSIC, (3, 0, 1, 2, 1, 0), 15_784, 18),
    expect(_CLASSIC, (2, 0, 2, 2, 1, 0), 19_688, 18),
)

_BROKEN = (
    expect(
        "group-any-generation",
        _TWO,
        1_750,
        14,
        leader_divides=5,
        members_commit=10,
        offsets_stay=11,
    ),
    expect("group-any-committer", _TWO, 960, 14, members_commit=9, offsets_stay=13),
    expect(
        "group-one-generation",
        _TWO,
        980,
        15,
        generations_grow=4,
        offsets_stay=8,
        one_owner=11,
    ),
    expect("group-keeps-absent", _TWO, 1_144, 14, absent_are_out=7),
    expect("group-any-division", _TWO, 1_224, 13, leader_divides=7),
    expect("group-tells-first", _TWO_WRITES, 508, 12, one_owner=10),
    expect(
        "group-tells-first", _STATIC_FAILOVER, 919, 16, newest_stay=8, offsets_stay=11
    ),
    expect(
        "group-loads-first-record",
        _STATIC_FAILOVER,
        806,
        16,
        newest_stay=8,
        replaced_stay_out=8,
        offsets_stay=9,
    ),
    expect("group-before-kip-211", _TWO, 1_331, 15, offsets_stay=5),
    expect("group-kafka-8069", (2, 0, 1, 2, 1, 1), 2_679, 15, offsets_stay=6),
    expect("group-before-kip-394", _AGAIN, 180, 11, no_ghosts=3),
    expect("group-kafka-9752", _TWO, 964, 14, phases_end=7),
    expect("group-unfenced-static", _STATIC, 215, 11, members_commit=8),
    expect(
        "group-kafka-10284",
        _STATIC_FAILOVER,
        513,
        12,
        replaced_stay_out=7,
        newest_stay=8,
    ),
    expect("group-kafka-9801", _STATIC, 220, 11, owned=6),
    expect("group-leader-of-two-minds", _TWO_WRITES, 652, 13, one_owner=11),
    expect("group-leader-of-two-minds", _STATIC_FAILOVER, 549, 12, newest_stay=8),
)

_BUGS = {
    "group-any-generation": (22, ()),
    "group-before-kip-211": (23, ()),
    "group-kafka-8069": (24, ()),
    "group-loads-first-record": (25, ("replaced-stay-out", "offsets-stay")),
    "group-before-kip-394": (28, ()),
    "group-kafka-9752": (29, ()),
    "group-unfenced-static": (30, ()),
    "group-kafka-10284": (31, ("replaced-stay-out",)),
    "group-kafka-9801": (32, ()),
}
"""Which bug of Kafka's the lack of which rule is, and what the rule mends of what is
broken, if not all."""


def _as_history(entry: Entry) -> Entry:
    if entry.name not in _BUGS:
        return entry
    number, mended = _BUGS[entry.name]
    return shows(number, entry, cure=_CLASSIC, mended=mended)


ENTRIES = (*_HOLDING, *map(_as_history, _BROKEN))
"""What each variant breaks, and nothing else; the counts only guard against change."""
