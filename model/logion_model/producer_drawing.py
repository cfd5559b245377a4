"""How an idempotent producer is drawn: its instances, and the broker with its log."""

from __future__ import annotations

from logion_model.kernel import Action
from logion_model.pictures.scene import Cell, Drawing, Event, Lane, Message
from logion_model.producer import Batch, State

BROKER = "broker"


def instance(epoch: int) -> str:
    """Return the name of an instance's lane."""
    return f"producer, epoch {epoch}"


def _lanes(state: State) -> tuple[Lane, ...]:
    cells = tuple(Cell(f"b{it.number}", f"e{it.epoch}", it.epoch) for it in state.log)
    told = (f"knows nothing below {state.forgotten}",) if state.forgotten else ()
    return (
        *(_instance(state, epoch) for epoch in range(len(state.sent))),
        Lane(BROKER, told, cells),
    )


def _instance(state: State, epoch: int) -> Lane:
    answered = sorted(it.number for it in state.answered if it.epoch == epoch)
    known = ", ".join(f"b{number}" for number in answered) or "none"
    return Lane(instance(epoch), (f"sent: {state.sent[epoch]}", f"answered: {known}"))


def _event(action: Action, before: State, _after: State) -> Event:
    match action.name, action.arguments:
        case "send", (int(epoch), int(number)):
            own = Message(instance(epoch), instance(epoch), f"sends b{number}")
            sentence = f"Instance {epoch} sends batch {number}"
            return Event(sentence, (own,), _moment(epoch, number))
        case "start_instance", _:
            return Event(f"Instance {len(before.sent)} of the producer begins")
        case "reset", (int(epoch),):
            own = Message(instance(epoch - 1), instance(epoch - 1), "numbers anew")
            return Event(f"The producer sends the rest with epoch {epoch}", (own,))
        case "forget", _:
            own = Message(BROKER, BROKER, "forgets the producer")
            return Event("The broker forgets the producer", (own,))
        case (name, (int(epoch), int(number))) if name in _ENDS:
            return _delivered(name, Batch(epoch, number))
    return Event(str(action))


def _moment(epoch: int, number: int) -> str:
    return f"b{number} of epoch {epoch}"


_ENDS = {
    "append": "is written, and the answer lost",
    "append_and_answer": "is written and answered",
    "answer_repeat": "is known, and answered again",
    "refuse": "is refused",
}
"""What the broker does with a batch."""


def _delivered(name: str, batch: Batch) -> Event:
    producer = instance(batch.epoch)
    what = f"Batch {batch.number} of instance {batch.epoch}"
    sent = Message(
        producer, BROKER, f"b{batch.number}", _moment(batch.epoch, batch.number)
    )
    answers = {"refuse": "refused", "append": ""}
    said = answers.get(name, "written")
    answer = (Message(BROKER, producer, said),) if said else ()
    return Event(f"{what} {_ENDS[name]}", (sent, *answer))


DRAWING = Drawing(_lanes, _event)
"""How a state and its actions are drawn."""
