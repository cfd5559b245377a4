"""The world in which the replicas are the code's, and what the model sees of it.

A world is a state of `logion_model.replication`, and what the code's replicas know
besides: leaders what their followers told them, all of them the epochs of their logs,
and followers that look for where their log parts from their leader's. The abstraction
forgets that. A replica that was told whom to follow is still, to the model, what it was
before, until it copies: the model tells it, lets it ask and cuts its log in one step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias, TypeVar

from logion.log.epochs import Epochs, with_epoch
from logion.names import BrokerId, LeaderEpoch
from logion.replica.follower import Follower
from logion.replica.isr import Patience
from logion.replica.leader import Leader
from logion_model.kernel import Action, Property
from logion_model.replication import base as model
from logion_model.replication.base import Assignment, Entry, State

T = TypeVar("T")

NO_LEADER = BrokerId(-1)

PATIENCE = Patience(time_ms=10_000)

LATE_MS = PATIENCE.time_ms + 1
"""Any follower that lacks something may be late: the models have no clock."""

STEPS_ARE_THE_MODELS: Property[Any] = Property(
    "steps are the model's", lambda world: not world.is_astray, "docs/refinement.md"
)
"""Of a world that knows whether the step that led to it is none of the model's."""


class Known(NamedTuple):
    """What a leader knows beside its log."""

    end_offsets: tuple[tuple[BrokerId, int], ...]
    """Of its replicas' logs, by broker."""
    epoch_start_offset: int


class Seeking(NamedTuple):
    """A replica that was told whom to follow, and copies nothing yet."""

    request: Assignment
    asked: int | None
    """The epoch it asks for; None if it waits for its first answer."""


class World(NamedTuple):
    """What the model sees, and what the code's replicas know besides."""

    state: State
    leaders: tuple[Known | None, ...]
    """For each replica what it knows as a leader, None if it is none."""
    seeking: tuple[Seeking | None, ...]
    epochs: tuple[Epochs, ...]
    """Of each replica's log."""
    is_astray: bool = False
    """Whether the step that led here is none that the model allows."""
    is_deaf: bool = False
    """Whether a leader did not take notice of a fetch that led here."""


Steps: TypeAlias = Iterator[tuple[Action, World]]


def first_world(state: State) -> World:
    """Return the world in which the code knows as little as the model's replicas."""
    nobody = (None,) * len(state.replicas)
    return World(state, nobody, nobody, ((),) * len(state.replicas))


def leader_of(world: World, index: int) -> Leader | None:
    """Return the leader that the code has at this replica, None at a follower."""
    known = world.leaders[index]
    if known is None:
        return None
    replica = world.state.replicas[index]
    return Leader(
        BrokerId(index),
        LeaderEpoch(replica.epoch),
        frozenset(map(BrokerId, replica.isr)),
        dict(known.end_offsets),
        replica.high_watermark,
        known.epoch_start_offset,
        partition_epoch=0,
    )


def leaders(world: World) -> Iterator[tuple[int, Leader]]:
    """Yield the code's leaders, with their indexes."""
    for index in range(len(world.leaders)):
        leader = leader_of(world, index)
        if leader is not None:
            yield index, leader


def with_leader(world: World, leader: Leader) -> World:
    """Return the world in which this leader plays its replica: the abstraction."""
    index = leader.broker
    replica = world.state.replicas[index]._replace(
        high_watermark=leader.high_watermark,
        epoch=leader.epoch,
        leader=index,
        isr=frozenset(leader.isr),
    )
    known = Known(tuple(sorted(leader.end_offsets.items())), leader.epoch_start_offset)
    return world._replace(
        state=model.with_replica(world.state, index, replica),
        leaders=_put(world.leaders, index, known),
        seeking=_put(world.seeking, index, None),
    )


def follower_of(world: World, index: int) -> Follower:
    """Return the replica as the code's follower of whom it last heard of."""
    replica, seeking = world.state.replicas[index], world.seeking[index]
    leader = seeking.request.leader if seeking else replica.leader
    epoch = seeking.request.epoch if seeking else replica.epoch
    return Follower(
        NO_LEADER if leader is None else BrokerId(leader),
        LeaderEpoch(epoch),
        world.epochs[index],
        0,
        replica.end_offset,
        replica.high_watermark,
        seeking.asked if seeking else None,
    )


def waiting(world: World, index: int, seeking: Seeking) -> World:
    """Return the world in which a replica leads no more, and does not yet copy."""
    return world._replace(
        leaders=_put(world.leaders, index, None),
        seeking=_put(world.seeking, index, seeking),
    )


def settled(world: World, index: int, request: Assignment, follower: Follower) -> World:
    """Return the world in which this follower copies, its log cut to its end."""
    log = world.state.replicas[index].log[: follower.end_offset]
    replica = model.Replica(
        log, follower.high_watermark, request.epoch, request.leader, request.isr
    )
    return world._replace(
        state=model.with_replica(world.state, index, replica),
        leaders=_put(world.leaders, index, None),
        seeking=_put(world.seeking, index, None),
        epochs=_put(world.epochs, index, follower.epochs),
    )


def with_epochs(world: World, index: int, epochs: Epochs) -> World:
    """Return the world in which a replica's log is known to have these epochs."""
    return world._replace(epochs=_put(world.epochs, index, epochs))


def written(world: World, index: int, count: int) -> World:
    """Return the world in which so many new records are in this replica's log."""
    state = world.state
    replica = state.replicas[index]
    first = state.next_record
    new = [Entry(record, replica.epoch) for record in range(first, first + count)]
    after = replica._replace(log=(*replica.log, *new))
    state = model.with_replica(state, index, after)
    grown = world._replace(state=state._replace(next_record=first + count))
    epochs = with_epoch(world.epochs[index], replica.epoch, replica.end_offset)
    return with_epochs(grown, index, epochs)


def epochs_with(epochs: Epochs, records: tuple[Entry, ...], end_offset: int) -> Epochs:
    """Return the epochs of a log that gets these records at its end offset."""
    for offset, record in enumerate(records, end_offset):
        epochs = with_epoch(epochs, record.epoch, offset)
    return epochs


def seen_through(promise: Property[State]) -> Property[World]:
    """Return a promise of the model, asked of the code's world."""
    return Property(
        promise.name, lambda world: promise.holds(world.state), promise.source
    )


def _put(values: tuple[T, ...], index: int, new: T) -> tuple[T, ...]:
    return (*values[:index], new, *values[index + 1 :])
