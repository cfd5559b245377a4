"""Replication with states as integers: what each action reads decides what it does.

An action reads two replicas at most and a part of the rest, so what it does is looked
up by these alone. The readable rules are asked once for each such combination, in a
small world in which all else is blank. A state is a number with fields for each
replica's log and for what it believes, for the ISR, the next record, and what the
controller decided (`layout`); a step is a number to add.

The fewer fields decide, the fewer combinations there are: a follower is told of one
request at a time, and only if the leader named there allows it; the ISR changes only
where a leader is the true one; the promises look at logs alone once somebody leads.
What a leader and a follower do is found for the first two replicas, and renamed for
others.

Advancing the high watermark reads the whole ISR, but one member at a time: it is
possible if it is for each of them. The promises are about a leader and one member of an
ISR, so they are judged in the same small worlds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import TypeAlias

from logion_model.kernel import Action, Batches, Spec
from logion_model.replication import base
from logion_model.replication.base import Assignment, Rules, Scope, State
from logion_model.replication.fields import Field, Table
from logion_model.replication.layout import NO_ISR, Layout, Renaming
from logion_model.replication.tables import (
    By,
    LeaderTables,
    Moves,
    PairTables,
    Steps,
    Tables,
)

_Action: TypeAlias = Callable[[State], base.Steps]

_Pair: TypeAlias = tuple[int, int]
"""A leader and a follower."""


class PackedReplication:
    """A variant of replication, fast."""

    def __init__(self, rules: Rules, scope: Scope) -> None:
        """Prepare the tables; they fill as they are used."""
        self.spec: Spec[State] = base.specification(rules, scope)
        self.rules, self.scope = rules, scope
        self.layout = Layout(scope)
        self.pack, self.unpack = self.layout.pack, self.layout.unpack
        decided = (self.layout.isr, self.layout.history)
        controller = By(_mask(decided), Table(self._decided))
        everyone = range(scope.replicas)
        first = self._pair((0, 1)) if scope.replicas > 1 else None
        leaders = tuple(self._leader(it, first) for it in everyone)
        self.tables = Tables(controller, leaders)

    def batches(self) -> Batches | None:
        """Return how to go on from many states at once, if that can be done here."""
        if not self.layout.fits or find_spec("numpy") is None:
            return None
        from logion_model.replication.batches import ReplicationBatches

        return ReplicationBatches(self.layout, self.tables)

    def _leader(self, leader: int, first: PairTables | None) -> LeaderTables:
        layout = self.layout
        belief = layout.beliefs[leader]
        alone = (layout.logs[leader], belief, layout.record)
        return LeaderTables(
            By(belief.mask, Table(partial(self._told, leader))),
            By(_mask(alone), Table(partial(self._own, leader))),
            By(belief.mask, Table(partial(self._truth, leader))),
            tuple(
                self._renamed((leader, it), first)
                for it in layout.replicas
                if it != leader and first is not None
            ),
        )

    def _fields(self, pair: _Pair) -> PairTables:
        """Return which fields of a pair the tables are by, the tables blank."""
        layout = self.layout
        logs = [layout.logs[it] for it in pair]
        both = [*logs, *(layout.beliefs[it] for it in pair)]
        blank: Table[Moves] = Table(lambda _: Moves())
        return PairTables(
            By(_mask(both), blank),
            By(_mask((*logs, layout.isr)), blank),
            By(_mask((*both, layout.isr)), blank),
            By(_mask((*logs, layout.beliefs[pair[1]])), blank),
        )

    def _pair(self, pair: _Pair) -> PairTables:
        """Return the tables of a pair, found by the rules."""
        finds = (self._small, self._exposed, self._changed, self._followed)
        tables = (Table(partial(find, pair)) for find in finds)
        masks = (by.mask for by in self._fields(pair))
        return PairTables(*map(By, masks, tables))

    def _renamed(self, pair: _Pair, first: PairTables) -> PairTables:
        """Return the tables of a pair, made of those of the first pair."""
        if pair == (0, 1):
            return first
        others = [it for it in self.layout.replicas if it not in pair]
        order = (*pair, *others)
        there = Renaming(self.layout, [order.index(it) for it in self.layout.replicas])
        back = Renaming(self.layout, order)

        def made(by: By, known: By) -> By:
            return By(by.mask, Table(lambda part: _as_known(part, known, there, back)))

        return PairTables(*map(made, self._fields(pair), first))

    def _decided(self, part: int) -> Moves:
        """Return what the controller may decide, while there are epochs."""
        state, steps = self.unpack(part), list[int]()
        if state.next_epoch <= self.scope.epochs:
            for act in (base.elect_leader, base.shrink_isr):
                steps += (self.pack(after) - part for _, after in act(state))
        return Moves(tuple(steps), _broken(state, ("leader-in-isr",)))

    def _told(self, leader: int, part: int) -> Moves:
        layout = self.layout
        state = layout.unpack_rest(part, layout.named.unpack(part))
        steps = self._steps(state, (base.become_leader,), (leader, leader))
        allowed = (it for it in state.requests if self.rules.may_follow(state, it))
        leads = state.replicas[leader].leader == leader
        return Moves(steps, leads=leads, asked=tuple(map(layout.one.pack, allowed)))

    def _own(self, leader: int, part: int) -> Moves:
        state, pair = self.layout.unpack_rest(part), (leader, leader)
        small = _as_if_alone(state, *pair)
        return Moves(
            self._steps(state, (partial(base.write, self.scope),), pair),
            _broken(small, ("weak-isr", "strong-isr")),
            self._advance(small, leader),
        )

    def _truth(self, leader: int, part: int) -> Moves:
        """Return whether a leader is the quorum's, by its belief and the quorum."""
        epoch, believed, _ = self.layout.beliefs[leader].unpack(part)
        truly = self.layout.quorum.unpack(part) == (leader, epoch)
        return Moves(leads=truly and believed == leader)

    def _small(self, pair: _Pair, part: int) -> Moves:
        state = self.layout.unpack_rest(part)
        small = _as_if_alone(state, *pair)
        return Moves(
            self._steps(state, self._of_rules(base.replicate, base.truncate), pair),
            _broken(small, ("weak-isr",)),
            self._advance(small, pair[0]),
        )

    def _exposed(self, pair: _Pair, part: int) -> Moves:
        """Return what is broken of the promises to whom the quorum may elect.

        It is asked only of one that believes to lead.
        """
        leads = self.layout.beliefs[pair[0]].pack((0, pair[0], NO_ISR))
        small = _as_if_alone(self.layout.unpack_rest(part + leads), *pair)
        return Moves(broken=_broken(small, ("strong-isr",)))

    def _changed(self, pair: _Pair, part: int) -> Moves:
        """Return how a true leader changes its ISR."""
        state = self.layout.unpack_rest(part)
        quorum = Assignment(pair[0], state.replicas[pair[0]].epoch, state.quorum.isr)
        actions = self._of_rules(base.leader_shrink_isr, base.leader_expand_isr)
        return Moves(self._steps(state._replace(quorum=quorum), actions, pair))

    def _followed(self, pair: _Pair, part: int) -> Moves:
        """Return what a request does that the leader allows to be followed.

        What it believes has had its say then; where to truncate depends on both logs.
        """
        state = self.layout.unpack_rest(part, (self.layout.one.unpack(part),))
        allowed = replace(self.rules, may_follow=base.may)
        actions = (partial(base.become_follower, allowed),)
        return Moves(self._steps(state, actions, pair))

    def _of_rules(
        self, *actions: Callable[[Rules, State], base.Steps]
    ) -> tuple[_Action, ...]:
        return tuple(partial(action, self.rules) for action in actions)

    def _steps(self, state: State, actions: Sequence[_Action], pair: _Pair) -> Steps:
        """Return the numbers that these actions of a pair add."""
        before = self.layout.pack_rest(state)
        return tuple(
            self.layout.pack_rest(after) - before
            for act in actions
            for action, after in act(state)
            if _is_of(action, pair)
        )

    def _advance(self, small: State, leader: int) -> int:
        """Return the step that commits a record, 0 if a member does not allow it."""
        steps = base.advance_high_watermark(self.rules, self.scope, small)
        before = self.layout.logs[leader].pack(small.replicas[leader][:2])
        for action, after in steps:
            if action.arguments[0] == leader:
                return (
                    self.layout.logs[leader].pack(after.replicas[leader][:2]) - before
                )
        return 0

    def expand(self, number: int) -> tuple[Sequence[int], Collection[str]]:
        """Return the states that follow, and the promises that this one breaks."""
        parts = self.layout.parts[number & self.layout.history.mask]
        mask, table = self.tables.controller
        found, broken, _, _, _ = table[number & mask]
        steps = list(found)
        for leader, named in zip(self.tables.leaders, parts.named, strict=True):
            mask, table = leader.told
            became, _, _, leads, asked = table[number & mask | named]
            steps += became
            for request in asked:
                for _, _, _, (mask, table) in leader.pairs:
                    steps += table[number & mask | request].steps
            if leads:
                broken += self._lead(leader, number, parts.quorum, steps)
        return [number + step for step in steps], broken

    def _lead(
        self, leader: LeaderTables, number: int, quorum: int, steps: list[int]
    ) -> tuple[str, ...]:
        """Add what a leader may do; return what is broken of what it promised."""
        _, (mask, own), (true_mask, is_true), pairs = leader
        found, broken, advance, _, _ = own[number & mask]
        steps += found
        for (mask, small), (logs, exposed), _, _ in pairs:
            found, wrong, possible, _, _ = small[number & mask]
            steps += found
            broken += wrong + exposed[number & logs].broken
            if not possible:
                advance = 0
        if is_true[number & true_mask | quorum].leads:
            for _, _, (mask, isr), _ in pairs:
                steps += isr[number & mask].steps
        if advance:
            steps.append(advance)
        return broken


def _as_known(part: int, known: By, there: Renaming, back: Renaming) -> Moves:
    """Return the moves of a pair, by those of the first one, all renamed."""
    first = there.of(part)
    steps, broken, advance, _, _ = known.table[first]
    return Moves(
        tuple(back.of(first + step) - part for step in steps),
        broken,
        back.of(first + advance) - part if advance else 0,
    )


def _mask(fields: Sequence[Field]) -> int:
    """Return the mask of some fields together."""
    return sum(field.mask for field in fields)


JUDGES: dict[str, Callable[[State], bool]] = {
    "weak-isr": base.weak_isr,
    "strong-isr": base.strong_isr,
    "leader-in-isr": base.leader_in_isr,
}


def _broken(small: State, judged: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in judged if not JUDGES[name](small))


FOLLOWER_FIRST = {"become_follower", "replicate", "truncate"}
"""Actions whose first argument is the follower, the second one the leader."""


def _is_of(action: Action, pair: _Pair) -> bool:
    """Return whether an action is one of this leader and follower."""
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
