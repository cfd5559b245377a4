"""What a follower makes of an idempotent producer's batches (KAFKA-6003).

1. The leader writes batches 0, 1, ... of one producer; a follower copies them.
2. The leader deletes its oldest batches, but knows the producer all the same.
3. A follower may lose its log, and begins again where the leader's begins: it knows
   nothing of the producer then.

Source: KIP-98, Producer state; Kafka documentation, Log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec


class Scope(NamedTuple):
    """How large a world to explore."""

    batches: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What a follower checks of what it copies."""

    name: str
    title: str
    source: str
    trusts_leader: bool = True
    """Sequences are checked by the leader alone."""


FOLLOWER = Rules(
    "producer-copies",
    "A follower that takes what its leader took",
    "KAFKA-6003",
)
KAFKA_6003 = Rules(
    "producer-copies-kafka-6003",
    "A follower that checks sequences as its leader does",
    "KAFKA-6003",
    trusts_leader=False,
)

VARIANTS = (FOLLOWER, KAFKA_6003)
"""The rule of Apache Kafka first, then what it was before."""


class State(NamedTuple):
    """Which batches each of the two has: from its start up to before its end."""

    leader_start: int = 0
    leader_end: int = 0
    follower_start: int = 0
    follower_end: int = 0

    @property
    def knows_producer(self) -> bool:
        """Return whether the follower has any batch to know the producer by."""
        return self.follower_start < self.follower_end


Steps: TypeAlias = Iterator[tuple[Action, State]]


def takes_next(rules: Rules, state: State) -> bool:
    """Return whether the follower appends the leader's next batch.

    One that checks takes the first batch of a producer that it does not know.
    """
    is_first = state.follower_end == 0
    return rules.trusts_leader or state.knows_producer or is_first


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    if state.leader_end < scope.batches:
        yield Action("write"), state._replace(leader_end=state.leader_end + 1)
    if state.follower_end < state.leader_end and takes_next(rules, state):
        yield Action("copy"), state._replace(follower_end=state.follower_end + 1)
    if state.leader_start < min(state.leader_end, state.follower_end):
        yield Action("delete"), state._replace(leader_start=state.leader_start + 1)
    if state.follower_end > 0:
        start = state.leader_start
        after = state._replace(follower_start=start, follower_end=start)
        yield Action("lose_log"), after


def copies_fit(state: State) -> bool:
    """A follower has nothing that its leader never had, nor lacks what is deleted."""
    return state.leader_start <= state.follower_end <= state.leader_end


def invariants(rules: Rules) -> tuple[Property[State], ...]:
    """Return what is promised of a follower."""

    def copies_go_on(state: State) -> bool:
        is_behind = state.follower_end < state.leader_end
        return not is_behind or takes_next(rules, state)

    return (
        Property("copies-go-on", copies_go_on, "Kafka documentation, Replication"),
        Property(
            "copies-fit",
            copies_fit,
            "KIP-107: the log start offset never passes the high watermark",
        ),
    )


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return a leader and a follower, in a world of this size."""
    return Spec(
        name=rules.name,
        initial=(State(),),
        next=lambda state: next_steps(rules, scope, state),
        actions=("write", "copy", "delete", "lose_log"),
        invariants=invariants(rules),
        sometimes=(
            Property(
                "a follower begins anew where oldest batches are deleted",
                lambda state: state.follower_start > 0,
                "or it would never meet a producer that it does not know",
            ),
        ),
    )
