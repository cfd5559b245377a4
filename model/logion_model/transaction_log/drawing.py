"""How clients and coordinators of transactions are drawn, each broker with its log."""

from __future__ import annotations

from logion_model.kernel import Action
from logion_model.pictures.scene import Cell, Drawing, Event, Lane, Message
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


DRAWING = Drawing(_lanes, _event)
"""How a state and its actions are drawn; the mark is what is replicated."""
