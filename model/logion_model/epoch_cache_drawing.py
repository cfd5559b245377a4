"""How the epochs that replicas remember are drawn: two logs, and who leads."""

from __future__ import annotations

from logion_model.epoch_cache import State
from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Cell, Drawing, Event, Lane, Message


def replica(index: int) -> str:
    """Return the name of a replica's lane."""
    return f"replica {index}"


def _lanes(state: State) -> tuple[Lane, ...]:
    return _lane(state, 0), _lane(state, 1)


def _lane(state: State, index: int) -> Lane:
    known = state.replicas[index]
    cells = tuple(Cell(f"r{it.number}", f"e{it.epoch}", it.epoch) for it in known.log)
    begun = ", ".join(f"e{it.epoch} at {it.offset}" for it in known.starts)
    leads = index == state.leader
    role = f"leads in epoch {state.epoch}" if leads else "follows"
    if not leads and state.is_truncating:
        role = "must ask before it copies"
    return Lane(replica(index), (role, f"epochs: {begun or 'none'}"), cells)


def _event(action: Action, before: State, after: State) -> Event:
    leader, follower = replica(after.leader), replica(1 - after.leader)
    match action.name:
        case "elect":
            own = Message(leader, leader, f"leads in epoch {after.epoch}")
            return Event(f"Epoch {after.epoch} begins with {leader}", (own,))
        case "write":
            own = Message(leader, leader, f"r{before.written}")
            return Event(f"The leader takes record {before.written}", (own,))
        case "ask":
            return _asked(before, after, leader, follower)
        case "copy":
            copied = after.replicas[1 - after.leader].log[-1].number
            sent = Message(leader, follower, f"r{copied}")
            return Event(f"The follower copies record {copied}", (sent,))
    return Event(str(action))


def _asked(before: State, after: State, leader: str, follower: str) -> Event:
    number = 1 - after.leader
    epoch = before.replicas[number].last_epoch
    kept = len(after.replicas[number].log)
    ask = Message(follower, leader, f"where did epoch {epoch} end?")
    told = Message(leader, follower, f"keep what is below {kept}")
    sentence = (
        f"The follower asks where epoch {epoch} ended, keeps what is below {kept}"
    )
    return Event(sentence, (ask, told))


def _blame(broken: str, state: State) -> Blame | None:
    leader, follower = replica(state.leader), replica(1 - state.leader)
    epoch = state.replicas[1 - state.leader].last_epoch
    known = {
        "follower-copies": (follower, "has other records than its leader"),
        "truncation-ends": (follower, "asks again and again, and changes nothing"),
        "epochs-are-known": (leader, f"cannot tell where epoch {epoch} ended"),
    }
    who, what = known[broken]
    return Blame(frozenset({who}), f"{who} {what}")


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn."""
