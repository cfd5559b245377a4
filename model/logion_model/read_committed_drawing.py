"""How a fetch of committed records is drawn: two producers, the log, a consumer."""

from __future__ import annotations

from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Cell, Drawing, Event, Lane, Message
from logion_model.read_committed import (
    PRODUCERS,
    Entry,
    Kind,
    State,
    fate,
    first_unstable,
    is_open,
)

BROKER, CONSUMER = "broker", "consumer"

_LETTERS = {Kind.RECORD: "r", Kind.COMMIT: "C", Kind.ABORT: "A"}


def producer(number: object) -> str:
    """Return the name of a producer's lane."""
    return f"producer {number}"


def _lanes(state: State) -> tuple[Lane, ...]:
    unstable = first_unstable(state.log)
    stable = state.high_watermark
    if unstable is not None:
        stable = min(stable, unstable)
    seen = ", ".join(f"@{offset}" for offset in sorted(state.seen)) or "nothing"
    return (
        *(Lane(producer(it), (_told(state, it),)) for it in PRODUCERS),
        Lane(
            BROKER,
            (f"last stable offset {stable}", _fetching(state)),
            tuple(map(_cell, state.log)),
            state.high_watermark,
        ),
        Lane(CONSUMER, (f"has seen {seen}",)),
    )


def _told(state: State, number: int) -> str:
    return "in a transaction" if is_open(state.log, number) else "in none"


def _fetching(state: State) -> str:
    if state.bound is not None:
        return f"a fetch may read to {state.bound}"
    return "a fetch saw nothing open" if state.has_looked else "no fetch is going on"


def _cell(entry: Entry) -> Cell:
    return Cell(_LETTERS[entry.kind], f"p{entry.producer}", entry.producer)


_OWN = {
    "advance_high_watermark": "commits up to {after.high_watermark}",
    "find_bound": "lets the fetch read to {after.bound}",
    "look": "sees nothing open below {before.high_watermark}",
    "look_again": "reads the high watermark again: {after.bound}",
}
"""What the broker does alone, by action."""


def _event(action: Action, before: State, after: State) -> Event:
    if action.name in _OWN:
        text = _OWN[action.name].format(before=before, after=after)
        return Event(f"The broker {text}", (Message(BROKER, BROKER, text),))
    if action.name == "append":
        number, kind = action.arguments
        verb = "writes a record" if kind == Kind.RECORD.value else f"ends: {kind}"
        written = Message(producer(number), BROKER, str(kind))
        return Event(f"Producer {number} {verb}", (written,))
    if action.name == "read":
        new = sorted(after.seen - before.seen)
        told = ", ".join(f"@{offset}" for offset in new) or "nothing new"
        return Event(
            f"The consumer is given {told}", (Message(BROKER, CONSUMER, told),)
        )
    return Event(str(action))


def _blame(broken: str, state: State) -> Blame | None:
    wrong = {"only-committed": (None, Kind.ABORT), "no-aborted": (Kind.ABORT,)}
    for offset in sorted(state.seen):
        ended = fate(state.log, offset)
        if ended in wrong.get(broken, ()):
            how = "is aborted" if ended else "is not committed"
            sentence = f"the consumer has seen offset {offset}, which {how}"
            return Blame(frozenset({CONSUMER}), sentence)
    return None


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn; the mark is the high watermark."""
