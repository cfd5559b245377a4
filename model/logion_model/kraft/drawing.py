"""How a partition under a KRaft controller is drawn: a producer, brokers, controller.

A broker reads the metadata log at its own pace: what it is told may be old.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from logion_model.kernel import Action
from logion_model.kraft.state import Broker, Role, State, Status
from logion_model.pictures.changes import called
from logion_model.pictures.scene import Cell, Drawing, Event, Lane, Message

PRODUCER, CONTROLLER, BROKER = "producer", "controller", "broker"


def _set(brokers: Iterable[int]) -> str:
    return f"{{{', '.join(map(str, sorted(brokers)))}}}"


def _lanes(state: State) -> tuple[Lane, ...]:
    brokers = enumerate(state.brokers)
    return (Lane(PRODUCER), *(_broker(*it) for it in brokers), _controller(state))


def _broker(index: int, broker: Broker) -> Lane:
    view = broker.view
    status = broker.status.value
    if broker.status is Status.RUNNING and broker.role is not None:
        status = f"{broker.role.value} in epoch {view.leader_epoch}"
    lines = [status]
    if broker.role is Role.LEADER:
        lines.append(f"ISR {_set(view.isr)}, at most {_set(view.maximal_isr)}")
    lines.append(f"high watermark {broker.high_watermark}")
    cells = tuple(Cell(f"v{it.value}", f"e{it.epoch}", it.epoch) for it in broker.log)
    return Lane(f"{BROKER} {index}", tuple(lines), cells, broker.high_watermark)


def _controller(state: State) -> Lane:
    now = state.partition
    leader = "no leader" if now.leader is None else f"leader {now.leader}"
    lines = [f"{leader}, epoch {now.leader_epoch}", f"ISR {_set(now.isr)}"]
    if now.elr:
        lines.append(f"ELR {_set(now.elr)}")
    lines.append(f"alive: {_set(state.unfenced)}")
    return Lane(CONTROLLER, tuple(lines))


class Words(NamedTuple):
    """Who tells whom; the action's arguments by place in braces."""

    source: str
    target: str
    text: str
    sentence: str
    sent_at: str = ""


WORDS = {
    "fence": Words(CONTROLLER, CONTROLLER, "fences {0}", "The controller fences {0}"),
    "unfence": Words("broker {0}", CONTROLLER, "I am there", "Broker {0} is unfenced"),
    "register": Words(
        "broker {0}", CONTROLLER, "register", "Broker {0} is registered", "start {0}"
    ),
    "reassign": Words(
        CONTROLLER, CONTROLLER, "reassigns", "The controller reassigns the partition"
    ),
    "read_metadata": Words(
        CONTROLLER, "broker {0}", "metadata {1}",
        "Broker {0} reads record {1} of the metadata log", "metadata {1}",
    ),
    "start": Words("broker {0}", "broker {0}", "starts", "Broker {0} starts"),
    "learn_registration": Words(
        CONTROLLER, "broker {0}", "registered", "Broker {0} hears that it is registered"
    ),
    "stop_dirty": Words(
        "broker {0}", "broker {0}", "loses its log",
        "Broker {0} fails, and its log is lost",
    ),
    "stop_clean": Words("broker {0}", "broker {0}", "stops", "Broker {0} shuts down"),
    "write": Words(
        PRODUCER, "broker {0}", "v{1}", "The producer writes v{1} to broker {0}"
    ),
    "learn_isr": Words(CONTROLLER, "broker {0}", "{1}", "Broker {0} hears: {1}"),
    "fetch": Words(
        "broker {0}", "broker {0}", "fetches from {1}", "Broker {0} fetches from {1}"
    ),
    "answer_fetch": Words(
        "broker {1}", "broker {0}", "fetch", "Broker {0} answers {1}", "fetch {1} {0}"
    ),
    "take_fetched": Words(
        "broker {1}", "broker {0}", "fetched", "Broker {0} takes what {1} answered",
        "answer_fetch {1} {0}",
    ),
}  # fmt: skip
"""Action, to what it tells."""


def _event(action: Action, before: State, after: State) -> Event:
    moment = " ".join(map(str, (action.name, *action.arguments[:2])))
    if len(after.metadata_log) > len(before.metadata_log):
        moment = f"metadata {len(after.metadata_log) - 1}"
    if action.name in ("propose", "alter_partition"):
        return _isr_event(action, moment)
    if action.name not in WORDS:
        return Event(called(action))
    words = WORDS[action.name]
    source, target, text, sentence, sent_at = (
        it.format(*action.arguments) for it in words
    )
    return Event(sentence, (Message(source, target, text, sent_at),), moment)


def _isr_event(action: Action, moment: str) -> Event:
    """Return how a leader asks for an ISR, or how the controller takes that."""
    index, *rest = action.arguments
    who = f"{BROKER} {index}"
    isr = _set(it for it in rest if isinstance(it, int))
    if action.name == "propose":
        own = Message(who, who, f"asks for ISR {isr}")
        sentence = f"Broker {index} asks for ISR {isr}"
        return Event(sentence, (own,), f"propose {index} {isr}")
    asked = Message(who, CONTROLLER, f"ISR {isr}", f"propose {index} {isr}")
    answer = f"The controller is asked by {index} for ISR {isr}: {rest[-1]}"
    return Event(answer, (asked,), moment)


DRAWING = Drawing(_lanes, _event)
"""How a state and its actions are drawn."""
