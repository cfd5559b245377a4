"""How a follower out of range is drawn: two logs, of which only offsets are known."""

from __future__ import annotations

from logion_model.kernel import Action
from logion_model.out_of_range import Log, State
from logion_model.pictures.scene import Blame, Cell, Drawing, Event, Lane, Message

LEADER, FOLLOWER = "leader", "follower"

_OWN = {
    "write": "takes a record",
    "retain": "deletes below {0}",
    "elect": "is another now, whose log ends at {0}",
    "leave": "commits without the follower",
}
"""Action, to what the leader does alone."""


def _lanes(state: State) -> tuple[Lane, ...]:
    return _lane(LEADER, state.leader), _lane(FOLLOWER, state.follower)


def _lane(name: str, log: Log) -> Lane:
    cells = tuple(Cell(f"@{offset}") for offset in range(log.start, log.end))
    lines = (f"from {log.start} to {log.end}", f"high watermark {log.high_watermark}")
    return Lane(name, lines, cells, max(0, log.high_watermark - log.start))


def _event(action: Action, _before: State, after: State) -> Event:
    if action.name in _OWN:
        text = _OWN[action.name].format(*action.arguments)
        return Event(f"The leader {text}", (Message(LEADER, LEADER, text),))
    if action.name == "fetch":
        return _fetched(after)
    if action.name == "resolve":
        return _resolved(after)
    return Event(str(action))


def _resolved(after: State) -> Event:
    kept = f"goes on with {after.follower.start} to {after.follower.end}"
    asked = Message(FOLLOWER, LEADER, "where does the log begin and end?")
    told = Message(LEADER, FOLLOWER, kept)
    return Event(f"The follower asks, and {kept}", (asked, told))


def _fetched(after: State) -> Event:
    fetch = Message(FOLLOWER, LEADER, "fetch")
    if after.is_refused:
        refused = Message(LEADER, FOLLOWER, "out of range")
        return Event("The follower's fetch is out of range", (fetch, refused))
    answer = Message(LEADER, FOLLOWER, f"up to {after.follower.end}")
    return Event("The follower copies what the leader has", (fetch, answer))


def _blame(broken: str, state: State) -> Blame | None:
    ours, theirs = state.follower, state.leader
    known = {
        "high-watermark-is-in-log": f"is from {ours.start} to {ours.end} with the high"
        f" watermark at {ours.high_watermark}",
        "keeps-what-it-can": f"ends at {ours.end} and will be cut below"
        f" {min(ours.end, theirs.high_watermark)}, which is committed",
    }
    return Blame(frozenset({FOLLOWER}), f"the follower's log {known[broken]}")


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn; the mark is the high watermark."""
