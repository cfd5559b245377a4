"""How a KIP-848 group is drawn: its clients, their heartbeats, and the coordinator."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from logion_model.kernel import Action
from logion_model.kip_848.state import Client, Heartbeat, Member, State
from logion_model.pictures.scene import Blame, Drawing, Event, Lane, Message

COORDINATOR = "coordinator"


def client(number: int) -> str:
    """Return the name of a client's lane."""
    return f"client {number}"


def _set(partitions: Iterable[int]) -> str:
    return f"{{{', '.join(map(str, sorted(partitions)))}}}"


def _lanes(state: State) -> tuple[Lane, ...]:
    group = state.group
    target = ", ".join(f"{member}: {_set(it)}" for member, it in group.target)
    lines = (
        f"{group.status.name.lower()}, epoch {group.epoch}",
        f"target of {group.target_epoch}: {target or 'nothing'}",
        *map(_known, group.members),
    )
    clients = enumerate(state.clients)
    return (*(_client(number, it) for number, it in clients), Lane(COORDINATOR, lines))


def _client(number: int, it: Client) -> Lane:
    status = it.status.name.lower().replace("_", " ")
    who = f"member {it.member_id}, epoch {it.epoch}" if it.member_id else "no member"
    owned = f"owns {_set(it.owned)}, told {_set(it.target)}"
    return Lane(client(number), (status, who, owned))


def _known(member: Member) -> str:
    revoking = f", revoking {_set(member.revoking)}" if member.revoking else ""
    return f"{member.id}: epoch {member.epoch}, has {_set(member.assigned)}{revoking}"


WORK = {
    "complete_reconciliation": "owns what it was told",
    "complete_leave": "has given up all",
    "start_leave": "begins to leave",
    "crash": "crashes, and begins anew",
}
"""What a client does by itself."""

HEARD = {
    "receive_heartbeat": "hears of client {0}",
    "receive_leave": "lets client {0} go",
    "refuse_heartbeat": "refuses the heartbeat of client {0}",
}
"""What the coordinator makes of a heartbeat."""


def _event(action: Action, before: State, after: State) -> Event:
    number, name = action.arguments[0], action.name
    assert isinstance(number, int)
    who = client(number)
    if name in WORK:
        return Event(f"{who.capitalize()} {WORK[name]}", (_own(who, WORK[name]),))
    if name == "send_heartbeat":
        sent = _says(*(after.heartbeats - before.heartbeats))
        moment = f"heartbeat of {number}"
        return Event(
            f"{who.capitalize()} sends a heartbeat", (_own(who, sent),), moment
        )
    if name in HEARD:
        sent = _says(*(before.heartbeats - after.heartbeats))
        message = Message(who, COORDINATOR, sent, f"heartbeat of {number}")
        sentence = f"The coordinator {HEARD[name].format(number)}"
        return Event(sentence, (message,), f"answer to {number}")
    if name in ("receive_answer", "receive_error"):
        return _told(number, before, after)
    text = f"gives member {number} up"
    lives = "which lives" if name == "expire_live_member" else "which is gone"
    return Event(f"The coordinator {text}, {lives}", (_own(COORDINATOR, text),))


def _own(who: str, text: str) -> Message:
    return Message(who, who, text)


def _says(*heartbeats: Heartbeat) -> str:
    (heartbeat,) = heartbeats
    owned = "" if heartbeat.owned is None else f", owns {_set(heartbeat.owned)}"
    return f"epoch {heartbeat.epoch}{owned}"


def _told(number: int, before: State, after: State) -> Event:
    (answer,) = before.answers - after.answers
    text = f"epoch {answer.epoch}"
    if answer.is_error:
        text = "unknown member" if answer.is_unknown else "fenced"
    elif answer.assignment is not None:
        text += f", own {_set(answer.assignment)}"
    message = Message(COORDINATOR, client(number), text, f"answer to {number}")
    return Event(f"Client {number} is told: {text}", (message,))


def _blame(broken: str, state: State) -> Blame | None:
    """Find two clients that own the same."""
    for (one, it), (two, other) in combinations(enumerate(state.clients), 2):
        if broken == "one-owner" and it.owned & other.owned:
            sentence = (
                f"clients {one} and {two} both own {_set(it.owned & other.owned)}"
            )
            return Blame(frozenset({client(one), client(two)}), sentence)
    return None


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn."""
