"""Two replicas and where each remembers that leader epochs began.

1. A replica writes down at which offset each epoch begins: when it is elected, or when
   the first record of the epoch comes.
2. After an election the follower asks where its own last epoch ended. The leader
   answers with the largest epoch up to that one and its end. The follower truncates to
   where that epoch ends in either log, and asks again if it did not know the epoch.
3. Who knows of no epoch is told nothing, and truncates to the high watermark: so it is
   where no record has an epoch, as in the formats before 0.11. Logs with both kinds of
   records are not specified here.
4. Then it copies the leader's log.

A variant is a `Rules` value, the wrong ones too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec

NO_EPOCH = -1


class Scope(NamedTuple):
    """How large a world to explore."""

    records: int
    epochs: int
    """Highest leader epoch."""
    old: int
    """1: records have no epochs."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is written down, answered, forgotten; the defaults are those of 2.7."""

    name: str
    title: str
    source: str
    notes_election: bool = True
    """An epoch is written down before it has a record."""
    knows_no_epoch: bool = True
    """Who asks for no epoch is told nothing."""
    forgets_at_end: bool = True
    """To truncate to the end of a log forgets the epochs that begin there."""


KAFKA_2_7 = Rules(
    "epoch-cache",
    "Where epochs begin, and where followers truncate",
    "KIP-101, KIP-279",
)
KAFKA_6857 = Rules(
    "epoch-cache-kafka-6857",
    "A leader that answers where no epoch ends",
    "KAFKA-6857",
    knows_no_epoch=False,
)
KAFKA_7415 = Rules(
    "epoch-cache-kafka-7415",
    "An epoch that is not written down before its first record",
    "KAFKA-7415",
    notes_election=False,
)
KAFKA_10706 = Rules(
    "epoch-cache-kafka-10706",
    "A follower that keeps epochs which begin at the end of its log",
    "KAFKA-10706",
    forgets_at_end=False,
)

VARIANTS = (KAFKA_2_7, KAFKA_6857, KAFKA_7415, KAFKA_10706)
"""The rules of the newest release first, then those that leave one out."""


class Entry(NamedTuple):
    """A record in a log."""

    epoch: int
    number: int


class Start(NamedTuple):
    """Where an epoch begins."""

    epoch: int
    offset: int


class End(NamedTuple):
    """Where an epoch ends."""

    epoch: int
    offset: int


class Replica(NamedTuple):
    """A log and its epochs, in order."""

    log: tuple[Entry, ...] = ()
    starts: tuple[Start, ...] = ()

    @property
    def last_epoch(self) -> int:
        """Return the last epoch that it knows of."""
        return self.starts[-1].epoch if self.starts else NO_EPOCH


class State(NamedTuple):
    """Both replicas, and who leads."""

    replicas: tuple[Replica, Replica] = (Replica(), Replica())
    leader: int = 0
    epoch: int = 0
    is_truncating: bool = False
    """Whether the follower must ask before it copies."""
    committed: int = 0
    """High watermark: what both replicas have had."""
    written: int = 0


Steps: TypeAlias = Iterator[tuple[Action, State]]


def with_replica(state: State, index: int, replica: Replica) -> State:
    """Return the state in which this replica is replaced."""
    one, other = state.replicas
    return state._replace(replicas=(one, replica) if index else (replica, other))


def noted(replica: Replica, epoch: int) -> Replica:
    """Return the replica that knows that an epoch begins at the end of its log."""
    if epoch <= replica.last_epoch:
        return replica
    start = Start(epoch, len(replica.log))
    return replica._replace(starts=(*replica.starts, start))


def appended(replica: Replica, entry: Entry) -> Replica:
    """Return the replica with one more record."""
    known = noted(replica, entry.epoch)
    return known._replace(log=(*known.log, entry))


def end_of(replica: Replica, epoch: int) -> End | None:
    """Return the largest known epoch up to this one, and its end: the next one's start.

    None if no epoch after it is known. Below all of them, the first one's start.
    """
    if epoch == replica.last_epoch:
        return End(epoch, len(replica.log))
    later = [start.offset for start in replica.starts if start.epoch > epoch]
    if not later:
        return None
    up_to = [start.epoch for start in replica.starts if start.epoch <= epoch]
    return End(max(up_to, default=epoch), later[0])


def answer(rules: Rules, leader: Replica, epoch: int) -> End | None:
    """Return what a leader answers who is asked where an epoch ends; None: nothing."""
    if epoch == NO_EPOCH:
        return None if rules.knows_no_epoch else End(epoch, len(leader.log))
    return end_of(leader, epoch)


def truncated(rules: Rules, replica: Replica, offset: int) -> Replica:
    """Return the replica whose log ends at `offset` at most."""
    if offset >= len(replica.log) and not rules.forgets_at_end:
        return replica
    starts = tuple(start for start in replica.starts if start.offset < offset)
    return Replica(replica.log[:offset], starts)


def elect(rules: Rules, scope: Scope, state: State) -> Steps:
    """One of the two leads in the next epoch."""
    if state.epoch >= scope.epochs:
        return
    epoch = state.epoch + 1
    for leader in (0, 1):
        after = state._replace(leader=leader, epoch=epoch, is_truncating=True)
        if rules.notes_election and not scope.old:
            after = with_replica(after, leader, noted(after.replicas[leader], epoch))
        yield Action("elect", (leader,)), after


def write(scope: Scope, state: State) -> Steps:
    """The leader takes a record."""
    if state.written < scope.records:
        epoch = NO_EPOCH if scope.old else state.epoch
        entry = Entry(epoch, state.written)
        leader = appended(state.replicas[state.leader], entry)
        after = with_replica(state, state.leader, leader)
        yield Action("write"), after._replace(written=state.written + 1)


def asked(rules: Rules, state: State) -> State:
    """Return the state after the follower asked once and did what it was told."""
    follower = state.replicas[1 - state.leader]
    end = answer(rules, state.replicas[state.leader], follower.last_epoch)
    if end is None:
        cut, is_done = truncated(rules, follower, state.committed), True
    else:
        mine = end_of(follower, end.epoch) or End(end.epoch, len(follower.log))
        offset = min(mine.offset, end.offset, len(follower.log))
        cut, is_done = truncated(rules, follower, offset), mine.epoch == end.epoch
    after = with_replica(state, 1 - state.leader, cut)
    return after._replace(is_truncating=not is_done)


def ask(rules: Rules, state: State) -> Steps:
    """The follower asks where its last epoch ended, and truncates."""
    if state.is_truncating:
        yield Action("ask"), asked(rules, state)


def copy(state: State) -> Steps:
    """The follower copies the next record."""
    leader, follower = state.replicas[state.leader], state.replicas[1 - state.leader]
    end_offset = len(follower.log)
    if not state.is_truncating and end_offset < len(leader.log):
        copied = appended(follower, leader.log[end_offset])
        after = with_replica(state, 1 - state.leader, copied)
        committed = max(state.committed, end_offset + 1)
        yield Action("copy"), after._replace(committed=committed)


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    yield from elect(rules, scope, state)
    yield from write(scope, state)
    yield from ask(rules, state)
    yield from copy(state)


def follower_copies(state: State) -> bool:
    """A follower that has truncated has a beginning of the leader's log."""
    leader, follower = state.replicas[state.leader], state.replicas[1 - state.leader]
    return state.is_truncating or follower.log == leader.log[: len(follower.log)]


def truncation_ends(rules: Rules, state: State) -> bool:
    """To ask changes something: else the follower asks for ever."""
    return not state.is_truncating or asked(rules, state) != state


def epochs_are_known(rules: Rules, state: State) -> bool:
    """A leader can tell a follower where its last epoch ended, if that has one."""
    if not state.is_truncating:
        return True
    last = state.replicas[1 - state.leader].last_epoch
    leader = state.replicas[state.leader]
    return last == NO_EPOCH or answer(rules, leader, last) is not None


def epochs_begin_once(state: State) -> bool:
    """A replica knows one start of each epoch, and later ones of later epochs."""
    return all(
        earlier.epoch < later.epoch and earlier.offset <= later.offset
        for replica in state.replicas
        for earlier, later in pairwise(replica.starts)
    )


SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "a follower has to truncate a record",
        lambda state: (
            state.is_truncating
            and len(state.replicas[1 - state.leader].log) > state.committed
        ),
        "or it would not matter where",
    ),
)

ACTIONS = ("elect", "write", "ask", "copy")


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return two replicas with these rules, in a world of this size."""
    start = State()
    if rules.notes_election and not scope.old:
        start = with_replica(start, 0, noted(Replica(), 0))
    return Spec(
        name=rules.name,
        initial=(start,),
        next=lambda state: next_steps(rules, scope, state),
        actions=ACTIONS,
        invariants=(
            Property(
                "follower-copies", follower_copies, "KIP-101: logs do not diverge"
            ),
            Property(
                "truncation-ends",
                lambda state: truncation_ends(rules, state),
                "KIP-279: truncation takes a bounded number of rounds",
            ),
            Property(
                "epochs-are-known",
                lambda state: epochs_are_known(rules, state),
                "KIP-101: OffsetsForLeaderEpoch; KAFKA-7415",
            ),
            Property(
                "epochs-begin-once",
                epochs_begin_once,
                "KIP-101: the leader epoch sequence file",
            ),
        ),
        sometimes=SOMETIMES,
    )
