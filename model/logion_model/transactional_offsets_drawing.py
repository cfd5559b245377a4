"""How offsets in transactions are drawn: two members and the group's coordinator."""

from __future__ import annotations

from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Drawing, Event, Lane, Message
from logion_model.transactional_offsets import MEMBERS, Member, State

COORDINATOR = "coordinator"


def member(number: object) -> str:
    """Return the name of a member's lane."""
    return f"member {number}"


def _lanes(state: State) -> tuple[Lane, ...]:
    counted = ", ".join(f"r{record}" for record in state.processed) or "nothing"
    known = (
        f"generation {state.generation}, owner {state.owner}",
        f"committed {state.committed}",
        f"counts: {counted}",
    )
    members = (Lane(member(it), _told(state.members[it])) for it in MEMBERS)
    return *members, Lane(COORDINATOR, known)


def _told(known: Member) -> tuple[str, ...]:
    if not known.generation:
        belongs = "owns nothing"
    elif known.position is None:
        belongs = f"owns it in {known.generation}"
    else:
        belongs = f"owns it in {known.generation}, at {known.position}"
    is_open = known.pending is not None
    return (belongs, f"open: offset {known.pending}") if is_open else (belongs,)


def _event(action: Action, before: State, after: State) -> Event:
    (number, *_) = action.arguments
    assert isinstance(number, int)
    who, now = member(number), after.members[number]
    asked = f"offset {before.members[number].asked}"
    to, back = (who, COORDINATOR), (COORDINATOR, who)
    told = {
        "rebalance": (*back, f"owner of generation {now.generation}"),
        "fetch_offset": (*back, f"begin at {now.position}"),
        "send": (who, who, f"commits offset {now.asked} in its transaction"),
        "receive": (*to, asked),
        "write": (COORDINATOR, COORDINATOR, f"writes {asked} of {who}"),
        "refuse": (*back, f"{asked} refused"),
        "end": (*to, f"ends: {after.committed} counts"),
    }
    moment = f"{who}, {now.asked}" if action.name == "send" else ""
    sent_at = f"{who}, {before.members[number].asked}"
    source, target, text = told[action.name]
    sent = Message(source, target, text, sent_at if action.name == "receive" else "")
    sentence = _SENTENCES[action.name].format(who.capitalize())
    return Event(sentence, (sent,), moment)


_SENTENCES = {
    "rebalance": "{} becomes the owner of the partition",
    "fetch_offset": "{} asks where to begin",
    "send": "{} has processed a record, and sends the offset after it",
    "receive": "The offset of {} arrives, and its transaction is verified",
    "write": "The transaction is verified: the offset of {} is written",
    "refuse": "{} hears that it is out",
    "end": "{} ends its transaction: the offset counts",
}


def _blame(broken: str, state: State) -> Blame | None:
    coordinator = frozenset({COORDINATOR})
    twice = sorted({it for it in state.processed if state.processed.count(it) > 1})
    if broken == "processed-once" and twice:
        return Blame(coordinator, f"what is made of record {twice[0]} counts twice")
    highest = max(state.processed, default=-1) + 1
    if broken == "offsets-stay" and state.committed != highest:
        sentence = f"offset {state.committed} is committed after {highest}"
        return Blame(coordinator, sentence)
    return None


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn."""
