"""How a leader is drawn that writes the ISR at the version that it remembers."""

from __future__ import annotations

from logion_model.cached_isr import State, Versioned
from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Drawing, Event, Lane, Message

CONTROLLER, LEADER, ZOOKEEPER = "controller", "leader", "ZooKeeper"


def _told(known: Versioned) -> str:
    members = ", ".join(map(str, sorted(known.isr)))
    return f"ISR {{{members}}}, version {known.version}"


def _lanes(state: State) -> tuple[Lane, ...]:
    return (
        Lane(CONTROLLER),
        Lane(ZOOKEEPER, (_told(state.truth),)),
        Lane(LEADER, (f"remembers {_told(state.known)}",)),
    )


def _event(action: Action, before: State, after: State) -> Event:
    (follower,) = action.arguments
    if action.name == "controller_write":
        message = Message(CONTROLLER, ZOOKEEPER, _told(after.truth))
        return Event(f"The controller drops {follower} from the ISR", (message,))
    verb = "drop" if follower in before.known.isr else "admit"
    asked = f"{verb} {follower}, if version {before.known.version}"
    counts = after.truth != before.truth
    answer = _told(after.truth) if after.known == after.truth else "another version"
    messages = (
        Message(LEADER, ZOOKEEPER, asked),
        Message(ZOOKEEPER, LEADER, "written" if counts else answer),
    )
    end = "" if counts else ", which does not count"
    return Event(f"The leader writes to {verb} {follower}{end}", messages)


def _blame(broken: str, _state: State) -> Blame | None:
    if broken != "isr-is-not-frozen":
        return None
    sentence = "the leader remembers a version that nobody has, and stays with it"
    return Blame(frozenset({LEADER, ZOOKEEPER}), sentence)


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn."""
