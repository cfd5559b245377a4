"""How clients are drawn that ask for a producer id."""

from __future__ import annotations

from itertools import combinations

from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Cell, Drawing, Event, Lane, Message
from logion_model.producer_id import LEADER, UNKNOWN, Client, Code, State

COORDINATOR, OTHER = "coordinator", "another broker"


def client(number: int) -> str:
    """Return the name of a client's lane."""
    return f"client {number}"


def broker(number: int) -> str:
    """Return the name of a broker's lane."""
    return COORDINATOR if number == LEADER else OTHER


def _lanes(state: State) -> tuple[Lane, ...]:
    cells = tuple(Cell(f"c{owner}", f"e{at}") for at, owner in enumerate(state.log))
    clients = enumerate(state.clients)
    return (
        *(_client(number, it) for number, it in clients),
        Lane(COORDINATOR, (), cells, state.committed),
        Lane(OTHER),
    )


def _client(number: int, known: Client) -> Lane:
    epoch = "no epoch" if known.epoch < 0 else f"epoch {known.epoch}"
    return Lane(client(number), (known.status.name.lower(), epoch))


def _event(action: Action, before: State, after: State) -> Event:
    match action.name, action.arguments:
        case "ask", (int(number), int(asked)):
            own = Message(client(number), client(number), "asks for an id")
            sentence = f"Client {number} asks {broker(asked)} for an id"
            return Event(sentence, (own,), _asked(number))
        case "receive_request", (int(number), int(asked)):
            return _received(number, asked, after)
        case "commit", (int(place),):
            text = f"epoch {place} is replicated"
            own = Message(COORDINATOR, COORDINATOR, text)
            return Event(text.capitalize(), (own,), _written(before.log[place]))
        case "receive_answer", (int(number), str(code)):
            is_ok = code == Code.OK.name
            teller = OTHER if code == Code.NOT_COORDINATOR.name else COORDINATOR
            moment = _written(number) if is_ok else _refused(number)
            answer = Message(teller, client(number), code, moment)
            end = "has its epoch" if is_ok else f"is told {code}"
            return Event(f"Client {number} {end}", (answer,))
    return Event(str(action))


def _asked(number: int) -> str:
    return f"client {number} asks"


def _written(number: int) -> str:
    return f"the epoch of client {number} is replicated"


def _refused(number: int) -> str:
    return f"client {number} is refused"


def _received(number: int, asked: int, after: State) -> Event:
    arrives = Message(client(number), broker(asked), "InitProducerId", _asked(number))
    refusals = [it for it in after.answers if it.client == number]
    if refusals:
        sentence = f"{broker(asked).capitalize()} refuses: {refusals[0].code.name}"
        return Event(sentence, (arrives,), _refused(number))
    return Event(f"The coordinator writes an epoch for client {number}", (arrives,))


def _blame(broken: str, state: State) -> Blame | None:
    """Find two clients that cannot be told from each other."""
    for (one, ours), (other, theirs) in combinations(enumerate(state.clients), 2):
        if broken == "epochs-differ" and UNKNOWN != ours.epoch == theirs.epoch:
            told = f"{client(one)} and {client(other)} both have epoch {ours.epoch}"
            return Blame(frozenset({client(one), client(other)}), told)
    return None


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn; the mark is what is replicated."""
