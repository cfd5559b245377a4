"""In which order the values of a key stand, as far as anybody was told.

The order comes from offsets: those of sends that certainly happened, and those of every
poll, whatever became of its operation, since a poll may only return what is safe.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress

from logion_model.history.operations import OK, UNKNOWN, History, Operation, Value


@dataclass
class Order:
    """What was seen of one key's log."""

    values: dict[int, Value] = field(default_factory=dict)
    """Offset, to the value seen there, the first one if there were several."""
    offsets: dict[Value, int] = field(default_factory=dict)
    """Value, to the lowest offset at which it was seen."""
    conflicts: dict[int, set[Value]] = field(default_factory=dict)
    """Offset, to its values, where there were several."""
    copies: dict[Value, set[int]] = field(default_factory=dict)
    """Value, to its offsets, where there were several."""
    polled: set[Value] = field(default_factory=set)
    """Values that some poll returned."""
    polled_end: int = 0
    """One past the highest offset that some poll returned."""
    polled_last_by: int = -1
    """Index of the operation that polled the highest offset."""

    def see(self, offset: int, value: Value) -> None:
        """Note that this value was seen at this offset."""
        there = self.values.setdefault(offset, value)
        if there != value:
            self.conflicts.setdefault(offset, {there}).add(value)
        before = self.offsets.setdefault(value, offset)
        if before != offset:
            self.copies.setdefault(value, {before}).add(offset)
            self.offsets[value] = min(before, offset)

    @cached_property
    def index(self) -> dict[int, int]:
        """Each known offset's place among the known ones: gaps do not count."""
        return {offset: index for index, offset in enumerate(sorted(self.values))}

    def in_order(self) -> Iterator[Value]:
        """Yield the values in their order, each at the lowest of its offsets."""
        for offset in sorted(self.values):
            value = self.values[offset]
            if self.offsets[value] == offset:
                yield value


@dataclass(slots=True)
class Orders:
    """The orders of all keys, and which operations certainly happened."""

    keys: dict[str, Order]
    happened: list[bool]
    """By the index of an operation."""


def orders_of(history: History) -> Orders:
    """Return what a history tells of the order of values."""
    keys: dict[str, Order] = {}
    for index, operation in enumerate(history.operations):
        for poll in operation.polls:
            for key, records in poll.items():
                if records:
                    _see_polled(keys.setdefault(key, Order()), index, records)
    happened = [_happened(operation, keys) for operation in history.operations]
    for operation in compress(history.operations, happened):
        for key, value, offset in operation.sends:
            if offset is not None:
                keys.setdefault(key, Order()).see(offset, value)
    return Orders(keys, happened)


def _see_polled(order: Order, index: int, records: Sequence[tuple[int, Value]]) -> None:
    for offset, value in records:
        order.see(offset, value)
        order.polled.add(value)
        if offset >= order.polled_end:
            order.polled_end = offset + 1
            order.polled_last_by = index


def _happened(operation: Operation, keys: dict[str, Order]) -> bool:
    """Tell whether it is certain to have taken place.

    It was acknowledged, or one of its values was polled: that of a transaction obliges
    all of its parts.
    """
    if operation.outcome == OK:
        return True
    return operation.outcome == UNKNOWN and any(
        send.key in keys and send.value in keys[send.key].polled
        for send in operation.sends
    )
