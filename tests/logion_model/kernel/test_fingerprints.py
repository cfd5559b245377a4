from __future__ import annotations

import os
import subprocess
import sys
from enum import Enum, IntEnum
from random import Random

import pytest
from logion_model.kernel.fingerprints import (
    PARTS_MAX,
    Fingerprinter,
    Fingerprints,
    odds_of_collision,
)


class Colour(Enum):
    """Something that states are made of."""

    RED = 1
    BLUE = 2


class Phase(IntEnum):
    """A number with a name."""

    FIRST = 1


VALUES = (
    None,
    0,
    1,
    -1,
    -2,
    2**70,
    "",
    "1",
    "a" * 40,
    b"",
    b"1",
    (),
    (1,),
    ((1,),),
    (1, 2),
    ((1,), 2),
    (1, (2,)),
    (12,),
    ("1", "2"),
    ("12",),
    ("1';2",),
    frozenset(),
    frozenset({1, 2}),
    frozenset({(1, 2)}),
    ("a" * 40, "b" * 40),
    ("b" * 40, "a" * 40),
    Colour.RED,
    Colour.BLUE,
)


def test_different_states_have_different_fingerprints() -> None:
    of = Fingerprinter().of
    assert len({of(value) for value in VALUES}) == len(VALUES)
    assert 0 not in {of(value) for value in VALUES}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, "x"), (Phase.FIRST, "x")),
        ((True, 2), (1, 2)),
        (frozenset(["a", "b", "c"]), frozenset(["c", "b", "a"])),
    ],
)
def test_equal_states_have_the_same_fingerprint(one: object, other: object) -> None:
    assert one == other
    assert Fingerprinter().of(one) == Fingerprinter().of(other)


def test_a_fingerprint_does_not_depend_on_what_was_seen_before() -> None:
    used = Fingerprinter()
    for number in range(2 * PARTS_MAX):
        used.of(((number, "a" * 40), (number,)))
    for value in VALUES:
        assert used.of(value) == Fingerprinter().of(value)


PRINTS = """
from logion_model.kernel.fingerprints import Fingerprinter
print(Fingerprinter().of((frozenset({"a", "b", "c", "d"}), None, -1, ("x" * 40,))))
"""


def test_fingerprints_are_the_same_in_every_process() -> None:
    printed = {
        subprocess.check_output(
            [sys.executable, "-c", PRINTS], env={**os.environ, "PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_a_state_of_anything_else_is_refused_with_its_part() -> None:
    with pytest.raises(TypeError, match=r"texts, not 1\.5"):
        Fingerprinter().of((1, (2, 1.5)))


def test_a_set_of_fingerprints_has_what_was_added_and_nothing_else() -> None:
    chance = Random(1)
    added = {chance.getrandbits(64) | 1 for _ in range(20_000)}
    seen = Fingerprints()
    for fingerprint in added:
        assert fingerprint not in seen
        seen.add(fingerprint)
    assert len(seen) == len(added)
    assert all(fingerprint in seen for fingerprint in added)
    assert 10 <= seen.size / len(seen) <= 21


def test_fingerprints_that_begin_at_the_same_slot_are_told_apart() -> None:
    alike = [(n << 56) | 64 for n in range(200)]
    seen = Fingerprints()
    for fingerprint in alike[::2]:
        seen.add(fingerprint)
    assert [fingerprint in seen for fingerprint in alike] == [True, False] * 100


def test_the_odds_of_a_collision_grow_with_the_pairs_of_states() -> None:
    assert odds_of_collision(1) == 0
    assert odds_of_collision(2) == 2.0**-64
    assert odds_of_collision(10_000_000) == pytest.approx(2.7e-6, rel=0.01)
    assert odds_of_collision(2**40) == 1
