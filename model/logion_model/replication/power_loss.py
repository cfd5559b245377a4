"""Replicas that lose power: what was not flushed is gone, whatever was committed.

Kafka answers producers once a record is on every member of the ISR, not once it is on
a disk. A replica that comes back may lack the end of its log, and be elected before
anybody has noticed. Records may be lost then, and only then; what must not be even so
is that replicas differ for ever, or that one stops for good.

Everything else is as in `base`. A replica that comes back knows its epoch, so it takes
no request of earlier days (that is KIP-380, another fault), and waits for the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from logion_model.kernel import Action, Property, Spec
from logion_model.replication import base, kip_320, truncate_to_high_watermark
from logion_model.replication.base import Replica, Rules
from logion_model.replication.fencing import is_same_epoch


class Scope(NamedTuple):
    """How large a world to explore: that of `base`, and how often power is lost."""

    replicas: int
    log_size: int
    records: int
    epochs: int
    losses: int


class State(NamedTuple):
    """The world of `base`, and how often a replica lost power."""

    world: base.State
    losses: int = 0


Steps = Iterator[tuple[Action, State]]


def lose_power(scope: Scope, state: State) -> Steps:
    """A replica comes back with any beginning of its log, and without a role."""
    if state.losses >= scope.losses:
        return
    for index, replica in enumerate(state.world.replicas):
        for end_offset in range(replica.end_offset + 1):
            back = base.truncated(replica, end_offset)
            world = base.with_replica(
                state.world, index, back._replace(leader=None, isr=frozenset())
            )
            action = Action("lose_power", (index, end_offset))
            yield action, State(world, state.losses + 1)


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    inner = base.Scope(*scope[:4])
    for action, world in base.next_steps(rules, inner, state.world):
        yield action, state._replace(world=world)
    yield from lose_power(scope, state)


def _pairs(state: State) -> Iterator[tuple[Replica, Replica]]:
    """Yield leaders with those who follow them in the same epoch."""
    world = state.world
    everyone = range(len(world.replicas))
    for leader in everyone:
        for follower in everyone:
            if follower != leader and is_same_epoch(world, leader, follower):
                yield world.replicas[leader], world.replicas[follower]


def followers_copy(state: State) -> bool:
    """Where a follower and its leader both have a record, it is the same."""
    return all(
        mine == theirs
        for leader, follower in _pairs(state)
        for mine, theirs in zip(follower.log, leader.log, strict=False)
    )


def no_follower_is_ahead(state: State) -> bool:
    """A follower's log is no longer than its leader's, so its offset is in range."""
    return all(it.end_offset <= leader.end_offset for leader, it in _pairs(state))


def _until_power_is_lost(promise: Property[base.State]) -> Property[State]:
    """Return a promise of `base`, which a loss of power may break and nothing else."""
    return Property(
        promise.name,
        lambda state: state.losses > 0 or promise.holds(state.world),
        f"{promise.source}, until power is lost",
    )


INVARIANTS: tuple[Property[State], ...] = (
    Property(
        "followers-copy",
        followers_copy,
        "KIP-101: replicas do not diverge; KAFKA-3919",
    ),
    Property(
        "no-follower-is-ahead",
        no_follower_is_ahead,
        "KAFKA-3924: a follower whose offset is out of range halts",
    ),
    *map(_until_power_is_lost, base.INVARIANTS),
)

SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "a committed record is lost",
        lambda state: any(
            it.high_watermark > state.world.replicas[member].end_offset
            for it in state.world.replicas
            for member in state.world.quorum.isr
        ),
        "or power was never lost at the wrong time",
    ),
)

_VARIANTS = (
    (
        "power-loss-truncate-to-high-watermark",
        "Power is lost where followers truncate to their high watermark",
        "KIP-101, Motivation, case 2; KAFKA-3919, KAFKA-3924",
        truncate_to_high_watermark.RULES,
    ),
    (
        "power-loss",
        "Power is lost where leaders fence replicas of another epoch",
        "KIP-101, KIP-279, KIP-320",
        kip_320.RULES,
    ),
)


class Variant(NamedTuple):
    """Rules of replication, under a name of its own."""

    name: str
    title: str
    source: str
    rules: Rules


VARIANTS = tuple(Variant(*it) for it in _VARIANTS)
"""Kafka 0.8 to 0.10, and what mends it."""


def specification(variant: Variant, scope: Scope) -> Spec[State]:
    """Return the variant in a world of this size."""
    inner = base.specification(variant.rules, base.Scope(*scope[:4]))
    return Spec(
        name=variant.name,
        initial=tuple(State(world) for world in inner.initial),
        next=lambda state: next_steps(variant.rules, scope, state),
        actions=(*inner.actions, "lose_power"),
        invariants=INVARIANTS,
        sometimes=SOMETIMES,
    )
