"""How a group whose coordinator divides the work is drawn (KIP-848)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from logion_model.consumer_group import Seat, State
from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Drawing, Event, Lane, Message

COORDINATOR = "coordinator"


def consumer(place: int) -> str:
    """Return the name of a consumer's lane."""
    return f"consumer {place}"


def _set(partitions: Iterable[int]) -> str:
    return f"{{{', '.join(map(str, sorted(partitions)))}}}"


def _lanes(state: State) -> tuple[Lane, ...]:
    seats = enumerate(state.seats)
    target = ", ".join(f"{at}: {_set(it)}" for at, it in enumerate(state.target))
    epochs = f"epoch {state.epoch}, target of epoch {state.target_epoch}"
    known = [f"{at}: {_known(it)}" for at, it in enumerate(state.seats) if it.is_in]
    return (
        *(_consumer(place, seat) for place, seat in seats),
        Lane(COORDINATOR, (epochs, f"target {target}", *known)),
    )


def _known(seat: Seat) -> str:
    revoking = f", revoking {_set(seat.revoking)}" if seat.revoking else ""
    return f"epoch {seat.epoch}, has {_set(seat.assigned)}{revoking}"


def _consumer(place: int, seat: Seat) -> Lane:
    if not seat.is_in and not seat.owned:
        return Lane(consumer(place), ("no member",))
    return Lane(
        consumer(place), (f"reads {_set(seat.owned)}", f"told {_set(seat.told)}")
    )


WORDS = {
    "join": "joins",
    "leave": "leaves",
    "heartbeat": "says what it owns",
    "silent_heartbeat": "is there, and says no more",
}
"""Action of a consumer, to what it tells the coordinator."""


def _event(action: Action, before: State, after: State) -> Event:
    if action.name == "divide":
        text = f"divides anew, for epoch {after.target_epoch}"
        message = Message(COORDINATOR, COORDINATOR, text)
        return Event(f"The coordinator {text}", (message,))
    (place,) = action.arguments
    assert isinstance(place, int)
    who = consumer(place)
    if action.name == "follow":
        text = f"reads {_set(after.seats[place].owned)}"
        return Event(f"{who.capitalize()} {text}", (Message(who, who, text),))
    if action.name not in WORDS:
        return Event(str(action))
    messages = [Message(who, COORDINATOR, WORDS[action.name])]
    told = after.seats[place].told
    if told != before.seats[place].told:
        messages.append(Message(COORDINATOR, who, f"own {_set(told)}"))
    sentence = f"{who.capitalize()} {WORDS[action.name]}"
    return Event(sentence, tuple(messages))


def _blame(broken: str, state: State) -> Blame | None:
    """Find two consumers that read the same."""
    for (one, seat), (two, other) in combinations(enumerate(state.seats), 2):
        if broken == "one-owner" and seat.owned & other.owned:
            both = _set(seat.owned & other.owned)
            sentence = f"consumers {one} and {two} both read {both}"
            return Blame(frozenset({consumer(one), consumer(two)}), sentence)
    return None


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn."""
