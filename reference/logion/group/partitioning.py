"""Which partition of `__consumer_offsets` a group belongs to.

It is Java's `String.hashCode` of the group's name, without its sign, modulo the number
of partitions; the leader of that partition coordinates the group.
"""

from __future__ import annotations

import struct
from functools import lru_cache

INT32_MIN = -(2**31)

GROUPS_REMEMBERED = 16_384
"""Every request of a group needs its partition: those asked for last are kept."""


def java_hash(text: str) -> int:
    """Return Java's `String.hashCode`: 31-based over UTF-16 code units, 32 bits."""
    encoded = text.encode("utf-16-be", "surrogatepass")
    found = 0
    for (unit,) in struct.iter_unpack(">H", encoded):
        found = (31 * found + unit) & 0xFFFF_FFFF
    return found - 2**32 if found >= 2**31 else found


@lru_cache(maxsize=GROUPS_REMEMBERED)
def partition_of(group_id: str, count: int) -> int:
    """Return the index, from 0 to `count` - 1, of the partition that has a group."""
    hashed = java_hash(group_id)
    return (0 if hashed == INT32_MIN else abs(hashed)) % count
