"""Holds the rules of a partition's leader to the replication model.

A world is a state of the model in which each leader is played by the code
(`logion.replica.leader`), and beside it what these leaders know of the logs of their
followers; the abstraction forgets that. The environment is the model's: who is elected,
who follows whom, which change of the ISR is confirmed. In every state that can be
reached each step of the code is taken, and it must be a bounded sequence of the model's
steps: an append of two records which are both committed at once is `write`, `write`,
`advance_high_watermark`, `advance_high_watermark`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from logion.names import BrokerId, LeaderEpoch
from logion.replica import leader as code
from logion.replica.leader import Leader
from logion_model.kernel import Action, Property, Spec
from logion_model.replication import base as model
from logion_model.replication.base import Entry, Rules, Scope, State

EndOffsets: TypeAlias = tuple[tuple[BrokerId, int], ...]
"""What a leader knows of its replicas' log end offsets, by broker."""

ELECTING = ("elect_leader", "shrink_isr")
LEADING = ("become_leader", "advance_high_watermark")
FOLLOWING = ("become_follower",)
WRITING = ("write", "advance_high_watermark")
FETCHING = ("replicate", "advance_high_watermark")
CHANGING_ISR = ("leader_shrink_isr", "leader_expand_isr", "advance_high_watermark")

CODE_STEPS = (
    "elect_leader",
    "shrink_isr",
    "become_follower",
    "on_elected",
    "on_append",
    "on_follower_fetch",
    "on_isr_changed",
)


class World(NamedTuple):
    """What the model sees, and what the code's leaders know besides."""

    state: State
    known: tuple[EndOffsets | None, ...]
    """For each replica that leads, the end offsets it knows; None for a follower."""
    is_astray: bool = False
    """Whether the step that led here is none that the model allows, or a leader did
    not take notice of a fetch."""


Steps: TypeAlias = Iterator[tuple[Action, World]]


def leader_of(world: World, index: int) -> Leader | None:
    """Return the leader that the code has at this replica, None at a follower."""
    known = world.known[index]
    if known is None:
        return None
    replica = world.state.replicas[index]
    return Leader(
        BrokerId(index),
        LeaderEpoch(replica.epoch),
        frozenset(map(BrokerId, replica.isr)),
        dict(known),
        replica.high_watermark,
    )


def with_leader(world: World, leader: Leader) -> World:
    """Return the world in which this leader plays its replica: the abstraction."""
    index = leader.broker
    replica = world.state.replicas[index]._replace(
        high_watermark=leader.high_watermark,
        epoch=leader.epoch,
        leader=index,
        isr=frozenset(leader.isr),
    )
    state = model.with_replica(world.state, index, replica)
    known = tuple(sorted(leader.end_offsets.items()))
    return World(state, _replaced(world.known, index, known))


def _replaced(
    known: tuple[EndOffsets | None, ...], index: int, new: EndOffsets | None
) -> tuple[EndOffsets | None, ...]:
    return (*known[:index], new, *known[index + 1 :])


def written(state: State, index: int, count: int) -> State:
    """Return the state in which so many new records are in this replica's log."""
    replica = state.replicas[index]
    first = state.next_record
    new = [Entry(record, replica.epoch) for record in range(first, first + count)]
    after = replica._replace(log=(*replica.log, *new))
    state = model.with_replica(state, index, after)
    return state._replace(next_record=first + count)


def fetched(state: State, follower: int, leader: int, count: int) -> State:
    """Return the state after a follower got so many records and a high watermark.

    An answer without records changes nothing: what a follower learns from it is none
    of the leader's rules.
    """
    if not count:
        return state
    theirs, mine = state.replicas[leader], state.replicas[follower]
    log = (*mine.log, *theirs.log[mine.end_offset :][:count])
    high_watermark = min(theirs.high_watermark, len(log))
    after = mine._replace(log=log, high_watermark=high_watermark)
    return model.with_replica(state, follower, after)


def _leaders(world: World) -> Iterator[tuple[int, Leader]]:
    for index in range(len(world.known)):
        leader = leader_of(world, index)
        if leader is not None:
            yield index, leader


def _is_behind(world: World, leader: Leader) -> bool:
    """Return whether a follower in the ISR has more than this leader knows of."""
    return any(
        leader.end_offsets.get(member, 0) < world.state.replicas[member].end_offset
        for member in leader.isr - {leader.broker}
    )


def _seen_through(promise: Property[State]) -> Property[World]:
    """Return a promise of the model, asked of the code's world."""
    return Property(
        promise.name, lambda world: promise.holds(world.state), promise.source
    )


@dataclass(slots=True)
class LeaderRefinement:
    """The code's leaders in a world of this size, under the rules of one variant."""

    rules: Rules
    scope: Scope
    taken: Counter[str] = field(default_factory=Counter)
    """Steps of the model that the code took, by name."""
    longest: int = 0
    """Steps of the model in the largest step of the code so far."""
    _paths: dict[tuple[State, State, tuple[str, ...]], bool] = field(
        default_factory=dict
    )

    def specification(self) -> Spec[World]:
        """Return the code and its environment as something to explore."""
        everyone = frozenset(range(self.scope.replicas))
        start = model.specification(self.rules, self.scope).initial[0]
        return Spec(
            name=f"{self.rules.name} by the code",
            initial=(World(start, (None,) * len(everyone)),),
            next=self.next_steps,
            actions=CODE_STEPS,
            invariants=(
                Property(
                    "steps are the model's",
                    lambda world: not world.is_astray,
                    "docs/refinement.md",
                ),
                Property(
                    "commits what it knows",
                    self.commits_what_it_knows,
                    "Kafka documentation, Replication: a message is committed once"
                    " every in-sync replica has it",
                ),
                *map(_seen_through, model.INVARIANTS),
            ),
        )

    def next_steps(self, world: World) -> Steps:
        """Yield every step of the environment and of the code."""
        for allowed, steps in (
            (ELECTING, self._electing(world)),
            (FOLLOWING, self._following(world)),
            (LEADING, self._leading(world)),
            (WRITING, self._writing(world)),
            (FETCHING, self._fetching(world)),
            (CHANGING_ISR, self._changing_isr(world)),
        ):
            for action, after in steps:
                is_path = self._is_path(world.state, after.state, allowed)
                is_astray = after.is_astray or not is_path
                yield action, after._replace(is_astray=is_astray)

    def commits_what_it_knows(self, world: World) -> bool:
        """A leader that knows its whole ISR has committed all that the model may."""
        may_commit = model.advance_high_watermark(self.rules, self.scope, world.state)
        leaders = {action.arguments for action, _ in may_commit}
        return all(
            _is_behind(world, leader)
            for index, leader in _leaders(world)
            if (index,) in leaders
        )

    def _electing(self, world: World) -> Steps:
        if world.state.next_epoch <= self.scope.epochs:
            for action, state in model.elect_leader(world.state):
                yield action, World(state, world.known)
            for action, state in model.shrink_isr(world.state):
                yield action, World(state, world.known)

    def _following(self, world: World) -> Steps:
        for action, state in model.become_follower(self.rules, world.state):
            index = action.arguments[0]
            assert isinstance(index, int)
            yield action, World(state, _replaced(world.known, index, None))

    def _leading(self, world: World) -> Steps:
        for index, epoch, isr in world.state.requests:
            if index is None or epoch <= world.state.replicas[index].epoch:
                continue
            replica = world.state.replicas[index]
            leader = code.on_elected(
                BrokerId(index),
                LeaderEpoch(epoch),
                frozenset(map(BrokerId, isr)),
                end_offset=replica.end_offset,
                high_watermark=replica.high_watermark,
            )
            yield Action("on_elected", (index, epoch)), with_leader(world, leader)

    def _writing(self, world: World) -> Steps:
        for index, leader in _leaders(world):
            end_offset = world.state.replicas[index].end_offset
            room = self.scope.log_size - end_offset
            left = self.scope.records - world.state.next_record
            for count in range(1, min(room, left) + 1):
                after = code.on_append(leader, end_offset + count)
                grown = World(written(world.state, index, count), world.known)
                yield Action("on_append", (index, count)), with_leader(grown, after)

    def _fetching(self, world: World) -> Steps:
        for index, leader in _leaders(world):
            for follower, replica in enumerate(world.state.replicas):
                missing = world.state.replicas[index].end_offset - replica.end_offset
                if follower == index or missing < 0:
                    continue
                if not self.rules.may_fetch(world.state, index, follower):
                    continue
                offset = replica.end_offset
                after = code.on_follower_fetch(leader, BrokerId(follower), offset)
                asked = with_leader(world, after)
                is_deaf = after.end_offsets.get(BrokerId(follower)) != offset
                for count in range(missing + 1):
                    state = fetched(asked.state, follower, index, count)
                    action = Action("on_follower_fetch", (follower, index, count))
                    yield action, World(state, asked.known, is_deaf)

    def _changing_isr(self, world: World) -> Steps:
        for steps in (model.leader_shrink_isr, model.leader_expand_isr):
            for _, state in steps(self.rules, world.state):
                index = state.quorum.leader
                assert index is not None
                leader = leader_of(world, index)
                assert leader is not None
                isr = frozenset(map(BrokerId, state.quorum.isr))
                after = with_leader(
                    World(world.state._replace(quorum=state.quorum), world.known),
                    code.on_isr_changed(leader, isr),
                )
                yield Action("on_isr_changed", (index, *sorted(isr))), after

    def _is_path(self, before: State, after: State, allowed: tuple[str, ...]) -> bool:
        """Return whether the model leads from one to the other by `allowed` steps."""
        key = (before, after, allowed)
        if key not in self._paths:
            path = self._path(before, after, allowed)
            self._paths[key] = path is not None
            self.taken.update(path or ())
            self.longest = max(self.longest, len(path or ()))
        return self._paths[key]

    def _path(
        self, before: State, after: State, allowed: tuple[str, ...]
    ) -> tuple[str, ...] | None:
        """Return the names of the fewest steps, None if no bounded number leads there.

        A step of the code moves at most every record of a log and the high watermark
        over each of them, after one decision about leader or ISR.
        """
        reached: dict[State, tuple[str, ...]] = {before: ()}
        for _ in range(2 * self.scope.log_size + 2):
            if after in reached:
                return reached[after]
            reached = {
                state: (*path, action.name)
                for earlier, path in reached.items()
                for action, state in model.next_steps(self.rules, self.scope, earlier)
                if action.name in allowed
            }
        return None
