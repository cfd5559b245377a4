"""What the controller orders of one replica, and what the broker makes of it.

1. The controller orders a broker to have a replica online (LeaderAndIsr) in the next
   leader epoch, or to stop it (StopReplica) in the epoch that is. A broker that comes
   back is ordered anew what it shall have, in the epoch that is.
2. Every order ever sent may arrive at any time, again and again: connections are
   retried, and a broker may have been restarted in between.
3. A broker that restarts knows nothing of earlier orders: it begins another life.

A variant is a `Rules` value, the wrong ones too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec


class Scope(NamedTuple):
    """How large a world to explore."""

    orders: int
    restarts: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What a broker checks; the defaults are those of KIP-380 with KIP-570."""

    name: str
    title: str
    source: str
    checks_life: bool = True
    """An order for an earlier life of the broker is refused (broker epoch)."""
    checks_stop_epoch: bool = True
    """An order to stop a replica of an earlier epoch is refused."""


KIP_570 = Rules(
    "control-requests",
    "Orders of the controller that come late, or in another life",
    "KIP-380, KIP-570",
)
BEFORE_KIP_380 = Rules(
    "control-requests-before-kip-380",
    "A broker that does what it was ordered in an earlier life",
    "KIP-380; KAFKA-7235",
    checks_life=False,
)
BEFORE_KIP_570 = Rules(
    "control-requests-before-kip-570",
    "A broker that stops a replica by an order of an earlier epoch",
    "KIP-570; KAFKA-9539",
    checks_stop_epoch=False,
)

VARIANTS = (KIP_570, BEFORE_KIP_380, BEFORE_KIP_570)
"""The rules of the newest release first, then those that leave one out."""


class Order(NamedTuple):
    """A LeaderAndIsr or StopReplica request."""

    is_online: bool
    epoch: int
    life: int
    """The broker epoch that the controller knew."""


class State(NamedTuple):
    """All orders, and the broker."""

    orders: tuple[Order, ...] = (Order(is_online=True, epoch=0, life=0),)
    """Oldest first."""
    life: int = 0
    obeyed: Order | None = None
    """The order that the replica is as it is by, in the memory of this life."""
    has_newest: bool = False
    """Whether the newest order has arrived in this life."""


Steps: TypeAlias = Iterator[tuple[Action, State]]


def _ordered(state: State, order: Order) -> State:
    return state._replace(orders=(*state.orders, order), has_newest=False)


def command(scope: Scope, state: State) -> Steps:
    """The controller orders a replica online in the next epoch, or to stop."""
    if len(state.orders) >= scope.orders:
        return
    newest = state.orders[-1]
    online = Order(is_online=True, epoch=newest.epoch + 1, life=state.life)
    yield Action("leader_and_isr", (online.epoch,)), _ordered(state, online)
    if newest.is_online:
        stop = newest._replace(is_online=False, life=state.life)
        yield Action("stop_replica", (stop.epoch,)), _ordered(state, stop)


def restart(scope: Scope, state: State) -> Steps:
    """The broker begins another life; the controller tells it what it shall have."""
    if state.life < scope.restarts and len(state.orders) < scope.orders:
        life = state.life + 1
        again = Order(is_online=True, epoch=state.orders[-1].epoch, life=life)
        after = state._replace(life=life, obeyed=None)
        yield Action("restart"), _ordered(after, again)


def _obeys(rules: Rules, state: State, order: Order) -> bool:
    """Return whether the broker does what an order says."""
    if order.life != state.life and rules.checks_life:
        return False
    if state.obeyed is None:
        return True
    if order.is_online:
        return order.epoch > state.obeyed.epoch
    return order.epoch >= state.obeyed.epoch or not rules.checks_stop_epoch


def arrive(rules: Rules, state: State) -> Steps:
    """An order arrives, whenever it was sent."""
    for number, order in enumerate(state.orders):
        is_newest = number == len(state.orders) - 1
        after = state._replace(has_newest=state.has_newest or is_newest)
        if _obeys(rules, state, order):
            epoch = max(order.epoch, state.obeyed.epoch if state.obeyed else 0)
            after = after._replace(obeyed=order._replace(epoch=epoch))
        yield Action("arrive", (number,)), after


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    yield from command(scope, state)
    yield from restart(scope, state)
    yield from arrive(rules, state)


def newest_counts(state: State) -> bool:
    """Once the newest order has arrived, the replica is as it says."""
    newest, obeyed = state.orders[-1], state.obeyed
    if not state.has_newest or obeyed is None:
        return True
    return (obeyed.is_online, obeyed.epoch) == (newest.is_online, newest.epoch)


def orders_are_of_this_life(state: State) -> bool:
    """What the broker does was ordered in this life."""
    return state.obeyed is None or state.obeyed.life == state.life


INVARIANTS: tuple[Property[State], ...] = (
    Property(
        "newest-counts",
        newest_counts,
        "KIP-570: an order of an earlier leader epoch changes nothing",
    ),
    Property(
        "orders-are-of-this-life",
        orders_are_of_this_life,
        "KIP-380: STALE_BROKER_EPOCH",
    ),
)

SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "a replica is stopped",
        lambda state: state.obeyed is not None and not state.obeyed.is_online,
        "or nothing could be stopped too late",
    ),
)

ACTIONS = ("leader_and_isr", "stop_replica", "restart", "arrive")


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return a broker with these rules, in a world of this size."""
    return Spec(
        name=rules.name,
        initial=(State(),),
        next=lambda state: next_steps(rules, scope, state),
        actions=ACTIONS,
        invariants=INVARIANTS,
        sometimes=SOMETIMES,
    )
