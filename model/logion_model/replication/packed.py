"""Replication with states as integers: what each action reads decides what it does.

An action reads two replicas at most and a part of the rest, so what it does is looked
up by these alone. The readable rules are asked once for each such combination, in a
small world in which all else is blank. A state is a number with a field for each
replica, for the quorum, for the requests that name each leader, and for the counters; a
step is a number to add.

Advancing the high watermark reads the whole ISR, but one member at a time: it is
possible if it is for each of them. The promises are about a leader and one member of an
ISR, so they are judged in the same small worlds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

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

REPLICA_BITS, QUORUM_BITS, REQUESTS_BITS, COUNTER_BITS = 16, 12, 12, 4
"""Widths of the fields; a scope that needs more is refused when it meets it."""

_Action: TypeAlias = Callable[[State], base.Steps]

NO_QUORUM = Assignment(None, NO_EPOCH, frozenset())


class Moves(NamedTuple):
    """What is possible and what is wrong in a small world."""

    steps: tuple[int, ...]
    broken: tuple[str, ...]
    advance: int = 0
    """The step that commits a record, 0 if that is not possible."""


class _Table(dict[int, Moves]):
    """Moves by the fields that they depend on, found when they are first asked for."""

    def __init__(self, mask: int, find: Callable[[int], Moves]) -> None:
        super().__init__()
        self.mask = mask
        self.find = find

    def __missing__(self, part: int) -> Moves:
        moves = self[part] = self.find(part)
        return moves


class _Field:
    """A part of the number, which stands for a value; 0 is the blank one."""

    def __init__(self, shift: int, bits: int, blank: Any) -> None:
        self.shift, self.bits = shift, bits
        self.mask = ((1 << bits) - 1) << shift
        self.values = [blank]
        self.numbers = {blank: 0}

    def pack(self, value: Any) -> int:
        if value not in self.numbers:
            self.numbers[value] = len(self.values)
            self.values.append(value)
            if len(self.values) > 1 << self.bits:
                raise ValueError("too large a scope for the fast search")
        return self.numbers[value] << self.shift

    def unpack(self, number: int) -> Any:
        return self.values[(number & self.mask) >> self.shift]


class _Pair(NamedTuple):
    """The tables of a leader and a follower."""

    small: _Table
    true: _Table
    told: _Table


class _Leader(NamedTuple):
    """The tables of a replica that may lead."""

    replica: int
    small: _Table
    true: _Table
    told: _Table
    written: _Table
    pairs: tuple[_Pair, ...]


class PackedReplication:
    """A variant of replication, fast."""

    def __init__(self, rules: Rules, scope: Scope) -> None:
        """Prepare the tables; they fill as they are used."""
        self.spec: Spec[State] = base.specification(rules, scope)
        self.rules, self.scope = rules, scope
        self._width = 0
        everyone = range(scope.replicas)
        self._replicas = [self._field(REPLICA_BITS, Replica()) for _ in everyone]
        self._quorum = self._field(QUORUM_BITS, NO_QUORUM)
        self._requests = [self._field(REQUESTS_BITS, ()) for _ in (*everyone, None)]
        self._record = self._field(COUNTER_BITS, 0)
        self._epoch = self._field(COUNTER_BITS, 0)
        asked = (self._quorum, self._epoch, *self._requests)
        deciding = (self._decisions,)
        self._alone = self._table(asked, deciding, judge=("leader-in-isr",))
        self._leaders = [self._tables(leader) for leader in everyone]

    def _field(self, bits: int, blank: object) -> _Field:
        self._width += bits
        return _Field(self._width - bits, bits, blank)

    def _tables(self, leader: int) -> _Leader:
        pair, own = (leader, leader), self._replicas[leader]
        told = (own, self._requests[leader])
        writing: _Action = partial(base.write, self.scope)
        others = (it for it in range(self.scope.replicas) if it != leader)
        return _Leader(
            leader,
            self._table((own,), (), pair, judge=("weak-isr",)),
            self._table((own, self._quorum), (), pair, judge=("strong-isr",)),
            self._table(told, (base.become_leader,), pair),
            self._table((own, self._record), (writing,), pair),
            tuple(self._pair_tables(leader, it) for it in others),
        )

    def _pair_tables(self, leader: int, follower: int) -> _Pair:
        pair = (leader, follower)
        both = (self._replicas[leader], self._replicas[follower])
        told = (*both, self._requests[leader])
        return _Pair(
            self._table(
                both, self._of_rules(base.replicate, base.truncate), pair, ("weak-isr",)
            ),
            self._table(
                (*both, self._quorum),
                self._of_rules(base.leader_shrink_isr, base.leader_expand_isr),
                pair,
                ("strong-isr",),
            ),
            self._table(told, self._of_rules(base.become_follower), pair),
        )

    def _of_rules(
        self, *actions: Callable[[Rules, State], base.Steps]
    ) -> tuple[_Action, ...]:
        return tuple(partial(action, self.rules) for action in actions)

    def _decisions(self, state: State) -> base.Steps:
        """Yield what the controller may decide, while there are epochs."""
        if state.next_epoch <= self.scope.epochs:
            yield from base.elect_leader(state)
            yield from base.shrink_isr(state)

    def _table(
        self,
        read: Sequence[_Field],
        actions: Sequence[_Action],
        pair: tuple[int, int] | None = None,
        judge: tuple[str, ...] = (),
    ) -> _Table:
        """Return the table of some actions, by the fields that they read."""

        def find(part: int) -> Moves:
            state = self.unpack(part)
            steps = tuple(
                self.pack(after) - part
                for act in actions
                for action, after in act(state)
                if _is_of(action, pair)
            )
            small = state if pair is None else _as_if_alone(state, *pair)
            broken = tuple(name for name in judge if not JUDGES[name](small))
            if pair is None or "weak-isr" not in judge:
                return Moves(steps, broken)
            return Moves(steps, broken, self._advance(state, small, pair[0]))

        return _Table(sum(field.mask for field in read), find)

    def pack(self, state: State) -> int:
        """Return the number of a state."""
        replicas = zip(self._replicas, state.replicas, strict=True)
        number = sum(field.pack(replica) for field, replica in replicas)
        for leader, field in enumerate(self._requests):
            named = leader if leader < self.scope.replicas else None
            number += field.pack(
                tuple(it for it in state.requests if it.leader == named)
            )
        number += self._quorum.pack(state.quorum)
        number += self._record.pack(state.next_record)
        return number + self._epoch.pack(state.next_epoch)

    def unpack(self, number: int) -> State:
        """Return the state of a number."""
        requests = [it for field in self._requests for it in field.unpack(number)]
        return State(
            tuple(field.unpack(number) for field in self._replicas),
            self._record.unpack(number),
            self._epoch.unpack(number),
            tuple(sorted(requests, key=lambda request: request.epoch)),
            self._quorum.unpack(number),
        )

    def expand(self, number: int) -> tuple[Sequence[int], Collection[str]]:
        """Return the states that follow, and the promises that this one breaks."""
        table = self._alone
        found, broken, _ = table[number & table.mask]
        steps = list(found)
        for own in self._leaders:
            steps += own.told[number & own.told.mask].steps
            leads = self._leads(own.replica, number)
            if leads:
                broken += self._lead(own, number, steps)
            for pair in own.pairs:
                steps += pair.told[number & pair.told.mask].steps
        return [number + step for step in steps], broken

    def _leads(self, index: int, number: int) -> bool:
        replica: Replica = self._replicas[index].unpack(number)
        return replica.leader == index

    def _lead(self, own: _Leader, number: int, steps: list[int]) -> tuple[str, ...]:
        """Add what a leader may do; return what is broken of what it promised."""
        steps += own.written[number & own.written.mask].steps
        _, broken, advance = own.small[number & own.small.mask]
        broken += own.true[number & own.true.mask].broken
        for small, true, _ in own.pairs:
            found, wrong, possible = small[number & small.mask]
            steps += found
            broken += wrong
            found, wrong, _ = true[number & true.mask]
            steps += found
            broken += wrong
            if not possible:
                advance = 0
        if advance:
            steps.append(advance)
        return broken

    def _advance(self, state: State, small: State, leader: int) -> int:
        """Return the step that commits a record, 0 if a member does not allow it."""
        steps = base.advance_high_watermark(self.rules, self.scope, small)
        if all(action.arguments[0] != leader for action, _ in steps):
            return 0
        replica, field = state.replicas[leader], self._replicas[leader]
        after = replica._replace(high_watermark=replica.high_watermark + 1)
        return field.pack(after) - field.pack(replica)


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
