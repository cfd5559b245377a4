"""Delivery: from a producer through a leader and its follower to a consumer.

1. A producer sends records 0, 1, ... in this order. Each try of a record may be lost,
   and may arrive when the producer has tried again, or has gone on; second tries are
   sent on another connection than first ones, and nothing overtakes on a connection.
2. The leader appends; the follower copies. A follower may fall out of the ISR. What
   both have (or the leader, alone in the ISR) is committed.
3. When a record counts as written depends on `acks`: at once, on the leader, or once
   it is committed; the leader refuses records with `acks=all` while the ISR is smaller
   than `min.insync.replicas`.
4. The leader may be lost with its disk: the follower, in the ISR or not, takes over.
5. A consumer reads what is committed, processes it and commits how far it has come, in
   an order of its own. It may start again from there.

Source: Kafka documentation, Message delivery semantics, Replication; KIP-98.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec


class Acks(Enum):
    """When a producer takes a record for written."""

    NONE = "0"
    LEADER = "1"
    ALL = "all"


class Commits(Enum):
    """When a consumer commits the offset of a record."""

    BEFORE = "before it processes it"
    AFTER = "after it has processed it"
    WITH = "in one transaction with what it makes of it"


class Scope(NamedTuple):
    """How large a world to explore."""

    records: int
    tries: int
    """How often each record may be sent."""
    failures: int
    """How often the leader is lost: 0 or 1, for there are two brokers."""
    restarts: int
    """How often the consumer starts again from what it has committed."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How producer, topic and consumer are set up."""

    name: str
    title: str
    source: str
    acks: Acks = Acks.ALL
    min_insync: int = 2
    is_idempotent: bool = True
    in_flight: int = 2
    """How many records may be on their way without an answer."""
    commits: Commits = Commits.WITH


_SEMANTICS = "Kafka documentation, Message delivery semantics"

EXACTLY_ONCE = Rules(
    "delivery-exactly-once",
    "Idempotent producer, acks=all, min.insync.replicas=2, transactional consumer",
    f"{_SEMANTICS}; KIP-98",
)
VARIANTS = (
    EXACTLY_ONCE,
    Rules(
        "delivery-at-least-once",
        "A producer that repeats, a consumer that processes before it commits",
        _SEMANTICS,
        is_idempotent=False,
        in_flight=1,
        commits=Commits.AFTER,
    ),
    Rules(
        "delivery-at-most-once",
        "A producer that waits for no answer, a consumer that commits first",
        _SEMANTICS,
        acks=Acks.NONE,
        is_idempotent=False,
        commits=Commits.BEFORE,
    ),
    Rules(
        "delivery-acks-1",
        "A producer that waits for the leader alone",
        "Kafka documentation, producer configuration, acks",
        acks=Acks.LEADER,
    ),
    Rules(
        "delivery-min-insync-1",
        "acks=all while the ISR may be the leader alone",
        "Kafka documentation, topic configuration, min.insync.replicas",
        min_insync=1,
    ),
    Rules(
        "delivery-many-in-flight",
        "A producer that repeats, with several requests on their way",
        "Kafka documentation, max.in.flight.requests.per.connection",
        is_idempotent=False,
    ),
)
"""What keeps every promise first, then what gives up some."""


class Try(NamedTuple):
    """One request with one record."""

    record: int
    attempt: int


class State(NamedTuple):
    """Both logs, the producer, its requests and the consumer."""

    leader: tuple[int, ...] = ()
    follower: tuple[int, ...] | None = ()
    """None once it has become the leader."""
    in_sync: bool = True
    """Whether the follower is in the ISR."""
    tried: tuple[int, ...] = ()
    """By record, how often it was sent."""
    on_the_way: frozenset[Try] = frozenset()
    acknowledged: frozenset[int] = frozenset()
    """Records that the producer takes for written."""
    position: int = 0
    taken: int | None = None
    """The offset whose record is being processed."""
    committed: int = 0
    processed: tuple[int, ...] = ()
    """Offsets in the order in which they were processed."""
    restarts: int = 0

    @property
    def high_watermark(self) -> int:
        """Return the offset below which everything is committed."""
        if self.follower is None or not self.in_sync:
            return len(self.leader)
        return len(self.follower)


Steps: TypeAlias = Iterator[tuple[Action, State]]


def produce(rules: Rules, scope: Scope, state: State) -> Steps:
    """The producer sends its next record, or one again that has no answer."""
    sent = len(state.tried)
    waiting = [it for it in range(sent) if it not in state.acknowledged]
    if sent < scope.records and len(waiting) < rules.in_flight:
        after = state._replace(tried=(*state.tried, 1))
        yield Action("send", (sent,)), _on_the_way(after, Try(sent, 1))
    for record in waiting:
        attempt = state.tried[record] + 1
        if attempt <= scope.tries and rules.acks is not Acks.NONE:
            tried = (*state.tried[:record], attempt, *state.tried[record + 1 :])
            after = _on_the_way(state._replace(tried=tried), Try(record, attempt))
            yield Action("send_again", (record,)), after


def _on_the_way(state: State, request: Try) -> State:
    return state._replace(on_the_way=state.on_the_way | {request})


def arrive(rules: Rules, state: State) -> Steps:
    """A request reaches the leader, or is lost."""
    for request in sorted(state.on_the_way):
        gone = state._replace(on_the_way=state.on_the_way - {request})
        yield Action("lose", request), gone
        is_first = not any(
            it.attempt == request.attempt and it.record < request.record
            for it in state.on_the_way
        )
        if is_first and takes(rules, state, request.record):
            leader = (*state.leader, request.record)
            yield Action("append", request), gone._replace(leader=leader)


def takes(rules: Rules, state: State, record: int) -> bool:
    """Return whether the leader appends this record now.

    An idempotent producer's must be the next one: others are repeats, or come too soon.
    """
    replicas = 1 + (state.in_sync and state.follower is not None)
    if rules.acks is Acks.ALL and replicas < rules.min_insync:
        return False
    return not rules.is_idempotent or record == max(state.leader, default=-1) + 1


def acknowledge(rules: Rules, state: State) -> Steps:
    """The producer hears that a record is written, or takes it for so."""
    for record in range(len(state.tried)):
        if record not in state.acknowledged and is_written(rules, state, record):
            acknowledged = state.acknowledged | {record}
            after = state._replace(acknowledged=acknowledged)
            yield Action("acknowledge", (record,)), after


def is_written(rules: Rules, state: State, record: int) -> bool:
    """Return whether an answer may say that the record is written."""
    match rules.acks:
        case Acks.NONE:
            return True
        case Acks.LEADER:
            return record in state.leader
        case Acks.ALL:
            enough = state.follower is not None and state.in_sync
            is_safe = enough or rules.min_insync < 2
            return is_safe and record in state.leader[: state.high_watermark]


def replicate(scope: Scope, state: State) -> Steps:
    """The follower copies, falls behind, catches up or takes over."""
    if state.follower is None:
        return
    copied = len(state.follower)
    if copied < len(state.leader):
        follower = (*state.follower, state.leader[copied])
        yield Action("copy"), state._replace(follower=follower)
    if state.in_sync:
        yield Action("shrink_isr"), state._replace(in_sync=False)
    elif state.follower == state.leader:
        yield Action("expand_isr"), state._replace(in_sync=True)
    if scope.failures:
        after = state._replace(leader=state.follower, follower=None, in_sync=False)
        yield Action("lose_leader"), after


def consume(rules: Rules, scope: Scope, state: State) -> Steps:
    """The consumer reads the next record, is done with it, commits, starts again."""
    has_more = state.position < state.high_watermark
    if state.taken is None and has_more:
        taken = state._replace(taken=state.position, position=state.position + 1)
        if rules.commits is Commits.BEFORE:
            taken = taken._replace(committed=taken.position)
        yield Action("read", (state.position,)), taken
    if state.taken is not None:
        done = state._replace(taken=None, processed=(*state.processed, state.taken))
        if rules.commits is Commits.WITH:
            done = done._replace(committed=done.position)
        yield Action("process", (state.taken,)), done
    elif rules.commits is Commits.AFTER and state.committed < state.position:
        yield Action("commit"), state._replace(committed=state.position)
    if state.restarts < scope.restarts:
        after = state._replace(
            position=state.committed, taken=None, restarts=state.restarts + 1
        )
        yield Action("restart"), after


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    yield from produce(rules, scope, state)
    yield from arrive(rules, state)
    yield from acknowledge(rules, state)
    yield from replicate(scope, state)
    yield from consume(rules, scope, state)


def acknowledged_is_kept(state: State) -> bool:
    """What the producer takes for written is in the log, or on its way no more."""
    under_way = {request.record for request in state.on_the_way}
    return state.acknowledged <= {*state.leader, *under_way}


def written_once(state: State) -> bool:
    """No record is in the log twice."""
    return len(set(state.leader)) == len(state.leader)


def in_order(state: State) -> bool:
    """What was sent later is later in the log, repeats apart."""
    first = tuple(dict.fromkeys(state.leader))
    return all(earlier < later for earlier, later in pairwise(first))


def processed_once(state: State) -> bool:
    """No offset is processed twice."""
    return len(set(state.processed)) == len(state.processed)


def nothing_is_skipped(state: State) -> bool:
    """What a consumer goes on from has been processed, or is just being."""
    under_way = () if state.taken is None else (state.taken,)
    return set(range(state.position)) <= {*state.processed, *under_way}


INVARIANTS: tuple[Property[State], ...] = (
    Property(
        "acknowledged-is-kept",
        acknowledged_is_kept,
        "Kafka documentation, Replication: a committed record is not lost",
    ),
    Property("written-once", written_once, "KIP-98: each record is written once"),
    Property("in-order", in_order, "Kafka documentation, Guarantees: in order"),
    Property("processed-once", processed_once, f"{_SEMANTICS}: at most once"),
    Property("nothing-is-skipped", nothing_is_skipped, f"{_SEMANTICS}: at least once"),
)

SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "a record is acknowledged and processed",
        lambda state: bool(state.acknowledged and state.processed),
        "or a broker that loses everything would pass",
    ),
)


def actions(rules: Rules, scope: Scope) -> tuple[str, ...]:
    """Return what may happen in this world."""
    retries = rules.acks is not Acks.NONE and scope.tries > 1
    return (
        "send",
        *(("send_again",) if retries else ()),
        "lose",
        "append",
        "acknowledge",
        "copy",
        "shrink_isr",
        "expand_isr",
        *(("lose_leader",) if scope.failures else ()),
        "read",
        "process",
        *(("commit",) if rules.commits is Commits.AFTER else ()),
        *(("restart",) if scope.restarts else ()),
    )


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return producer, brokers and consumer with these rules."""
    entries = scope.records * scope.tries
    return Spec(
        name=rules.name,
        initial=(State(),),
        next=lambda state: next_steps(rules, scope, state),
        actions=actions(rules, scope),
        invariants=INVARIANTS,
        sometimes=SOMETIMES,
        within=lambda state: len(state.leader) <= entries,
    )
