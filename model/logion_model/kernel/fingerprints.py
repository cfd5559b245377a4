"""Fingerprints: 64 bits that stand for a state, and a set of them that takes little.

They are made of what a state consists of and not of Python's hashes, so they are the
same in every process. Of n states any two look alike with odds of n² / 2⁶⁵ at most.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence
from enum import Enum
from hashlib import blake2b

BITS = 64

PARTS_MAX = 4_000
"""Parts of states whose digests are known at a time."""

TABLES = 64
"""How many tables a set has, so that a growing one is small beside the others."""

SLOTS_MIN, FULL = 8, 0.8
"""Slots of an empty table, and how much of one is used before it is doubled."""


def odds_of_collision(states: int) -> float:
    """Return the odds that among so many states some two had one fingerprint.

    It bounds them from above: the expected number of such pairs, 1 at most.
    """
    return min(1.0, states * (states - 1) / 2.0 ** (BITS + 1))


class Fingerprinter:
    """Gives states their fingerprints; parts that recur are digested once."""

    def __init__(self) -> None:
        """Know no parts yet."""
        self._parts = _Parts()

    def of(self, state: object) -> int:
        """Return the fingerprint of a state, never 0; equal states have the same.

        Raises TypeError for a state with a part that is none of numbers, texts, bytes,
        enumerations, None, tuples and sets of such.
        """
        digest = blake2b(self._parts.encoded(state), digest_size=BITS // 8).digest()
        return int.from_bytes(digest, "little") or 1

    def of_part(self, part: Hashable) -> bytes:
        """Return what stands for a part of a state: the same in every process."""
        return self._parts[part]


class _Parts(dict[object, bytes]):
    """What stands for a part of a state: itself if it is short, or else a digest."""

    def __missing__(self, part: object) -> bytes:
        if len(self) >= PARTS_MAX:
            self.clear()
        whole = self.encoded(part)
        stands = whole
        if len(whole) > BITS // 4:
            stands = b"#" + blake2b(whole, digest_size=BITS // 4).digest()
        self[part] = stands
        return stands

    def encoded(self, value: object) -> bytes:
        """Return bytes that are equal for equal values, and different for others."""
        if isinstance(value, tuple):
            return b"(" + b"".join([self[part] for part in value]) + b")"
        if isinstance(value, frozenset):
            return b"{" + b"".join(sorted([self[part] for part in value])) + b"}"
        if isinstance(value, int):
            return b"%d;" % value
        return _encoded_word(value)


def _encoded_word(value: object) -> bytes:
    if value is None:
        return b"-;"
    if isinstance(value, Enum):
        value = f"{type(value).__qualname__}.{value.name}"
    if isinstance(value, str):
        value = value.encode()
        return b"'%d:%b" % (len(value), value)
    if isinstance(value, bytes):
        return b'"%d:%b' % (len(value), value)
    raise TypeError(
        f"a fingerprint needs tuples, sets, numbers or texts, not {value!r}"
    )


class Fingerprints:
    """A set of fingerprints: 10 to 20 bytes each, by open addressing.

    The lowest bits of a fingerprint choose a table, the upper half where to look first.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._tables = [_zeros(SLOTS_MIN) for _ in range(TABLES)]
        self._used = [0] * TABLES

    def __len__(self) -> int:
        """Return how many there are."""
        return sum(self._used)

    @property
    def size(self) -> int:
        """Return the bytes that the tables take."""
        return sum(len(table) * table.itemsize for table in self._tables)

    def saved(self) -> list[bytes]:
        """Return the tables as bytes, for `resumed`."""
        return [table.tobytes() for table in self._tables]

    @classmethod
    def resumed(cls, tables: Sequence[bytes]) -> Fingerprints:
        """Return the set whose tables these are."""
        known = cls()
        known._tables = [array("Q", table) for table in tables]
        known._used = [len(table) - table.count(0) for table in known._tables]
        return known

    def __contains__(self, fingerprint: int) -> bool:
        """Return whether it was added."""
        table = self._tables[fingerprint % TABLES]
        return table[_slot(table, fingerprint)] == fingerprint

    def add(self, fingerprint: int) -> None:
        """Add one that is not in it."""
        which = fingerprint % TABLES
        table = self._tables[which]
        table[_slot(table, fingerprint)] = fingerprint
        self._used[which] += 1
        if self._used[which] > FULL * len(table):
            self._tables[which] = _doubled(table)


def _zeros(slots: int) -> array[int]:
    return array("Q", bytes(8 * slots))


def _slot(table: array[int], fingerprint: int) -> int:
    """Return the slot that has the fingerprint, or the free one where it belongs."""
    mask = len(table) - 1
    slot = (fingerprint >> 32) & mask
    while (found := table[slot]) and found != fingerprint:
        slot = (slot + 1) & mask
    return slot


def _doubled(table: array[int]) -> array[int]:
    larger = _zeros(2 * len(table))
    for fingerprint in table:
        if fingerprint:
            larger[_slot(larger, fingerprint)] = fingerprint
    return larger
