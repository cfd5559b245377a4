"""A follower whose fetch offset its leader's log does not have, before epochs told why.

1. The leader's log begins where retention has left it. It ends where the leader's does:
   another replica may lead, whose log lacks what was not committed.
2. A fetch below or above is refused. The follower asks then where the leader's log
   ends, and begins; in between the leader may have written.
3. A follower that is ahead truncates to the leader's end. One that is behind the
   leader's start gives up its log and begins there; there is nothing else to do.

Only offsets are told here, no records. A variant is a `Rules` value, the wrong ones
too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec


class Scope(NamedTuple):
    """How large a world to explore."""

    records: int
    elections: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What a follower does whose offset is out of range; the defaults are of 2.5."""

    name: str
    title: str
    source: str
    asks_for_start: bool = True
    """It gives up its log only if the leader's begins above its end."""
    raises_high_watermark: bool = True
    """A log that begins anew has its high watermark no lower."""


KAFKA_2_5 = Rules(
    "out-of-range", "A follower whose offset is out of range", "KAFKA-2143, KAFKA-9491"
)
KAFKA_2143 = Rules(
    "out-of-range-kafka-2143",
    "A follower that gives up its log unless the leader's ends before it",
    "KAFKA-2143",
    asks_for_start=False,
)
KAFKA_9491 = Rules(
    "out-of-range-kafka-9491",
    "A follower whose high watermark stays below the start of its log",
    "KAFKA-9491",
    raises_high_watermark=False,
)

VARIANTS = (KAFKA_2_5, KAFKA_2143, KAFKA_9491)
"""The rules of the newest release first, then those that leave one out."""


class Log(NamedTuple):
    """A log by its offsets."""

    start: int = 0
    end: int = 0
    high_watermark: int = 0


class State(NamedTuple):
    """The leader's log, the follower's, and what both have."""

    leader: Log = Log()
    follower: Log = Log()
    is_refused: bool = False
    """Whether the follower's last fetch was out of range."""
    elections: int = 0


Steps: TypeAlias = Iterator[tuple[Action, State]]


def write(scope: Scope, state: State) -> Steps:
    """The leader takes a record."""
    if state.leader.end < scope.records:
        longer = state.leader._replace(end=state.leader.end + 1)
        yield Action("write"), state._replace(leader=longer)


def retain(state: State) -> Steps:
    """The leader deletes old records, none that is not committed."""
    for start in range(state.leader.start + 1, state.leader.high_watermark + 1):
        shorter = state.leader._replace(start=start)
        yield Action("retain", (start,)), state._replace(leader=shorter)


def elect(scope: Scope, state: State) -> Steps:
    """Another replica leads, that lacks records which were not committed."""
    if state.elections < scope.elections:
        for end in range(state.leader.high_watermark, state.leader.end):
            shorter = state.leader._replace(end=end)
            after = state._replace(leader=shorter, elections=state.elections + 1)
            yield Action("elect", (end,)), after


def fetch(state: State) -> Steps:
    """The follower copies a record and learns what is committed, or is refused."""
    leader, follower = state.leader, state.follower
    if state.is_refused:
        return
    if not leader.start <= follower.end <= leader.end:
        yield Action("fetch"), state._replace(is_refused=True)
        return
    committed = max(leader.high_watermark, follower.end)
    end = min(follower.end + 1, leader.end)
    copied = follower._replace(end=end, high_watermark=min(committed, end))
    counted = leader._replace(high_watermark=committed)
    yield Action("fetch"), state._replace(leader=counted, follower=copied)


def leave(state: State) -> Steps:
    """The leader commits without the follower, which is out of the ISR now."""
    if state.leader.high_watermark < state.leader.end:
        alone = state.leader._replace(high_watermark=state.leader.end)
        yield Action("leave"), state._replace(leader=alone)


def resolved(rules: Rules, state: State) -> Log:
    """Return the follower's log after it has asked how long the leader's is."""
    leader, follower = state.leader, state.follower
    if leader.end < follower.end:
        high_watermark = min(follower.high_watermark, leader.end)
        return follower._replace(end=leader.end, high_watermark=high_watermark)
    if leader.start <= follower.end and rules.asks_for_start:
        return follower
    high_watermark = min(follower.high_watermark, leader.start)
    if rules.raises_high_watermark:
        high_watermark = leader.start
    return Log(leader.start, leader.start, high_watermark)


def resolve(rules: Rules, state: State) -> Steps:
    """The follower asks where the leader's log ends and begins, and follows suit."""
    if state.is_refused:
        follower = resolved(rules, state)
        after = state._replace(follower=follower, is_refused=False)
        yield Action("resolve", (follower.start, follower.end)), after


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    yield from write(scope, state)
    yield from retain(state)
    yield from elect(scope, state)
    yield from fetch(state)
    yield from leave(state)
    yield from resolve(rules, state)


def high_watermark_is_in_log(state: State) -> bool:
    """A follower's high watermark is between the start and the end of its log."""
    log = state.follower
    return log.start <= log.high_watermark <= log.end


def keeps_what_it_can(rules: Rules, state: State) -> bool:
    """A follower gives up nothing committed that its leader still has."""
    if not state.is_refused:
        return True
    kept, leader = state.follower.end, state.leader
    if kept < leader.start:
        return True
    return resolved(rules, state).end >= min(kept, leader.high_watermark)


SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "a refused follower has the leader's end behind it",
        lambda state: state.is_refused and state.follower.end > state.leader.end,
        "or it would never be ahead",
    ),
    Property(
        "a refused follower has the leader's start before it",
        lambda state: state.is_refused and state.follower.end < state.leader.start,
        "or it would never have to begin anew",
    ),
)

ACTIONS = ("write", "retain", "elect", "fetch", "leave", "resolve")


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return a leader and a follower with these rules, in a world of this size."""
    return Spec(
        name=rules.name,
        initial=(State(),),
        next=lambda state: next_steps(rules, scope, state),
        actions=ACTIONS,
        invariants=(
            Property(
                "high-watermark-is-in-log",
                high_watermark_is_in_log,
                "KIP-107: log start offset <= high watermark; KAFKA-9491",
            ),
            Property(
                "keeps-what-it-can",
                lambda state: keeps_what_it_can(rules, state),
                "Kafka documentation, Replication: the ISR has what is committed",
            ),
        ),
        sometimes=SOMETIMES,
    )
