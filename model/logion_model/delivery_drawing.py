"""How delivery is drawn: a producer, the leader and its follower, a consumer."""

from __future__ import annotations

from collections.abc import Iterable

from logion_model.delivery import State
from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Cell, Drawing, Event, Lane, Message

PRODUCER, LEADER, FOLLOWER, CONSUMER = "producer", "leader", "follower", "consumer"


def _lanes(state: State) -> tuple[Lane, ...]:
    return (
        Lane(
            PRODUCER,
            (f"sent: {len(state.tried)}", f"written: {_records(state.acknowledged)}"),
        ),
        Lane(LEADER, (), _log(state.leader), state.high_watermark),
        _follower(state),
        Lane(
            CONSUMER,
            (
                f"at {state.position}, committed {state.committed}",
                f"processed: {_offsets(state.processed)}",
            ),
        ),
    )


def _log(records: Iterable[int]) -> tuple[Cell, ...]:
    return tuple(Cell(f"r{record}", tint=record) for record in records)


def _records(records: Iterable[int]) -> str:
    return ", ".join(f"r{record}" for record in sorted(records)) or "none"


def _offsets(offsets: Iterable[int]) -> str:
    return ", ".join(f"@{offset}" for offset in offsets) or "none"


def _follower(state: State) -> Lane:
    if state.follower is None:
        return Lane(FOLLOWER, ("leads now",))
    told = "in the ISR" if state.in_sync else "not in the ISR"
    return Lane(FOLLOWER, (told,), _log(state.follower))


_ALONE = {
    "shrink_isr": (LEADER, "goes on without the follower"),
    "expand_isr": (LEADER, "lets the follower back into the ISR"),
    "process": (CONSUMER, "processes @{0}"),
    "commit": (CONSUMER, "commits {committed}"),
    "restart": (CONSUMER, "starts again from {position}"),
}
"""Action, to who does something alone, and what."""


def _event(action: Action, before: State, after: State) -> Event:
    name, arguments = action.name, action.arguments
    if name in _ALONE:
        who, words = _ALONE[name]
        text = words.format(*arguments, **after._asdict())
        return Event(f"The {who} {text}", (Message(who, who, text),))
    if name in _REQUESTS:
        return _of_a_record(action, after)
    if name == "copy":
        record = f"r{before.leader[len(before.follower or ())]}"
        copied = Message(LEADER, FOLLOWER, record)
        return Event(f"The follower copies {record}", (copied,))
    if name == "read":
        (offset,) = arguments
        assert isinstance(offset, int)
        text = f"r{before.leader[offset]} at {offset}"
        return Event(f"The consumer reads {text}", (Message(LEADER, CONSUMER, text),))
    if name == "lose_leader":
        lost = Message(LEADER, LEADER, "is lost with its disk")
        led = Message(FOLLOWER, LEADER, "takes over with its log")
        return Event("The leader is lost, and the follower takes over", (lost, led))
    return Event(str(action))


_REQUESTS = {
    "send": "The producer sends r{0}",
    "send_again": "The producer sends r{0} again",
    "lose": "Try {1} of r{0} is lost",
    "append": "The leader appends r{0} of try {1}",
    "acknowledge": "The producer takes r{0} for written",
}


def _of_a_record(action: Action, after: State) -> Event:
    """Return what happened to a record between the producer and the leader."""
    record, *rest = action.arguments
    assert isinstance(record, int)
    sentence = _REQUESTS[action.name].format(*action.arguments)
    name = f"r{record}"
    if action.name in ("send", "send_again"):
        attempt = after.tried[record]
        sends = Message(PRODUCER, PRODUCER, f"sends {name}, try {attempt}")
        return Event(sentence, (sends,), _moment(record, attempt))
    if action.name == "acknowledge":
        return Event(sentence, (Message(LEADER, PRODUCER, f"{name} is written"),))
    arrives = f"{name}, lost" if action.name == "lose" else name
    moment = _moment(record, *rest)
    return Event(sentence, (Message(PRODUCER, LEADER, arrives, moment),))


def _moment(record: int, attempt: object) -> str:
    return f"r{record}, try {attempt}"


def _blame(broken: str, state: State) -> Blame | None:
    lost = state.acknowledged - {*state.leader, *(it.record for it in state.on_the_way)}
    skipped = set(range(state.position)) - {*state.processed, state.taken}
    found = {
        "acknowledged-is-kept": (LEADER, _records(lost), "has lost {}"),
        "written-once": (LEADER, _records(_repeated(state.leader)), "has {} twice"),
        "processed-once": (
            *(CONSUMER, _offsets(_repeated(state.processed)), "has processed {} twice"),
        ),
        "nothing-is-skipped": (CONSUMER, _offsets(sorted(skipped)), "has skipped {}"),
    }
    who, what, words = found.get(broken, (LEADER, "none", ""))
    if what == "none":
        return None
    return Blame(frozenset({who}), f"the {who} {words.format(what)}")


def _repeated(those: tuple[int, ...]) -> list[int]:
    return sorted({it for it in those if those.count(it) > 1})


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn; the mark is the high watermark."""
