"""Offsets that are committed in transactions, while a group rebalances (KIP-447).

1. Two members, one partition to read. Each has a transactional id of its own, so a
   producer's epoch says nothing of who owns the partition: the generation must.
2. The owner of a generation reads from the committed offset, and sends what it makes of
   one record together with the offset after it: TxnOffsetCommit. With verification the
   coordinator first asks whether the transaction is open, and goes on later.
3. The offset counts once the transaction has ended; so does what was made.
4. A new owner that asks for the committed offset while a transaction that may change it
   is open is told to ask again.
5. A member that is out knows nothing of it, and goes on.

Source: KIP-447; KIP-890, part 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec

MEMBERS = (0, 1)


class Scope(NamedTuple):
    """How large a world to explore."""

    generations: int
    """The last generation; the first is 1."""
    records: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What the coordinator of the group checks; the defaults are those of 3.7."""

    name: str
    title: str
    source: str
    checks_generation: bool = True
    """A commit of an earlier generation is refused."""
    checks_when_it_writes: bool = True
    """It is checked when it is written, not when the coordinator begins to verify."""
    waits_for_open: bool = True
    """Nobody is told an offset that an open transaction may change."""


KIP_447 = Rules(
    "transactional-offsets",
    "Offsets in transactions, fenced by the generation of the group",
    "KIP-447, KAFKA-15784",
)
VARIANTS = (
    KIP_447,
    Rules(
        "transactional-offsets-before-kip-447",
        "Whoever has a transaction commits offsets in it",
        "KIP-447, KAFKA-9365",
        checks_generation=False,
    ),
    Rules(
        "transactional-offsets-kafka-15784",
        "A commit is checked before it is verified, and not when it is written",
        "KAFKA-15784",
        checks_when_it_writes=False,
    ),
    Rules(
        "transactional-offsets-unstable",
        "An owner begins while the transaction of the one before it is open",
        "KIP-447: UNSTABLE_OFFSET_COMMIT",
        waits_for_open=False,
    ),
)
"""The rules of Apache Kafka first, then those that leave one out."""


class Member(NamedTuple):
    """A member as it sees itself, and what it has sent in its transaction."""

    generation: int = 0
    """The last one in which it was told to own the partition, 0 if never."""
    position: int | None = None
    """The next record, None until it has asked where to begin."""
    asked: int | None = None
    """The offset of its TxnOffsetCommit that is not answered."""
    is_verifying: bool = False
    """Whether the coordinator has checked that and is having it verified."""
    pending: int | None = None
    """The offset that its open transaction has in the log."""


class State(NamedTuple):
    """The group, its members, and what counts."""

    generation: int = 1
    owner: int = 0
    members: tuple[Member, ...] = (Member(1), Member())
    committed: int = 0
    processed: tuple[int, ...] = ()
    """Offsets of records whose results count, in the order in which they came to."""


Steps: TypeAlias = Iterator[tuple[Action, State]]


def _with_member(state: State, number: int, member: Member) -> State:
    members = list(state.members)
    members[number] = member
    return state._replace(members=tuple(members))


def rebalance(scope: Scope, state: State) -> Steps:
    """The other member becomes the owner; the former may not hear of it."""
    owner = 1 - state.owner
    is_idle = state.members[owner].asked is None
    if state.generation < scope.generations and is_idle:
        after = state._replace(generation=state.generation + 1, owner=owner)
        member = state.members[owner]._replace(
            generation=after.generation, position=None
        )
        yield Action("rebalance", (owner,)), _with_member(after, owner, member)


def fetch_offset(rules: Rules, state: State, number: int) -> Steps:
    """An owner asks where to begin."""
    member = state.members[number]
    is_open = any(it.pending is not None for it in state.members)
    may_be_told = not (is_open and rules.waits_for_open)
    if member.generation and member.position is None and may_be_told:
        after = member._replace(position=state.committed)
        yield Action("fetch_offset", (number,)), _with_member(state, number, after)


def send(scope: Scope, state: State, number: int) -> Steps:
    """A member has processed a record: it sends the offset after it."""
    member = state.members[number]
    is_busy = member.asked is not None or member.pending is not None
    if member.position is not None and not is_busy and member.position < scope.records:
        asking = member._replace(asked=member.position + 1)
        after = _with_member(state, number, asking)
        yield Action("send", (number, member.position)), after


def receive(rules: Rules, state: State, number: int) -> Steps:
    """TxnOffsetCommit reaches the coordinator, which has it verified, or refuses."""
    member = state.members[number]
    if member.asked is not None and not member.is_verifying:
        if is_present(rules, state, number):
            after = _with_member(state, number, member._replace(is_verifying=True))
            yield Action("receive", (number,)), after
        else:
            yield _refused(state, number)


def write(rules: Rules, state: State, number: int) -> Steps:
    """The transaction is verified: the offset is written."""
    member = state.members[number]
    if member.is_verifying:
        if is_present(rules, state, number) or not rules.checks_when_it_writes:
            written = member._replace(
                asked=None, is_verifying=False, pending=member.asked
            )
            after = _with_member(state, number, written)
            yield Action("write", (number,)), after
        else:
            yield _refused(state, number)


def is_present(rules: Rules, state: State, number: int) -> bool:
    """Return whether a member's commit is one of the present generation."""
    same = state.members[number].generation == state.generation
    return same or not rules.checks_generation


def _refused(state: State, number: int) -> tuple[Action, State]:
    """Return the state in which a member knows that it is out: it aborts."""
    out = Member(pending=state.members[number].pending)
    return Action("refuse", (number,)), _with_member(state, number, out)


def end(state: State, number: int) -> Steps:
    """A transaction is committed: the offset counts, and so does the result."""
    member = state.members[number]
    if member.pending is not None:
        done = state._replace(
            committed=member.pending, processed=(*state.processed, member.pending - 1)
        )
        was_next = member.position == member.pending - 1
        position = member.pending if was_next else member.position
        ended = member._replace(pending=None, position=position)
        yield Action("end", (number,)), _with_member(done, number, ended)


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    yield from rebalance(scope, state)
    for number in MEMBERS:
        yield from fetch_offset(rules, state, number)
        yield from send(scope, state, number)
        yield from receive(rules, state, number)
        yield from write(rules, state, number)
        yield from end(state, number)


def processed_once(state: State) -> bool:
    """What is made of a record counts once."""
    return len(set(state.processed)) == len(state.processed)


def offsets_stay(state: State) -> bool:
    """The committed offset is the highest that has counted."""
    return state.committed == max(state.processed, default=-1) + 1


INVARIANTS: tuple[Property[State], ...] = (
    Property("processed-once", processed_once, "KIP-447: exactly once"),
    Property("offsets-stay", offsets_stay, "KIP-447: zombies are fenced"),
)

SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "two owners have committed",
        lambda state: len(set(state.processed)) > 1 and state.generation > 1,
        "or a coordinator that refuses everybody would pass",
    ),
)

ACTIONS = ("rebalance", "fetch_offset", "send", "receive", "write", "end")


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return a group and its transactions, in a world of this size."""
    refuses = ("refuse",) if rules.checks_generation else ()
    return Spec(
        name=rules.name,
        initial=(State(),),
        next=lambda state: next_steps(rules, scope, state),
        actions=(*ACTIONS, *refuses),
        invariants=INVARIANTS,
        sometimes=SOMETIMES,
        within=lambda state: len(state.processed) <= scope.records + 1,
    )
