"""The words that traces are drawn with: lanes, cells in a log, messages.

A lane is somebody who takes part (a broker, the controller, a client) at one moment.
How a specification is drawn is a `Drawing`: two pure functions and one that explains.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from logion_model.kernel import Action
from logion_model.pictures.changes import called


class Cell(NamedTuple):
    """One entry of a log."""

    text: str
    note: str = ""
    """A few letters below it, such as `e1` for an epoch."""
    tint: int = 0
    """Cells of one tint belong together: those of an epoch."""


class Lane(NamedTuple):
    """Somebody who takes part, at one moment."""

    name: str
    lines: tuple[str, ...] = ()
    """What is known of it, a short text each."""
    cells: tuple[Cell, ...] | None = None
    """Its log, or None if it has none."""
    mark: int | None = None
    """So many cells are below the mark: the high watermark, or its like."""


class Message(NamedTuple):
    """What one lane sent to another; the two may be one, and then it did it itself."""

    source: str
    target: str
    text: str
    sent_at: str = ""
    """Name of the moment at which it was sent, if that was in an earlier step."""


class Event(NamedTuple):
    """What an action is: a sentence, and who told what to whom."""

    sentence: str
    messages: tuple[Message, ...] = ()
    moment: str = ""
    """A name for it, if messages may arrive later that are sent in it."""


class Blame(NamedTuple):
    """Who shows that a property is broken, and how it shows."""

    lanes: frozenset[str]
    sentence: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the states and actions of one specification are drawn."""

    lanes: Callable[[Any], tuple[Lane, ...]]
    """From a state to its lanes, always the same ones in the same order, or more."""
    event: Callable[[Action, Any, Any], Event]
    """From an action and the states before and after it to what happened."""
    blame: Callable[[str, Any], Blame | None] = lambda _broken, _state: None
    """From a property and a state that breaks it to what shows that."""


def _no_lanes(_: object) -> tuple[Lane, ...]:
    return ()


def _only_named(action: Action, _before: object, _after: object) -> Event:
    return Event(called(action))


PLAIN = Drawing(_no_lanes, _only_named)
"""For a specification without a drawing: its changed fields are shown."""
