"""A leader that writes the ISR to ZooKeeper at the version that it remembers.

The write counts only if nobody has written since (the zkVersion is compared). The
controller may write in between, and the leader may not hear of it: its session was
lost, or the request to it. Then it must find out by itself, or its ISR is frozen.

A variant is a `Rules` value, the wrong one too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec

Isr: TypeAlias = frozenset[int]

LEADER = 0


class Scope(NamedTuple):
    """How large a world to explore."""

    replicas: int
    version: int
    """Largest version of the ISR."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a leader does whose write did not count."""

    name: str
    title: str
    source: str
    reads_again: bool = True
    """It reads what was written instead, and tries again if it still wants to."""


READS_AGAIN = Rules(
    "cached-isr",
    "A leader that reads the ISR again when its write did not count",
    "KAFKA-2729; KIP-497",
)
KAFKA_2729 = Rules(
    "cached-isr-kafka-2729",
    "A leader that says its version is not the newest, and no more",
    "KAFKA-2729: Cached zkVersion not equal to that in zookeeper",
    reads_again=False,
)

VARIANTS = (READS_AGAIN, KAFKA_2729)
"""What mends it, and what releases did before."""


class Versioned(NamedTuple):
    """An ISR and its version."""

    isr: Isr
    version: int


class State(NamedTuple):
    """What is written, what the leader remembers, and what it has to find out."""

    truth: Versioned
    known: Versioned
    dropped: Isr = frozenset()
    """Whom the controller has dropped since the leader last knew the truth."""


Steps: TypeAlias = Iterator[tuple[Action, State]]


def controller_write(state: State) -> Steps:
    """The controller drops a follower that failed; the leader does not hear of it."""
    for gone in sorted(state.truth.isr - {LEADER}):
        truth = Versioned(state.truth.isr - {gone}, state.truth.version + 1)
        after = state._replace(truth=truth, dropped=state.dropped | {gone})
        yield Action("controller_write", (gone,)), after


def counts(state: State) -> bool:
    """Return whether a write at the version that the leader remembers would count."""
    return state.known.version == state.truth.version


def leader_write(rules: Rules, scope: Scope, state: State) -> Steps:
    """The leader drops or admits a follower, if nobody has written since."""
    for follower in range(1, scope.replicas):
        isr = state.known.isr ^ {follower}
        action = Action("leader_write", (follower,))
        if counts(state):
            written = Versioned(isr, state.truth.version + 1)
            yield action, state._replace(truth=written, known=written)
        else:
            yield (
                action,
                State(state.truth, state.truth) if rules.reads_again else state,
            )


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next, however far it leads."""
    yield from controller_write(state)
    yield from leader_write(rules, scope, state)


def is_not_frozen(rules: Rules, scope: Scope, state: State) -> bool:
    """The leader can write the ISR, or will be able to once it has tried."""
    return counts(state) or any(
        counts(after) for _, after in leader_write(rules, scope, state)
    )


def dropped_stay_out(state: State) -> bool:
    """The leader admits nobody again whom the controller has dropped unseen."""
    return not state.truth.isr & state.dropped


SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "the leader does not know the ISR",
        lambda state: state.known != state.truth,
        "or it would have nothing to find out",
    ),
)

ACTIONS = ("controller_write", "leader_write")


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return a leader with these rules, in a world of this size.

    Raises ValueError for a world without followers.
    """
    if scope.replicas < 2:
        raise ValueError(f"scope {scope}: at least two replicas")
    start = Versioned(frozenset(range(scope.replicas)), 0)
    return Spec(
        name=rules.name,
        initial=(State(start, start),),
        next=lambda state: next_steps(rules, scope, state),
        actions=ACTIONS,
        within=lambda state: state.truth.version <= scope.version,
        invariants=(
            Property(
                "isr-is-not-frozen",
                lambda state: is_not_frozen(rules, scope, state),
                "Kafka documentation, Replication: followers join the ISR again",
            ),
            Property(
                "dropped-stay-out",
                dropped_stay_out,
                "KIP-497, Motivation: the leader's write to ZooKeeper is conditional",
            ),
        ),
        sometimes=SOMETIMES,
    )
