"""Whether consumers moved on as they should: by one known value at a time.

Two operations of a process are *in a row* if it neither chose its keys anew in between
nor had a poll fail: after that nobody knows where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from logion_model.history.kinds import Anomaly, Kind
from logion_model.history.operations import (
    FAIL,
    OK,
    SUBSCRIBE,
    History,
    Operation,
    Process,
    Value,
)
from logion_model.history.orders import Order, Orders


class _End(NamedTuple):
    """Where an operation's polls of a key ended."""

    by: int
    """Index of the operation."""
    offset: int
    value: Value


class _Consumer:
    """How far a process has come, and who chose its keys."""

    def __init__(self) -> None:
        self.ends: dict[str, _End] = {}
        self.is_subscribed = False


def poll_anomalies(history: History, orders: Orders) -> Iterator[Anomaly]:
    """Yield skips and steps back, between operations and inside of them."""
    consumers: dict[Process, _Consumer] = {}
    for index, operation in enumerate(history.operations):
        if operation.is_about_records and not operation.polls:
            continue
        consumer = consumers.get(operation.process)
        if consumer is None:
            consumer = consumers[operation.process] = _Consumer()
        if operation.is_about_records:
            yield from _judged(orders, consumer, index, operation)
        elif operation.outcome != FAIL:
            consumer.is_subscribed = operation.f == SUBSCRIBE
        if operation.outcome != OK or not operation.is_about_records:
            consumer.ends.clear()


def _judged(
    orders: Orders, consumer: _Consumer, index: int, operation: Operation
) -> Iterator[Anomaly]:
    """Yield what is wrong with the polls of one operation, and move the consumer."""
    for poll in operation.polls:
        for key, records in poll.items():
            if records:
                last = consumer.ends.get(key)
                if not _goes_on(last, records):
                    pairs = _pairs(last, index, records)
                    if key in operation.rebalanced:
                        pairs = [it for it in pairs if it[0].by != index]
                    yield from _steps(orders.keys[key], key, pairs, consumer)
                consumer.ends[key] = _End(index, *records[-1])


def _goes_on(last: _End | None, records: Sequence[tuple[int, Value]]) -> bool:
    """Tell whether each offset is one more than that before it, as nearly always."""
    expected = records[0][0] if last is None else last.offset + 1
    for offset, _ in records:
        if offset != expected:
            return False
        expected += 1
    return True


def _pairs(
    last: _End | None, by: int, records: Sequence[tuple[int, Value]]
) -> list[tuple[_End, _End]]:
    """Return each record with that before it."""
    places = [_End(by, *record) for record in records]
    return list(pairwise(places if last is None else [last, *places]))


def _steps(
    order: Order, key: str, pairs: list[tuple[_End, _End]], consumer: _Consumer
) -> Iterator[Anomaly]:
    """Yield what is wrong with going from one record to the next."""
    for before, here in pairs:
        kind = _kind(order, before, here)
        if kind is not None:
            what = (
                f"after {before.value!r} at {before.offset} of {key} came"
                f" {here.value!r} at {here.offset}"
            )
            by = tuple(sorted({before.by, here.by}))
            is_tolerated = consumer.is_subscribed and before.by != here.by
            values = before.value, here.value
            yield Anomaly(kind, what, by, is_tolerated, key, values)


def _kind(order: Order, before: _End, here: _End) -> Kind | None:
    is_inside = before.by == here.by
    if here.offset <= before.offset:
        return Kind.INT_NONMONOTONIC_POLL if is_inside else Kind.NONMONOTONIC_POLL
    if order.index[here.offset] - order.index[before.offset] > 1:
        return Kind.INT_POLL_SKIP if is_inside else Kind.POLL_SKIP
    return None
