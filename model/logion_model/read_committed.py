"""A fetch with read_committed, while the high watermark moves (KAFKA-9807).

1. Two producers write transactions of one record each to one log; the high watermark
   follows. The last stable offset is the first offset of an open transaction, or the
   high watermark if none is open below it.
2. A fetch finds out how far it may read, then reads. Others go on between its steps.
3. What is aborted below the last stable offset is known and left out.

Source: KIP-98, Consumer; Kafka documentation, isolation.level.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec

PRODUCERS = (0, 1)


class Kind(Enum):
    """What an entry of the log is."""

    RECORD = "record"
    COMMIT = "commit"
    ABORT = "abort"


class Entry(NamedTuple):
    """One entry of the log."""

    producer: int
    kind: Kind


class Scope(NamedTuple):
    """How large a world to explore."""

    entries: int
    """How long the log may grow."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a fetch finds out how far it may read."""

    name: str
    title: str
    source: str
    reads_once: bool = True
    """It goes by one reading of the high watermark."""


READ_COMMITTED = Rules(
    "read-committed",
    "A fetch that reads the high watermark once",
    "KIP-98, Consumer",
)
KAFKA_9807 = Rules(
    "read-committed-kafka-9807",
    "A fetch that reads the high watermark twice",
    "KAFKA-9807",
    reads_once=False,
)

VARIANTS = (READ_COMMITTED, KAFKA_9807)
"""The rule of Apache Kafka first, then what it was before."""


class State(NamedTuple):
    """The log, and a fetch."""

    log: tuple[Entry, ...] = ()
    high_watermark: int = 0
    bound: int | None = None
    """How far the fetch may read, None until it knows."""
    has_looked: bool = False
    """Whether the fetch has seen that nothing open is below the high watermark."""
    seen: frozenset[int] = frozenset()
    """Offsets of records that the fetch has returned."""


Steps: TypeAlias = Iterator[tuple[Action, State]]


def is_open(log: tuple[Entry, ...], producer: int) -> bool:
    """Return whether a producer's last entry is a record."""
    own = [entry.kind for entry in log if entry.producer == producer]
    return bool(own) and own[-1] is Kind.RECORD


def fate(log: tuple[Entry, ...], offset: int) -> Kind | None:
    """Return how the transaction of this record ended, None while it is open."""
    producer = log[offset].producer
    later = (it.kind for it in log[offset + 1 :] if it.producer == producer)
    return next((kind for kind in later if kind is not Kind.RECORD), None)


def first_unstable(log: tuple[Entry, ...]) -> int | None:
    """Return the first offset of an open transaction."""
    offsets = (
        at
        for at, entry in enumerate(log)
        if entry.kind is Kind.RECORD and fate(log, at) is None
    )
    return next(offsets, None)


def append(scope: Scope, state: State) -> Steps:
    """A producer begins a transaction with a record, or its marker is written."""
    if len(state.log) == scope.entries:
        return
    for producer in PRODUCERS:
        ends = (Kind.COMMIT, Kind.ABORT)
        for kind in ends if is_open(state.log, producer) else (Kind.RECORD,):
            log = (*state.log, Entry(producer, kind))
            yield Action("append", (producer, kind.value)), state._replace(log=log)


def advance(state: State) -> Steps:
    """One more entry is on all replicas."""
    if state.high_watermark < len(state.log):
        after = state._replace(high_watermark=state.high_watermark + 1)
        yield Action("advance_high_watermark"), after


def fetch(rules: Rules, state: State) -> Steps:
    """The fetch finds out how far it may read, and reads."""
    if state.bound is not None:
        yield Action("read"), _read(state, state.bound)
    elif state.has_looked:
        bound = state.high_watermark
        yield Action("look_again"), state._replace(bound=bound, has_looked=False)
    elif state.high_watermark:
        unstable = first_unstable(state.log)
        if unstable is not None and unstable < state.high_watermark:
            yield Action("find_bound"), state._replace(bound=unstable)
        elif rules.reads_once:
            yield Action("find_bound"), state._replace(bound=state.high_watermark)
        else:
            yield Action("look"), state._replace(has_looked=True)


def _read(state: State, bound: int) -> State:
    """Return the state once the fetch has returned all that it takes for committed."""
    returned = (
        at
        for at, entry in enumerate(state.log[:bound])
        if entry.kind is Kind.RECORD and fate(state.log, at) is not Kind.ABORT
    )
    return state._replace(seen=state.seen | frozenset(returned), bound=None)


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    yield from append(scope, state)
    yield from advance(state)
    yield from fetch(rules, state)


def only_committed(state: State) -> bool:
    """What was returned is committed."""
    return all(fate(state.log, offset) is Kind.COMMIT for offset in state.seen)


def no_aborted(state: State) -> bool:
    """Nothing that was returned is aborted, then or later."""
    return all(fate(state.log, offset) is not Kind.ABORT for offset in state.seen)


INVARIANTS: tuple[Property[State], ...] = (
    Property("only-committed", only_committed, "Kafka documentation, read_committed"),
    Property("no-aborted", no_aborted, "Adya: no aborted reads (G1a)"),
)


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return a log and a fetch, in a world of this size."""
    looks = () if rules.reads_once else ("look", "look_again")
    return Spec(
        name=rules.name,
        initial=(State(),),
        next=lambda state: next_steps(rules, scope, state),
        actions=("append", "advance_high_watermark", "find_bound", *looks, "read"),
        invariants=INVARIANTS,
        sometimes=(
            Property(
                "a record is returned",
                lambda state: bool(state.seen),
                "or a fetch that returns nothing would pass",
            ),
        ),
    )
