"""How a classic group is drawn: its clients, the coordinator, and what is stored."""

from __future__ import annotations

from logion_model.group.state import Id, State
from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Drawing, Event, Lane, Message

COORDINATOR, STORED = "coordinator", "__consumer_offsets"


def client(seat: int) -> str:
    """Return the name of a client's lane."""
    return f"client {seat}"


def _id(member_id: Id | None) -> str:
    return "nobody" if member_id is None else f"{member_id.seat}.{member_id.life}"


def _lanes(state: State) -> tuple[Lane, ...]:
    group, stored = state.group, state.stored
    waits = ", ".join(_id(it.id) for it in group.members) or "none"
    return (
        *(_client(state, seat) for seat in range(len(state.given))),
        Lane(
            COORDINATOR,
            (
                f"{group.phase.value}, generation {group.generation}",
                f"members: {waits}; leader {_id(group.leader)}",
                f"owner: {_id(group.owner)}; committed {state.offset}",
            ),
        ),
        Lane(
            STORED,
            (
                f"generation {stored.generation}, owner {_id(stored.owner)}",
                f"committed {state.stored_offset}; {len(state.writes)} on the way",
            ),
        ),
    )


def _client(state: State, seat: int) -> Lane:
    member = state.group.occupant(seat)
    waits = "no member" if member is None else f"waits for {member.waits.value}"
    told = sorted(generation for generation, it in state.told if it == seat)
    owned = ", ".join(map(str, told)) or "none"
    return Lane(client(seat), (waits, f"told to own in generations: {owned}"))


FROM_CLIENT = {
    "give_id": "JoinGroup, gets id {id}",
    "join_first": "JoinGroup, gets id {id}",
    "return": "JoinGroup, gets id {id}",
    "return_otherwise": "JoinGroup otherwise, gets id {id}",
    "join": "JoinGroup as {id}",
    "rejoin": "JoinGroup again as {id}",
    "get_work": "SyncGroup as {id}",
    "divide": "SyncGroup as {id}: it goes to {0}",
    "wait_for_work": "SyncGroup as {id}, and waits",
    "commit": "OffsetCommit as {id}, generation {0}",
    "leave": "LeaveGroup as {id}",
}
"""Action of a client, to what it sends."""

ALONE = {
    "expire_session": "gives up {id}",
    "expire_id": "gives up id {id}",
    "end_join_phase": "ends the join phase",
    "expire_unsynced": "gives up who has not synced",
    "expire_offsets": "drops old offsets",
    "commit_without_group": "takes a commit without a group",
}
"""Action of the coordinator, to what it does."""

BETWEEN = {
    "store": (COORDINATOR, STORED, "a record is written"),
    "fail_to_store": (COORDINATOR, STORED, "a write fails"),
    "fail_over": (STORED, COORDINATOR, "it begins again from what is stored"),
}


def _event(action: Action, _before: State, _after: State) -> Event:
    name, arguments = action.name, action.arguments
    if name in BETWEEN:
        source, target, text = BETWEEN[name]
        return Event(text.capitalize(), (Message(source, target, text),))
    member = f"{arguments[0]}.{arguments[1]}" if len(arguments) > 1 else ""
    if name in FROM_CLIENT and isinstance(arguments[0], int):
        text = FROM_CLIENT[name].format(*arguments[2:], id=member)
        sender = client(arguments[0])
        message = Message(sender, COORDINATOR, text)
        return Event(f"{sender.capitalize()}: {text}", (message,))
    if name in ALONE:
        text = ALONE[name].format(id=member)
        message = Message(COORDINATOR, COORDINATOR, text)
        return Event(f"The coordinator {text}", (message,))
    return Event(str(action))


def _blame(broken: str, state: State) -> Blame | None:
    """Find a generation in which two were told to own the partition."""
    for generation in sorted({generation for generation, _ in state.told}):
        owners = sorted(seat for it, seat in state.told if it == generation)
        if broken == "one-owner" and len(owners) > 1:
            names = " and ".join(map(client, owners))
            sentence = f"{names} were both told to own it in generation {generation}"
            return Blame(frozenset(map(client, owners)), sentence)
    return None


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn."""
