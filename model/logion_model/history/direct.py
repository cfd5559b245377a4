"""The thirteen kinds of anomalies that show in single values, polls and sends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from logion_model.history.kinds import Anomaly, Kind
from logion_model.history.operations import FAIL, OK, History, Operation, Process, Value
from logion_model.history.orders import Order, Orders
from logion_model.history.polls import poll_anomalies


def direct_anomalies(history: History, orders: Orders) -> Iterator[Anomaly]:
    """Yield every anomaly that needs no cycle to be seen."""
    yield from _contradictions(history, orders)
    yield from _never_polled(history, orders)
    yield from _aborted_reads(history, orders)
    yield from _precommitted_reads(history)
    yield from poll_anomalies(history, orders)
    yield from _sends(history, orders)


# --- values and offsets -------------------------------------------------------


def _contradictions(history: History, orders: Orders) -> Iterator[Anomaly]:
    """Yield offsets with several values, and values with several offsets."""
    doubtful = {
        key: {*order.copies, *(it for them in order.conflicts.values() for it in them)}
        for key, order in orders.keys.items()
        if order.conflicts or order.copies
    }
    if not doubtful:
        return
    seen = _sightings(history, orders, doubtful)
    for key in doubtful:
        order = orders.keys[key]
        for offset, values in sorted(order.conflicts.items()):
            by = _one_each(seen[key, value, offset] for value in values)
            shown = tuple(sorted(values, key=lambda it: seen[key, it, offset]))
            what = f"{key} has {_listed(shown)} at offset {offset}"
            yield Anomaly(Kind.INCONSISTENT_OFFSETS, what, by, key=key, values=shown)
        for value, offsets in order.copies.items():
            by = _one_each(seen[key, value, offset] for offset in offsets)
            what = f"{value!r} of {key} is at offsets {_listed(sorted(offsets))}"
            yield Anomaly(Kind.DUPLICATE, what, by, key=key, values=(value,))


Sighting: TypeAlias = tuple[str, Value, int]
"""A key, a value, and the offset at which it was seen."""


def _sightings(
    history: History, orders: Orders, doubtful: Mapping[str, set[Value]]
) -> dict[Sighting, int]:
    """Return which operation first showed each doubtful value at each offset."""
    seen: dict[Sighting, int] = {}
    for index, operation in enumerate(history.operations):
        shown = [
            (key, value, offset)
            for poll in operation.polls
            for key in poll.keys() & doubtful.keys()
            for offset, value in poll[key]
        ]
        if orders.happened[index]:
            shown += [
                (key, value, at) for key, value, at in operation.sends if at is not None
            ]
        for sighting in shown:
            if sighting[1] in doubtful.get(sighting[0], ()):
                seen.setdefault(sighting, index)
    return seen


def _never_polled(history: History, orders: Orders) -> Iterator[Anomaly]:
    """Yield what was written and never polled: lost, or not seen yet."""
    nothing = Order()
    for index, operation in enumerate(history.operations):
        if not orders.happened[index]:
            continue
        for key, value, offset in operation.sends:
            order = orders.keys.get(key, nothing)
            if value in order.polled:
                continue
            if offset is not None and offset < order.polled_end:
                yield _lost(index, key, value, offset, order)
            if operation.outcome == OK:
                what = f"{value!r} of {key} was acknowledged and never polled"
                yield Anomaly(Kind.UNSEEN, what, (index,), key=key, values=(value,))


def _lost(index: int, key: str, value: Value, offset: int, order: Order) -> Anomaly:
    last = order.polled_end - 1
    what = (
        f"{value!r} of {key}, written at offset {offset}, was never polled, though"
        f" {order.values[last]!r} at {last} was"
    )
    by = _one_each((index, order.polled_last_by))
    return Anomaly(
        Kind.LOST_WRITE, what, by, key=key, values=(value, order.values[last])
    )


# --- what may not be polled ---------------------------------------------------


def _aborted_reads(history: History, orders: Orders) -> Iterator[Anomaly]:
    """Yield polls of operations that ended ok, of values whose writer failed."""
    aborted: dict[str, set[Value]] = defaultdict(set)
    for operation in history.operations:
        if operation.outcome == FAIL:
            for key, value, _ in operation.sends:
                if key in orders.keys and value in orders.keys[key].polled:
                    aborted[key].add(value)
    readers = enumerate(history.operations if aborted else ())
    for index, operation in readers:
        if operation.outcome == OK:
            for key, value in _polled_of(operation, aborted):
                by = history.writers[key][value], index
                what = f"{value!r} of {key} was polled, and its writer had failed"
                yield Anomaly(Kind.G1A, what, by, key=key, values=(value,))


def _polled_of(
    operation: Operation, wanted: Mapping[str, set[Value]]
) -> list[tuple[str, Value]]:
    """Return which of the wanted values an operation polled, each once."""
    found = {
        (key, value)
        for poll in operation.polls
        for key in poll.keys() & wanted.keys()
        for _, value in poll[key]
        if value in wanted[key]
    }
    return sorted(found, key=str)


def _precommitted_reads(history: History) -> Iterator[Anomaly]:
    """Yield operations that polled what they sent."""
    for index, operation in enumerate(history.operations):
        if not operation.sends or not operation.polls:
            continue
        own: dict[str, set[Value]] = defaultdict(set)
        for key, value, _ in operation.sends:
            own[key].add(value)
        for key, value in _polled_of(operation, own):
            what = f"{value!r} of {key} was polled by the operation that sent it"
            yield Anomaly(
                Kind.PRECOMMITTED_READ, what, (index,), key=key, values=(value,)
            )


# --- sends --------------------------------------------------------------------


class _Sent(NamedTuple):
    """Where a send of a process to a key landed."""

    by: int
    """Index of the operation."""
    value: Value
    offset: int


def _sends(history: History, orders: Orders) -> Iterator[Anomaly]:
    """Yield sends in a row, of a process to a key, that landed apart or in reverse."""
    last: dict[tuple[Process, str], _Sent] = {}
    for index, operation in enumerate(history.operations):
        if not operation.sends or not orders.happened[index]:
            continue
        for key, value, told in operation.sends:
            offset = told
            if offset is None and key in orders.keys:
                offset = orders.keys[key].offsets.get(value)
            if offset is not None:
                here = _Sent(index, value, offset)
                before = last.get((operation.process, key))
                if before is not None and before.offset + 1 != offset:
                    yield from _apart(orders.keys[key], key, before, here)
                last[operation.process, key] = here


def _apart(order: Order, key: str, before: _Sent, here: _Sent) -> Iterator[Anomaly]:
    """Yield what is wrong with two sends in a row, if anything is."""
    is_inside = before.by == here.by
    if here.offset < before.offset:
        kind = Kind.INT_NONMONOTONIC_SEND if is_inside else Kind.NONMONOTONIC_SEND
    elif is_inside and order.index[here.offset] - order.index[before.offset] > 1:
        kind = Kind.INT_SEND_SKIP
    else:
        return
    what = (
        f"after {before.value!r} of {key}, which landed at {before.offset}, the process"
        f" sent {here.value!r}, which landed at {here.offset}"
    )
    by = _one_each((before.by, here.by))
    values = before.value, here.value
    yield Anomaly(kind, what, by, kind == Kind.INT_SEND_SKIP, key, values)


def _one_each(indexes: Iterator[int] | tuple[int, ...]) -> tuple[int, ...]:
    """Return each index once, in order."""
    return tuple(sorted(set(indexes)))


def _listed(things: object) -> str:
    assert isinstance(things, (list, tuple))
    return ", ".join(map(repr, things))
