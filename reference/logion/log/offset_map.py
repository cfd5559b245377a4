"""Where each key was written last, in a bounded piece of memory.

A key stands for 128 bits of two keyed hashes: 64 are stored beside the offset, 16 bytes
a slot, the others choose the slot. Two keys among five million are taken for one with a
chance of about one in a billion. Entries are as many as in Apache Kafka's map, which
has 24 bytes for each and fills up to `log.cleaner.io.buffer.load.factor`; the same
memory is here filled to two thirds of that.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import NamedTuple

from logion.records.heads import Head

KAFKA_ENTRY_SIZE = 24
SLOT_SIZE = 16


class MapLimits(NamedTuple):
    """How much memory the map may take."""

    size_max: int = 128 * 1024 * 1024
    """Bytes: `log.cleaner.dedupe.buffer.size`."""
    load_factor: float = 0.9
    """`log.cleaner.io.buffer.load.factor`."""

    @property
    def entries_max(self) -> int:
        """Return how many keys it may hold: as many as Apache Kafka's."""
        return int(self.size_max // KAFKA_ENTRY_SIZE * self.load_factor)


class OffsetMap:
    """The newest offset of each key that was put into it."""

    __slots__ = ("_count", "_slots", "_table", "end_offset", "entries_max")

    def __init__(self, limits: MapLimits, start_offset: int, end_offset: int) -> None:
        """Make an empty map for the keys of records between these offsets."""
        self.entries_max = limits.entries_max
        count = max(0, end_offset - start_offset)
        needed = count + (count >> 1) + 2
        self._slots = max(1, min(limits.size_max // SLOT_SIZE, needed))
        self._table = array("q", bytes(SLOT_SIZE)) * self._slots
        """Hash and offset by turns, so that both are one look into memory."""
        self._count = 0
        self.end_offset = start_offset
        """It knows every key between its start and this offset."""

    def __len__(self) -> int:
        """Return how many keys it holds."""
        return self._count

    def put(self, heads: Iterable[Head], start_offset: int) -> bool:
        """Take in the keys of records from `start_offset` on, in order.

        Returns False, with only a part of them, once it is full.
        """
        table, slots, end = self._table, self._slots, 2 * self._slots
        for _, _, _, offset, key, _ in heads:
            if key is None or offset < start_offset:
                continue
            if self._count >= self.entries_max:
                return False
            tag = hash(key) or 1
            at = hash(key + b"\0") % slots * 2
            while (found := table[at]) != tag:
                if not found:
                    table[at] = tag
                    self._count += 1
                    break
                at = at + 2 if at + 2 < end else 0
            table[at + 1] = offset
        return True

    def latest(self, heads: Iterable[Head], *, drops_tombstones: bool) -> list[Head]:
        """Return the records that are the last of their key, or not below `end_offset`.

        Those without a key go; with `drops_tombstones` those without a value too.
        """
        table, slots, end = self._table, self._slots, 2 * self._slots
        end_offset = self.end_offset
        kept: list[Head] = []
        for head in heads:
            _, _, _, offset, key, has_value = head
            if offset < end_offset:
                if key is None or (drops_tombstones and not has_value):
                    continue
                tag = hash(key) or 1
                at = hash(key + b"\0") % slots * 2
                while (found := table[at]) != tag and found:
                    at = at + 2 if at + 2 < end else 0
                if found and offset < table[at + 1]:
                    continue
            kept.append(head)
        return kept
