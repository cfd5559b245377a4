"""How replication with losses of power is drawn: as the replication within it."""

from __future__ import annotations

from itertools import permutations

from logion_model.kernel import Action
from logion_model.pictures.scene import Blame, Drawing, Event, Lane
from logion_model.replication.drawing import DRAWING as REPLICATION
from logion_model.replication.drawing import broker
from logion_model.replication.fencing import is_same_epoch
from logion_model.replication.power_loss import State


def _lanes(state: State) -> tuple[Lane, ...]:
    return REPLICATION.lanes(state.world)


def _event(action: Action, before: State, after: State) -> Event:
    return REPLICATION.event(action, before.world, after.world)


def _blame(broken: str, state: State) -> Blame | None:
    """Find a follower whose log is longer than its leader's, or another.

    Or who lacks what is committed, though no power was lost.
    """
    world = state.world
    for leader, follower in permutations(range(len(world.replicas)), 2):
        if not is_same_epoch(world, leader, follower):
            continue
        ours, theirs = world.replicas[follower], world.replicas[leader]
        own, whose = broker(follower), f"its leader, {broker(leader)},"
        lanes = frozenset({broker(leader), own})
        if broken == "no-follower-is-ahead" and ours.end_offset > theirs.end_offset:
            ends = f"ends at {ours.end_offset}, that of {whose} at {theirs.end_offset}"
            return Blame(lanes, f"the log of {own} {ends}")
        shared = min(ours.end_offset, theirs.end_offset)
        if broken == "followers-copy" and ours.log[:shared] != theirs.log[:shared]:
            return Blame(lanes, f"{own} and {whose} have different records")
    return REPLICATION.blame(broken, world)


DRAWING = Drawing(_lanes, _event, _blame)
"""How a state and its actions are drawn."""
