"""How a leader that asks for its ISR is drawn: replicas, and the controller."""

from __future__ import annotations

from collections.abc import Iterable

from logion_model.async_isr import LEADER, State
from logion_model.kernel import Action
from logion_model.pictures.changes import called
from logion_model.pictures.scene import Cell, Drawing, Event, Lane, Message

CONTROLLER = "controller"


def replica(index: int) -> str:
    """Return the name of a replica's lane."""
    return "leader" if index == LEADER else f"follower {index}"


def _set(members: Iterable[int]) -> str:
    return f"{{{', '.join(map(str, sorted(members)))}}}"


def _lanes(state: State) -> tuple[Lane, ...]:
    truth = f"ISR {_set(state.truth.isr)}, version {state.truth.version}"
    return (
        *(_replica(state, index) for index in range(len(state.end_offsets))),
        Lane(CONTROLLER, (truth,)),
    )


def _replica(state: State, index: int) -> Lane:
    cells = tuple(Cell(f"r{n}") for n in range(state.end_offsets[index]))
    lines = []
    if index == LEADER:
        lines.append(f"ISR {_set(state.known.isr)}, version {state.known.version}")
        proposed = _set(state.proposed) if state.proposed else "nobody"
        lines.append(f"counts beside it: {proposed}")
    return Lane(replica(index), tuple(lines), cells)


def _sent_at(kind: str, version: int, isr: Iterable[int] = ()) -> str:
    return f"{kind} {version} {_set(isr)}"


def _event(action: Action, _before: State, after: State) -> Event:
    arguments = [it for it in action.arguments if isinstance(it, int)]
    match action.name:
        case "write":
            record = f"r{after.end_offsets[LEADER] - 1}"
            own = Message("leader", "leader", f"appends {record}")
            return Event(f"The leader appends {record}", (own,))
        case "replicate":
            follower = arguments[0]
            record = f"r{after.end_offsets[follower] - 1}"
            copied = Message("leader", replica(follower), record)
            return Event(f"Follower {follower} copies {record}", (copied,))
        case "propose_shrink" | "propose_expand":
            return _proposes(action.name, arguments[0], after)
    return _decides(action.name, arguments, after) or Event(called(action))


def _proposes(name: str, follower: int, after: State) -> Event:
    isr = after.known.isr
    asked = isr - {follower} if name == "propose_shrink" else isr | {follower}
    text = f"asks for ISR {_set(asked)}"
    moment = _sent_at("proposal", after.known.version, asked)
    return Event(f"The leader {text}", (Message("leader", "leader", text),), moment)


def _decides(name: str, arguments: list[int], after: State) -> Event | None:
    """Return what the controller does, and what the leader hears of it."""
    told = _sent_at("update", after.truth.version)
    if name == "shrink":
        text = f"drops {arguments[0]}, version {after.truth.version}"
        own = Message(CONTROLLER, CONTROLLER, text)
        return Event(f"The controller {text}", (own,), told)
    if name == "accept":
        *isr, version = arguments
        text = f"ISR {_set(isr)}, asked at version {version}"
        at = _sent_at("proposal", version, isr)
        asked = Message("leader", CONTROLLER, text, at)
        return Event(f"The controller accepts {text}", (asked,), told)
    if name == "learn":
        text = f"ISR {_set(after.known.isr)}, version {arguments[0]}"
        at = _sent_at("update", arguments[0])
        heard = Message(CONTROLLER, "leader", text, at)
        return Event(f"The leader hears of {text}", (heard,))
    return None


DRAWING = Drawing(_lanes, _event)
"""How a state and its actions are drawn."""
