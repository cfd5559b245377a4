"""A leader that asks for its ISR: what it may commit while the answer is not there.

1. The controller keeps the ISR and its version. It may drop a follower by itself, and
   it accepts a leader's proposal made at the version it has; each change has the next
   version and is told to the leader.
2. The leader proposes an ISR without, or with, one follower. Until it hears of a newer
   version it counts everybody who may be in the ISR: those it knows of and those it
   proposed. Its high watermark is the smallest end offset of these.
3. A follower may join once it has reached the high watermark.
4. Proposals and answers are never used up and may arrive at any time: that is loss,
   delay, repetition and reordering in one.

The leader is replica 0 and stays it. A variant is a `Rules` value, the wrong ones too.
The shape is that of the TLA+ specification written for KIP-497 in 2019.
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
    offset: int
    """Largest end offset of the leader."""
    version: int
    """Largest version of the ISR."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What leader and controller check; the defaults are those of KIP-497."""

    name: str
    title: str
    source: str
    counts_proposed: bool = True
    """The high watermark waits for those proposed, beside those in the ISR."""
    compares_versions: bool = True
    """The controller refuses a proposal made at another version than its own."""
    ignores_older: bool = True
    """The leader takes no ISR older than the one that it has."""
    awaits_high_watermark: bool = True
    """A follower that has not reached the high watermark may not join."""


KIP_497 = Rules(
    "async-isr", "A leader that asks for its ISR, and waits", "KIP-497, AlterIsr"
)
COUNTS_KNOWN = Rules(
    "async-isr-counts-known",
    "A leader that commits without those it has proposed",
    "KIP-497: the leader assumes that its proposal may have been accepted",
    counts_proposed=False,
)
ANY_VERSION = Rules(
    "async-isr-any-version",
    "A controller that accepts proposals made at any version",
    "KIP-497: INVALID_UPDATE_VERSION",
    compares_versions=False,
)
ANY_UPDATE = Rules(
    "async-isr-any-update",
    "A leader that takes an older ISR for the newest",
    "KIP-497: the leader compares versions (zkVersion)",
    ignores_older=False,
)
JOINS_BEHIND = Rules(
    "async-isr-joins-behind",
    "A follower that joins behind the high watermark",
    "Kafka documentation, Replication: caught up to the leader",
    awaits_high_watermark=False,
)

VARIANTS = (KIP_497, COUNTS_KNOWN, ANY_VERSION, ANY_UPDATE, JOINS_BEHIND)
"""The rules of the protocol first, those that leave one out after it."""


class Versioned(NamedTuple):
    """An ISR with its version: the truth, a proposal, or an answer."""

    isr: Isr
    version: int


class State(NamedTuple):
    """The controller's truth, the leader's view, and everything ever sent."""

    truth: Versioned
    known: Versioned
    """What the leader last heard."""
    end_offsets: tuple[int, ...]
    """By replica."""
    proposed: Isr = frozenset()
    """Everybody in a proposal that may still be accepted."""
    is_waiting: bool = False
    """Whether the leader proposed something at the version that it knows."""
    proposals: frozenset[Versioned] = frozenset()
    updates: frozenset[Versioned] = frozenset()


Steps: TypeAlias = Iterator[tuple[Action, State]]


def high_watermark(rules: Rules, state: State) -> int:
    """Return the smallest end offset of those that the leader counts."""
    counted = state.known.isr | (state.proposed if rules.counts_proposed else set())
    return min(state.end_offsets[replica] for replica in counted)


def _decided(state: State, isr: Isr) -> State:
    """Return the state after the controller changed the ISR and told the leader."""
    truth = Versioned(isr, state.truth.version + 1)
    return state._replace(truth=truth, updates=state.updates | {truth})


def shrink(state: State) -> Steps:
    """The controller drops a follower that failed."""
    for gone in sorted(state.truth.isr - {LEADER}):
        yield Action("shrink", (gone,)), _decided(state, state.truth.isr - {gone})


def accept(rules: Rules, state: State) -> Steps:
    """The controller makes a proposal the ISR."""
    for isr, version in sorted(state.proposals, key=_order):
        if version == state.truth.version or not rules.compares_versions:
            yield Action("accept", (*sorted(isr), version)), _decided(state, isr)


def _order(message: Versioned) -> tuple[int, list[int]]:
    """Return what puts messages into an order that no hash decides."""
    return message.version, sorted(message.isr)


def _proposed(state: State, isr: Isr) -> State:
    proposal = Versioned(isr, state.known.version)
    return state._replace(
        proposals=state.proposals | {proposal},
        proposed=state.proposed | isr,
        is_waiting=True,
    )


def propose_shrink(state: State) -> Steps:
    """The leader asks to drop a follower."""
    for gone in sorted(state.known.isr - {LEADER}):
        after = _proposed(state, state.known.isr - {gone})
        yield Action("propose_shrink", (gone,)), after


def propose_expand(rules: Rules, state: State) -> Steps:
    """The leader asks to admit a follower that has what is committed."""
    committed = high_watermark(rules, state)
    for follower, end_offset in enumerate(state.end_offsets):
        is_caught_up = end_offset >= committed or not rules.awaits_high_watermark
        if follower not in state.known.isr and is_caught_up:
            after = _proposed(state, state.known.isr | {follower})
            yield Action("propose_expand", (follower,)), after


def _advanced(state: State, replica: int) -> State:
    ends = list(state.end_offsets)
    ends[replica] += 1
    return state._replace(end_offsets=tuple(ends))


def write(state: State) -> Steps:
    """The leader appends a record."""
    yield Action("write"), _advanced(state, LEADER)


def learn(rules: Rules, state: State) -> Steps:
    """The leader hears which ISR it has: nothing that it proposed before counts."""
    for update in sorted(state.updates, key=_order):
        if update.version > state.known.version or not rules.ignores_older:
            after = state._replace(known=update, proposed=frozenset(), is_waiting=False)
            yield Action("learn", (update.version,)), after


def replicate(state: State) -> Steps:
    """A follower copies the next record."""
    for follower, end_offset in enumerate(state.end_offsets):
        if end_offset < state.end_offsets[LEADER]:
            yield Action("replicate", (follower,)), _advanced(state, follower)


def next_steps(rules: Rules, state: State) -> Steps:
    """Yield everything that may happen next, however far it leads."""
    yield from shrink(state)
    yield from accept(rules, state)
    yield from propose_shrink(state)
    yield from propose_expand(rules, state)
    yield from write(state)
    yield from learn(rules, state)
    yield from replicate(state)


def is_within(scope: Scope, state: State) -> bool:
    """Return whether a state is in the world that is explored."""
    return (
        state.end_offsets[LEADER] <= scope.offset
        and state.truth.version <= scope.version
    )


def valid_high_watermark(rules: Rules, state: State) -> bool:
    """Every member of the controller's ISR has what the leader commits."""
    committed = high_watermark(rules, state)
    return all(state.end_offsets[member] >= committed for member in state.truth.isr)


def no_follower_is_ahead(state: State) -> bool:
    """A follower has no record that the leader has not."""
    return max(state.end_offsets) == state.end_offsets[LEADER]


SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "the leader waits for somebody who is not in the ISR that it knows",
        lambda state: bool(state.proposed - state.known.isr),
        "or it would not matter whom it counts",
    ),
    Property(
        "a record is committed",
        lambda state: min(state.end_offsets) > 0,
        "or nothing could be lost",
    ),
)

ACTIONS = (
    "shrink",
    "accept",
    "propose_shrink",
    "propose_expand",
    "write",
    "learn",
    "replicate",
)


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return a leader with these rules, in a world of this size.

    Raises ValueError for a world without replicas.
    """
    if scope.replicas < 1:
        raise ValueError(f"scope {scope}: at least one replica, the leader")
    everyone = Versioned(frozenset(range(scope.replicas)), 0)
    start = State(everyone, everyone, (0,) * scope.replicas)
    return Spec(
        name=rules.name,
        initial=(start,),
        next=lambda state: next_steps(rules, state),
        within=lambda state: is_within(scope, state),
        actions=ACTIONS,
        invariants=(
            Property(
                "valid-high-watermark",
                lambda state: valid_high_watermark(rules, state),
                "KIP-497: what is committed is on every member of the ISR",
            ),
            Property(
                "no-follower-is-ahead",
                no_follower_is_ahead,
                "Kafka documentation, Replication: followers copy the leader's log",
            ),
        ),
        sometimes=SOMETIMES,
    )
