"""A trace, ready to be drawn: what happened in each step, who looks how after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from logion_model.kernel import Step, Violation
from logion_model.pictures.changes import Change, called, changes, parts_of, shown
from logion_model.pictures.scene import Blame, Drawing, Event, Lane

LETTERS_MAX = 90
"""Of a line that shows a field where nothing better is known."""


class Frame(NamedTuple):
    """One step."""

    number: int
    """0 is the initial state."""
    action: str
    """The action as it is written in a program."""
    event: Event
    lanes: tuple[Lane, ...]
    """Everybody after the step."""
    shown: frozenset[str]
    """Names of those who are drawn: they changed, or are to blame."""
    changes: tuple[Change, ...]


class Story(NamedTuple):
    """A whole trace."""

    title: str
    ending: str
    """What the last state shows: which property it breaks, and where that is from."""
    is_violation: bool
    frames: tuple[Frame, ...]
    blame: Blame | None


def story_of(title: str, violation: Violation[Any], drawing: Drawing) -> Story:
    """Return a counterexample as a story."""
    blame = drawing.blame(violation.broken, violation.steps[-1].state)
    *frames, last = _frames(violation, drawing)
    if blame is not None:
        last = last._replace(shown=last.shown | blame.lanes)
    return Story(
        title,
        f"violates {violation.broken} ({violation.source})",
        is_violation=True,
        frames=(*frames, last),
        blame=blame,
    )


def example_of(title: str, example: Violation[Any], drawing: Drawing) -> Story:
    """Return a way to a state that must be possible; `example` names what it shows."""
    return Story(
        title,
        f"shows that {example.broken} ({example.source})",
        is_violation=False,
        frames=_frames(example, drawing),
        blame=None,
    )


def _frames(violation: Violation[Any], drawing: Drawing) -> tuple[Frame, ...]:
    first_state = violation.steps[0].state
    lanes = drawing.lanes(first_state) or _as_fields(first_state)
    everybody = frozenset(lane.name for lane in lanes)
    first = Frame(0, "", Event("the beginning"), lanes, everybody, ())
    return (first, *_later(violation.steps, drawing))


def _later(steps: tuple[Step[Any], ...], drawing: Drawing) -> Iterator[Frame]:
    for number, (before, after) in enumerate(pairwise(steps), 1):
        assert after.action is not None
        changed = tuple(changes(before.state, after.state))
        earlier = set(drawing.lanes(before.state))
        lanes = drawing.lanes(after.state) or (_as_lane(map(str, changed)),)
        yield Frame(
            number,
            called(after.action),
            drawing.event(after.action, before.state, after.state),
            lanes,
            frozenset(lane.name for lane in lanes if lane not in earlier),
            changed,
        )


def _as_fields(state: Any) -> tuple[Lane, ...]:
    """Return the fields of a state that is not drawn, in one lane."""
    parts = parts_of(state) or {"state": state}
    return (_as_lane(f"{name}: {shown(value)}" for name, value in parts.items()),)


def _as_lane(lines: Iterable[str]) -> Lane:
    cut = (
        it if len(it) <= LETTERS_MAX else f"{it[: LETTERS_MAX - 3]}..." for it in lines
    )
    return Lane("what changes", tuple(cut))
