"""Holds what a leader counts while it asks for another ISR to `logion_model.async_isr`.

The leader is the code's (`logion.replica.leader`, `logion.replica.isr`); the
controller, its answers and the network are the model's. In every state that can be
reached the code takes each of its steps: each must be one of the model's, or none, and
what the leader has committed must be what the model says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion.names import BrokerId, LeaderEpoch
from logion.replica import isr as in_sync
from logion.replica import leader as leading
from logion.replica.leader import Leader
from logion.replica.rules import KIP_595
from logion_model import async_isr as model
from logion_model.async_isr import KIP_497, LEADER, Scope, State, Versioned
from logion_model.kernel import Action, Property, Spec

from logion_harness.replica_world import LATE_MS, PATIENCE, STEPS_ARE_THE_MODELS


class World(NamedTuple):
    """What the model sees, and what the code's leader has committed."""

    state: State
    high_watermark: int = 0
    is_astray: bool = False
    """Whether the step that led here is none of the model's."""


Steps: TypeAlias = Iterator[tuple[Action, World]]


def leader_of(world: World) -> Leader:
    """Return the code's leader."""
    state = world.state
    return Leader(
        BrokerId(LEADER),
        LeaderEpoch(0),
        frozenset(map(BrokerId, state.known.isr)),
        {BrokerId(it): end for it, end in enumerate(state.end_offsets)},
        world.high_watermark,
        epoch_start_offset=0,
        partition_epoch=state.known.version,
        proposed=frozenset(map(BrokerId, state.proposed)),
    )


def with_leader(world: World, leader: Leader) -> World:
    """Return the world in which the leader is this one: the abstraction."""
    state = world.state._replace(
        known=Versioned(frozenset(leader.isr), leader.partition_epoch),
        end_offsets=tuple(end for _, end in sorted(leader.end_offsets.items())),
        proposed=frozenset(leader.proposed),
        is_waiting=bool(leader.proposed),
    )
    return World(state, leader.high_watermark)


@dataclass(frozen=True, slots=True)
class IsrRefinement:
    """The code's leader in a world of this size."""

    scope: Scope

    def specification(self) -> Spec[World]:
        """Return the leader and its environment as something to explore."""
        inner = model.specification(KIP_497, self.scope)
        return Spec(
            name="async-isr by the code",
            initial=tuple(map(World, inner.initial)),
            next=self.next_steps,
            within=lambda world: model.is_within(self.scope, world.state),
            actions=model.ACTIONS,
            invariants=(
                STEPS_ARE_THE_MODELS,
                Property(
                    "commits what the model does",
                    lambda world: (
                        world.high_watermark
                        == model.high_watermark(KIP_497, world.state)
                    ),
                    "KIP-497: the high watermark waits for those proposed",
                ),
            ),
        )

    def next_steps(self, world: World) -> Steps:
        """Yield every step of the controller and of the code."""
        allowed = {world.state}
        allowed.update(after for _, after in model.next_steps(KIP_497, world.state))
        for steps in (self._controlled, self._proposing, self._learning, self._growing):
            for action, after in steps(world):
                is_astray = after.state not in allowed
                yield action, after._replace(is_astray=is_astray)

    def _controlled(self, world: World) -> Steps:
        for action, state in model.shrink(world.state):
            yield action, world._replace(state=state)
        for action, state in model.accept(KIP_497, world.state):
            yield action, world._replace(state=state)

    def _proposing(self, world: World) -> Steps:
        leader = leader_of(world)
        if leader.proposed:  # one at a time
            return
        for follower in map(BrokerId, range(1, self.scope.replicas)):
            if follower not in leader.isr:
                if in_sync.may_join(KIP_595, leader, follower):
                    joined = leader.isr | {follower}
                    action = Action("propose_expand", (follower,))
                    yield action, _proposed(world, leader, joined)
            elif in_sync.lags(KIP_595, leader, follower, LATE_MS, PATIENCE):
                left = leader.isr - {follower}
                action = Action("propose_shrink", (follower,))
                yield action, _proposed(world, leader, left)

    def _learning(self, world: World) -> Steps:
        leader = leader_of(world)
        for isr, version in world.state.updates:
            after = leading.on_isr_changed(
                leader, frozenset(map(BrokerId, isr)), version
            )
            yield Action("learn", (version,)), with_leader(world, after)

    def _growing(self, world: World) -> Steps:
        leader, ends = leader_of(world), world.state.end_offsets
        grown = leading.on_append(leader, ends[LEADER] + 1)
        yield Action("write"), with_leader(world, grown)
        for follower in map(BrokerId, range(1, self.scope.replicas)):
            if ends[follower] < ends[LEADER]:
                after = leading.on_follower_fetch(leader, follower, ends[follower] + 1)
                yield Action("replicate", (follower,)), with_leader(world, after)


def _proposed(world: World, leader: Leader, isr: frozenset[BrokerId]) -> World:
    proposal = Versioned(frozenset(isr), leader.partition_epoch)
    sent = world.state._replace(proposals=world.state.proposals | {proposal})
    after = leading.on_isr_proposed(leader, isr)
    return with_leader(world._replace(state=sent), after)
