"""Replication with states as integers: what each action reads decides what it does.

An action reads two replicas at most and a part of the rest, so what it does is looked
up by these alone. The readable rules are asked once for each such combination, in a
small world in which all else is blank. A state is a number with fields for each
replica's log and for what it believes, for the quorum, for the requests that name each
leader, and for the counters; a step is a number to add.

The fewer fields decide, the fewer combinations there are: a follower is told of one
request at a time, and only if the leader named there allows it; the ISR changes only
where a leader is the true one; the promises look at logs alone once somebody leads.

Advancing the high watermark reads the whole ISR, but one member at a time: it is
possible if it is for each of them. The promises are about a leader and one member of an
ISR, so they are judged in the same small worlds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Spec
from logion_model.replication import base
from logion_model.replication.base import (
    NO_EPOCH,
    Assignment,
    Replica,
    Rules,
    Scope,
    State,
)
from logion_model.replication.fields import Field, Table

LOG_BITS, BELIEF_BITS, QUORUM_BITS, REQUESTS_BITS, COUNTER_BITS = 14, 10, 12, 12, 4
"""Widths of the fields; a scope that needs more is refused when it meets it."""

_Action: TypeAlias = Callable[[State], base.Steps]

_Steps: TypeAlias = tuple[int, ...]

NO_ISR: base.Isr = frozenset()


class Moves(NamedTuple):
    """What is possible and what is wrong in a small world."""

    steps: _Steps
    broken: tuple[str, ...]
    advance: int = 0
    """The step that commits a record, 0 if that is not possible."""


class Told(NamedTuple):
    """What a replica believes, and what the requests that name it leader do."""

    steps: _Steps
    """It becomes the leader."""
    leads: bool
    asked: _Steps
    """The requests that followers may act on now, each as its own field."""


_MovesBy: TypeAlias = tuple[int, Table[Moves]]
_StepsBy: TypeAlias = tuple[int, Table[_Steps]]
"""A table, and which fields it is by."""


class _Pair(NamedTuple):
    """The tables of a leader and a follower."""

    small: _MovesBy
    """What they do, by both replicas."""
    exposed: tuple[int, Table[tuple[str, ...]]]
    """Whether the follower may be elected, by both logs and the quorum's ISR."""
    isr: _StepsBy
    """How a true leader changes its ISR."""
    following: _StepsBy
    """The follower acts on a request."""


class _Leader(NamedTuple):
    """The tables of a replica that may lead."""

    told: tuple[int, Table[Told]]
    own: _MovesBy
    """What it does alone, by itself and the next record."""
    is_true: tuple[int, Table[bool]]
    pairs: tuple[_Pair, ...]


class PackedReplication:
    """A variant of replication, fast."""

    def __init__(self, rules: Rules, scope: Scope) -> None:
        """Prepare the tables; they fill as they are used."""
        self.spec: Spec[State] = base.specification(rules, scope)
        self.rules, self.scope = rules, scope
        self._width = 0
        everyone = range(scope.replicas)
        self._logs = [self._field(LOG_BITS, ((), 0)) for _ in everyone]
        unknown = (NO_EPOCH, None, NO_ISR)
        self._beliefs = [self._field(BELIEF_BITS, unknown) for _ in everyone]
        self._quorum = self._field(QUORUM_BITS, (None, NO_EPOCH))
        self._isr = self._field(QUORUM_BITS, NO_ISR)
        self._requests = [self._field(REQUESTS_BITS, ()) for _ in (*everyone, None)]
        self._record = self._field(COUNTER_BITS, 0)
        self._epoch = self._field(COUNTER_BITS, 0)
        self._one = self._field(REQUESTS_BITS, None)
        decided = (self._quorum, self._isr, self._epoch, *self._requests)
        self._controller = self._moves(
            decided, (self._decisions,), judge=("leader-in-isr",)
        )
        self._leaders = [self._leader(it) for it in everyone]

    def _field(self, bits: int, blank: object) -> Field:
        self._width += bits
        return Field(self._width - bits, bits, blank)

    def _replica(self, index: int) -> tuple[Field, Field]:
        return self._logs[index], self._beliefs[index]

    def _leader(self, leader: int) -> _Leader:
        told = (self._beliefs[leader], self._requests[leader])
        alone = (*self._replica(leader), self._record)
        writing: _Action = partial(base.write, self.scope)
        everyone = range(self.scope.replicas)
        return _Leader(
            (_mask(told), Table(partial(self._told, leader))),
            self._moves(
                alone, (writing,), (leader, leader), ("weak-isr", "strong-isr")
            ),
            self._truth(leader),
            tuple(self._pair(leader, it) for it in everyone if it != leader),
        )

    def _pair(self, leader: int, follower: int) -> _Pair:
        pair = (leader, follower)
        both = (*self._replica(leader), *self._replica(follower))
        logs = (self._logs[leader], self._logs[follower], self._isr)
        fetching = self._of_rules(base.replicate, base.truncate)
        changing = self._of_rules(base.leader_shrink_isr, base.leader_expand_isr)
        leads = self._beliefs[leader].pack((0, leader, NO_ISR))
        return _Pair(
            self._moves(both, fetching, pair, ("weak-isr",)),
            (_mask(logs), Table(partial(self._exposed, pair, leads))),
            self._steps((*both, self._quorum, self._isr), changing, pair),
            self._following(leader, follower),
        )

    def _following(self, leader: int, follower: int) -> _StepsBy:
        """Return the table of one request that the leader allows to be followed.

        What it believes has had its say then; where to truncate depends on both logs.
        """
        read = (self._logs[leader], *self._replica(follower), self._one)
        allowed = replace(self.rules, may_follow=base.may)
        following: _Action = partial(base.become_follower, allowed)
        return self._steps(read, (following,), (leader, follower))

    def _of_rules(
        self, *actions: Callable[[Rules, State], base.Steps]
    ) -> tuple[_Action, ...]:
        return tuple(partial(action, self.rules) for action in actions)

    def _decisions(self, state: State) -> base.Steps:
        """Yield what the controller may decide, while there are epochs."""
        if state.next_epoch <= self.scope.epochs:
            yield from base.elect_leader(state)
            yield from base.shrink_isr(state)

    def _exposed(self, pair: tuple[int, int], leads: int, part: int) -> tuple[str, ...]:
        """Return what is broken of the promises to whom the quorum may elect.

        `leads` is the leader's belief: it is asked only of one that believes to lead.
        """
        small = _as_if_alone(self.unpack(part + leads), *pair)
        return () if base.strong_isr(small) else ("strong-isr",)

    def _told(self, leader: int, part: int) -> Told:
        state = self.unpack(part)
        steps = self._found(part, (base.become_leader,), (leader, leader))
        allowed = (it for it in state.requests if self.rules.may_follow(state, it))
        asked = tuple(self._one.pack(request) for request in allowed)
        return Told(steps, state.replicas[leader].leader == leader, asked)

    def _truth(self, leader: int) -> tuple[int, Table[bool]]:
        """Return the table that says whether a leader is the quorum's."""

        def find(part: int) -> bool:
            epoch, believed, _ = self._beliefs[leader].unpack(part)
            return bool(self._quorum.unpack(part) == (believed, epoch))

        return _mask((self._beliefs[leader], self._quorum)), Table(find)

    def _steps(
        self, read: Sequence[Field], actions: Sequence[_Action], pair: tuple[int, int]
    ) -> _StepsBy:
        """Return the table of some actions, by the fields that they read."""
        return _mask(read), Table(lambda part: self._found(part, actions, pair))

    def _moves(
        self,
        read: Sequence[Field],
        actions: Sequence[_Action],
        pair: tuple[int, int] | None = None,
        judge: tuple[str, ...] = (),
    ) -> _MovesBy:
        """Return the table of some actions and promises, by the fields they read."""

        def find(part: int) -> Moves:
            state = self.unpack(part)
            steps = self._found(part, actions, pair)
            small = state if pair is None else _as_if_alone(state, *pair)
            broken = tuple(name for name in judge if not JUDGES[name](small))
            if pair is None or "weak-isr" not in judge:
                return Moves(steps, broken)
            return Moves(steps, broken, self._advance(state, small, pair[0]))

        return _mask(read), Table(find)

    def _found(
        self, part: int, actions: Sequence[_Action], pair: tuple[int, int] | None
    ) -> _Steps:
        """Return the numbers that these actions add, for a pair if there is one."""
        state = self.unpack(part)
        before = part & ~self._one.mask
        if before != part:  # one request is asked about, whoever else there is
            state = state._replace(requests=(self._one.unpack(part),))
        return tuple(
            self.pack(after if before == part else after._replace(requests=())) - before
            for act in actions
            for action, after in act(state)
            if _is_of(action, pair)
        )

    def pack(self, state: State) -> int:
        """Return the number of a state."""
        number = 0
        for index, replica in enumerate(state.replicas):
            number += self._packed_replica(index, replica)
        for leader, field in enumerate(self._requests):
            named = leader if leader < self.scope.replicas else None
            number += field.pack(
                tuple(it for it in state.requests if it.leader == named)
            )
        number += self._quorum.pack(state.quorum[:2])
        number += self._isr.pack(state.quorum.isr)
        number += self._record.pack(state.next_record)
        return number + self._epoch.pack(state.next_epoch)

    def _packed_replica(self, index: int, replica: Replica) -> int:
        log, belief = self._replica(index)
        return log.pack(replica[:2]) + belief.pack(replica[2:])

    def unpack(self, number: int) -> State:
        """Return the state of a number."""
        requests = [it for field in self._requests for it in field.unpack(number)]
        replicas = zip(self._logs, self._beliefs, strict=True)
        leader, epoch = self._quorum.unpack(number)
        return State(
            tuple(
                Replica(*log.unpack(number), *belief.unpack(number))
                for log, belief in replicas
            ),
            self._record.unpack(number),
            self._epoch.unpack(number),
            tuple(sorted(requests, key=lambda request: request.epoch)),
            Assignment(leader, epoch, self._isr.unpack(number)),
        )

    def expand(self, number: int) -> tuple[Sequence[int], Collection[str]]:
        """Return the states that follow, and the promises that this one breaks."""
        mask, table = self._controller
        found, broken, _ = table[number & mask]
        steps = list(found)
        for leader in self._leaders:
            mask, told = leader[0]
            became, leads, asked = told[number & mask]
            steps += became
            for request in asked:
                for _, _, _, (mask, following) in leader[3]:
                    steps += following[number & mask | request]
            if leads:
                broken += self._lead(leader, number, steps)
        return [number + step for step in steps], broken

    def _lead(self, leader: _Leader, number: int, steps: list[int]) -> tuple[str, ...]:
        """Add what a leader may do; return what is broken of what it promised."""
        _, (mask, own), (true_mask, is_true), pairs = leader
        found, broken, advance = own[number & mask]
        steps += found
        for (mask, small), (logs, exposed), _, _ in pairs:
            found, wrong, possible = small[number & mask]
            steps += found
            broken += wrong + exposed[number & logs]
            if not possible:
                advance = 0
        if is_true[number & true_mask]:
            for _, _, (mask, isr), _ in pairs:
                steps += isr[number & mask]
        if advance:
            steps.append(advance)
        return broken

    def _advance(self, state: State, small: State, leader: int) -> int:
        """Return the step that commits a record, 0 if a member does not allow it."""
        steps = base.advance_high_watermark(self.rules, self.scope, small)
        if all(action.arguments[0] != leader for action, _ in steps):
            return 0
        replica, field = state.replicas[leader], self._logs[leader]
        after = (replica.log, replica.high_watermark + 1)
        return field.pack(after) - field.pack(replica[:2])


def _mask(fields: Sequence[Field]) -> int:
    """Return the mask of some fields together."""
    return sum(field.mask for field in fields)


JUDGES: dict[str, Callable[[State], bool]] = {
    "weak-isr": base.weak_isr,
    "strong-isr": base.strong_isr,
    "leader-in-isr": base.leader_in_isr,
}

FOLLOWER_FIRST = {"become_follower", "replicate", "truncate"}
"""Actions whose first argument is the follower, the second one the leader."""


def _is_of(action: Action, pair: tuple[int, int] | None) -> bool:
    """Return whether an action is one of this leader and follower."""
    if pair is None:
        return True
    if pair[0] == pair[1]:
        return action.arguments[0] == pair[0]
    first = pair[::-1] if action.name in FOLLOWER_FIRST else pair
    return action.arguments[:2] == first


def _as_if_alone(state: State, leader: int, follower: int) -> State:
    """Return the state with no other leader and no other member of any ISR."""
    members = frozenset({follower})
    replicas = list(state.replicas)
    if follower != leader and replicas[follower].leader == follower:
        replicas[follower] = replicas[follower]._replace(leader=None)
    isr = replicas[leader].isr & members
    replicas[leader] = replicas[leader]._replace(isr=isr)
    quorum = state.quorum._replace(isr=state.quorum.isr & members)
    return state._replace(replicas=tuple(replicas), quorum=quorum)
