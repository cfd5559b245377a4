"""Which partition of a coordinator's topic a group or a transactional id belongs to.

It is Java's `String.hashCode` of the name, without its sign, modulo the number of
partitions; the leader of that partition coordinates it.
"""

from __future__ import annotations

import struct
from functools import lru_cache

INT32_MIN = -(2**31)

KEYS_REMEMBERED = 16_384
"""Every request of a group needs its partition: those asked for last are kept."""


def java_hash(text: str) -> int:
    """Return Java's `String.hashCode`: 31-based over UTF-16 code units, 32 bits."""
    encoded = text.encode("utf-16-be", "surrogatepass")
    found = 0
    for (unit,) in struct.iter_unpack(">H", encoded):
        found = (31 * found + unit) & 0xFFFF_FFFF
    return found - 2**32 if found >= 2**31 else found


@lru_cache(maxsize=KEYS_REMEMBERED)
def partition_of(key: str, count: int) -> int:
    """Return the index, from 0 to `count` - 1, of the partition that a key is in."""
    hashed = java_hash(key)
    return (0 if hashed == INT32_MIN else abs(hashed)) % count
