"""How a follower is drawn that copies an idempotent producer's batches."""

from __future__ import annotations

from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Cell, Drawing, Event, Lane, Message
from logion_model.producer_copies import State

LEADER, FOLLOWER = "leader", "follower"


def _cells(start: int, end: int) -> tuple[Cell, ...]:
    return tuple(Cell(f"b{number}") for number in range(start, end))


def _lanes(state: State) -> tuple[Lane, ...]:
    known = "knows the producer" if state.knows_producer else "knows no producer"
    return (
        Lane(LEADER, (), _cells(state.leader_start, state.leader_end)),
        Lane(FOLLOWER, (known,), _cells(state.follower_start, state.follower_end)),
    )


def _event(action: Action, before: State, _after: State) -> Event:
    match action.name:
        case "write":
            text = f"writes b{before.leader_end}"
            return Event(f"The leader {text}", (Message(LEADER, LEADER, text),))
        case "copy":
            batch = f"b{before.follower_end}"
            message = Message(LEADER, FOLLOWER, batch)
            return Event(f"The follower copies {batch}", (message,))
        case "delete":
            text = f"deletes b{before.leader_start}"
            return Event(f"The leader {text}", (Message(LEADER, LEADER, text),))
        case "lose_log":
            text = "loses its log"
            sentence = f"The follower {text}, and begins where the leader's begins"
            return Event(sentence, (Message(FOLLOWER, FOLLOWER, text),))
    return Event(str(action))


def _blame(broken: str, state: State) -> Blame | None:
    if broken != "copies-go-on":
        return None
    sentence = f"the follower refuses b{state.follower_end}, now and for ever"
    return Blame(frozenset({FOLLOWER}), sentence)


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn."""
