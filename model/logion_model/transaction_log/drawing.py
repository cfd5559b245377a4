"""How clients and coordinators of transactions are drawn, each broker with its log."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Cell, Drawing, Event, Lane, Message
from logion_model.transaction_log.spec import out_of_turn
from logion_model.transaction_log.state import Broker, Client, State

CONTROLLER = "controller"


def client(number: int) -> str:
    """Return the name of a client's lane."""
    return f"client {number}"


def broker(number: int) -> str:
    """Return the name of a broker's lane."""
    return f"broker {number}"


def _lanes(state: State) -> tuple[Lane, ...]:
    led = f"broker {state.leader} leads, epoch {state.leader_epoch}"
    return (
        *(_client(number, it) for number, it in enumerate(state.clients)),
        *(_broker(number, it) for number, it in enumerate(state.brokers)),
        Lane(CONTROLLER, (led,)),
    )


def _client(number: int, it: Client) -> Lane:
    status = it.status.name.lower().replace("_", " ")
    producer = "no producer id" if it.producer < 0 else f"producer {it.producer}"
    lines = [status, f"{producer}, epoch {it.epoch}"]
    if it.partitions:
        lines.append(f"partitions {', '.join(map(str, it.partitions))}")
    return Lane(client(number), tuple(lines))


def _broker(number: int, it: Broker) -> Lane:
    cells = tuple(
        Cell(f"id {write.id}", write.metadata.phase.name.lower(), write.metadata.epoch)
        for write in it.log
    )
    knows = f"knows broker {it.leader} leads, epoch {it.leader_epoch}"
    stuck = ("cannot load its log",) if it.is_stuck else ()
    return Lane(broker(number), (knows, *stuck), cells, it.committed)


def _event(action: Action, before: State, after: State) -> Event:
    match action.name, action.arguments:
        case "init_producer_id", (int(number), int(transactional_id)):
            text = f"asks for a producer id for id {transactional_id}"
            return _asks(number, text, f"init of {number}")
        case "add_partitions", (int(number), int(partition)):
            return _asks(number, f"adds partition {partition}", f"add of {number}")
        case "receive_init", (int(number), int(at)):
            message = Message(client(number), broker(at), "InitProducerId")
            return _received(message, number, at, "init")
        case "receive_add", (int(number), int(at)):
            message = Message(client(number), broker(at), "AddPartitionsToTxn")
            return _received(message, number, at, "add")
        case (("told_id" | "told_added"), (int(number), str(code))):
            return _told(number, code, before, after)
    return _of_brokers(action, before)


def _asks(number: int, text: str, moment: str) -> Event:
    own = Message(client(number), client(number), text)
    return Event(f"Client {number} {text}", (own,), moment)


def _received(message: Message, number: int, at: int, kind: str) -> Event:
    sentence = f"Broker {at} takes {message.text} of client {number}"
    return Event(sentence, (message._replace(sent_at=f"{kind} of {number}"),))


def _told(number: int, code: str, before: State, after: State) -> Event:
    gone = before.init_answers - after.init_answers
    answers = gone or before.add_answers - after.add_answers
    messages = tuple(
        Message(broker(answer.broker), client(number), code) for answer in answers
    )
    return Event(f"Client {number} is told {code}", messages)


def _of_brokers(action: Action, before: State) -> Event:
    leader = broker(before.leader)
    match action.name, action.arguments:
        case "commit", _:
            text = "has its last write replicated"
            own = Message(leader, leader, text)
            return Event(f"{leader.capitalize()} {text}", (own,))
        case "elect", (int(number),):
            message = Message(CONTROLLER, broker(number), "leads")
            return Event(f"Broker {number} becomes the leader of the log", (message,))
        case (("resign" | "resign_halfway"), (int(number),)):
            how = "halfway" if action.name == "resign_halfway" else "altogether"
            own = Message(broker(number), broker(number), f"resigns {how}")
            return Event(f"Broker {number} hears of the next, resigns {how}", (own,))
        case "complete", (int(number), int(transactional_id)):
            text = f"completes the end of id {transactional_id}"
            own = Message(broker(number), broker(number), text)
            return Event(f"Broker {number} {text}", (own,))
    return Event(str(action))


def _same_clients(state: State) -> Iterator[Blame]:
    for (one, ours), (other, theirs) in combinations(enumerate(state.clients), 2):
        same = (ours.producer, ours.epoch)
        if ours.producer > 0 and same == (theirs.producer, theirs.epoch):
            lanes = frozenset({client(one), client(other)})
            who = f"{client(one)} and {client(other)}"
            told = f"both have producer {ours.producer}, epoch {ours.epoch}"
            yield Blame(lanes, f"{who} {told}")


def _two_leaders(state: State) -> Iterator[Blame]:
    leading = [(at, it) for at, it in enumerate(state.brokers) if it.leader == at]
    for (one, ours), (other, theirs) in combinations(leading, 2):
        if ours.leader_epoch == theirs.leader_epoch:
            lanes = frozenset({broker(one), broker(other)})
            who = f"{broker(one)} and {broker(other)}"
            yield Blame(lanes, f"{who} both lead in epoch {ours.leader_epoch}")


def _wrong_phase(state: State) -> Iterator[Blame]:
    for at, it in enumerate(state.brokers):
        if write := out_of_turn(it):
            phase = write.metadata.phase.name.lower().replace("_", " ")
            told = f"{broker(at)} has {phase} of id {write.id} out of turn"
            yield Blame(frozenset({broker(at)}), told)


def _stuck(state: State) -> Iterator[Blame]:
    for at, it in enumerate(state.brokers):
        if it.is_stuck:
            told = f"{broker(at)} leads the log and cannot load what is in it"
            yield Blame(frozenset({broker(at)}), told)


_BLAMES = {
    "clients-differ": _same_clients,
    "leaders-differ": _two_leaders,
    "phases-follow": _wrong_phase,
    "leader-serves": _stuck,
}
"""Promise, to what finds who breaks it."""


def _blame(broken: str, state: State) -> Blame | None:
    return next(_BLAMES[broken](state), None) if broken in _BLAMES else None


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn; the mark is what is replicated."""
