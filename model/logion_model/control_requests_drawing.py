"""How orders of the controller are drawn: each arrow begins where it was sent."""

from __future__ import annotations

from logion_model.control_requests import Order, State
from logion_model.kernel import Action
from logion_model.pictures.scene import Drawing, Event, Lane, Message

CONTROLLER, BROKER = "controller", "broker"


def _told(order: Order) -> str:
    name = "LeaderAndIsr" if order.is_online else "StopReplica"
    return f"{name}, epoch {order.epoch}, life {order.life}"


def _lanes(state: State) -> tuple[Lane, ...]:
    obeyed = (
        "ordered nothing" if state.obeyed is None else f"is by {_told(state.obeyed)}"
    )
    return (
        Lane(CONTROLLER, (f"last: {_told(state.orders[-1])}",)),
        Lane(BROKER, (f"life {state.life}", obeyed)),
    )


def _moment(number: int) -> str:
    return f"order {number}"


def _event(action: Action, before: State, after: State) -> Event:
    if action.name == "arrive":
        (number,) = action.arguments
        assert isinstance(number, int)
        order = before.orders[number]
        message = Message(CONTROLLER, BROKER, _told(order), _moment(number))
        does = "obeys" if after.obeyed != before.obeyed else "does nothing about"
        return Event(f"The broker {does} {_told(order)}", (message,))
    newest = _told(after.orders[-1])
    own = Message(CONTROLLER, CONTROLLER, f"sends {newest}")
    sentence = f"The controller orders {newest}"
    if action.name == "restart":
        begins = Message(BROKER, BROKER, f"begins life {after.life}")
        sentence = f"The broker restarts, and the controller orders {newest}"
        return Event(sentence, (begins, own), _moment(len(before.orders)))
    return Event(sentence, (own,), _moment(len(before.orders)))


DRAWING = Drawing(_lanes, _event)
"""How a state and its actions are drawn."""
