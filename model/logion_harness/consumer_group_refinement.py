"""Holds the rules of consumer groups to `logion_model.consumer_group`.

A world is a group of the code's and the consumers of the model. Whatever the model says
may happen to a consumer is given to the code as a heartbeat; what the code makes of it,
seen through `seen`, must be where the model's steps lead: the member joins if it was
out, the work is divided if that is due, and the member moves one step. How the work is
divided is the code's own choice; the model allows any.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

from logion.cluster.image import ClusterImage, PartitionInfo, TopicInfo
from logion.group.consumer import heartbeat
from logion.group.consumer.changes import empty_group
from logion.group.consumer.state import (
    Client,
    ConsumerGroup,
    Moment,
    Settings,
)
from logion.names import Uuid
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
    TopicPartitions,
)
from logion_model import consumer_group as model
from logion_model.consumer_group import KIP_848, NOTHING, OUT, Partitions, Scope, State
from logion_model.kernel import Action, Property, Spec

TOPIC_ID = Uuid(b"t" * 16)
SETTINGS = Settings(first_epoch=0)
CLIENT = Client("client", "/127.0.0.1")

Steps: TypeAlias = Iterator[tuple[Action, "World"]]


class World(NamedTuple):
    """The code's group, in the model's eyes, and how it came there."""

    state: State
    """What the model sees: the group and its consumers."""
    group: Hashed
    """The code's group."""
    is_astray: bool = False
    """Whether the code has just gone where the model does not."""


class Hashed:
    """A group that can be looked up: two are equal if their values are."""

    __slots__ = ("_key", "group")

    def __init__(self, group: ConsumerGroup) -> None:
        """Hold `group`, whose deadlines do not matter here."""
        self.group = group
        self._key = repr(
            (
                group.epoch,
                group.target_epoch,
                sorted((it, sorted(those)) for it, those in group.targets.items()),
                sorted(
                    (
                        it.member_id,
                        it.epoch,
                        it.state,
                        sorted(it.assigned),
                        sorted(it.revoking),
                    )
                    for it in group.members.values()
                ),
            )
        )

    def __eq__(self, other: object) -> bool:
        """Return whether the other group is the same."""
        return isinstance(other, Hashed) and self._key == other._key

    def __hash__(self) -> int:
        """Return what equal groups have in common."""
        return hash(self._key)


def moment(scope: Scope) -> Moment:
    """Return the present of a cluster with one topic."""
    partitions = {it: PartitionInfo(it, ()) for it in range(scope.partitions)}
    topic = TopicInfo("t", TOPIC_ID, partitions)
    image = ClusterImage(topics={"t": topic}, topics_by_id={TOPIC_ID: topic})
    return Moment(image, 0, 0, SETTINGS)


def name_of(place: int) -> str:
    """Return the member id of a place."""
    return f"m{place}"


def seen(scope: Scope, group: ConsumerGroup, before: State) -> State:
    """Return the group as the model sees it: the abstraction.

    What consumers were told and do is taken from `before`.
    """
    state = before._replace(
        epoch=group.epoch,
        target_epoch=group.target_epoch,
        target=tuple(
            frozenset(it.partition for it in group.target_of(name_of(place)))
            for place in range(scope.members)
        ),
    )
    for place, seat in enumerate(before.seats):
        member = group.members.get(name_of(place))
        if member is None:
            state = model.seated(state, place, model.Seat())
            continue
        now = seat._replace(
            epoch=member.epoch,
            assigned=frozenset(it.partition for it in member.assigned),
            revoking=frozenset(it.partition for it in member.revoking),
        )
        state = model.seated(state, place, now)
    return state


def request(
    place: int, epoch: int, owned: Partitions | None = None, **fields: Any
) -> ConsumerGroupHeartbeatRequest:
    """Return a heartbeat that says what a consumer owns, None: it does not say it."""
    mine = tuple(sorted(owned or NOTHING))
    topics = (TopicPartitions(topic_id=TOPIC_ID, partitions=mine),) if mine else ()
    return ConsumerGroupHeartbeatRequest(
        group_id="g",
        member_id=name_of(place),
        member_epoch=epoch,
        topic_partitions=None if owned is None else topics,
        **fields,
    )


def told(answer: ConsumerGroupHeartbeatResponse) -> Partitions | None:
    """Return the partitions that an answer tells, None if it tells none."""
    if answer.assignment is None:
        return None
    return frozenset(
        p for it in answer.assignment.topic_partitions for p in it.partitions
    )


def _after(scope: Scope, group: ConsumerGroup, expected: State) -> World:
    """Return the world with the code's group, which should look as `expected`."""
    group = replace(group, timers={}, image_seen=None)
    state = seen(scope, group, expected)
    return World(state, Hashed(group), state != expected)


def _divided(state: State, group: ConsumerGroup, scope: Scope) -> State:
    """Return the state after the work was divided as the code did, if it was due."""
    if state.target_epoch == state.epoch:
        return state
    target = seen(scope, group, state).target
    if target not in set(model.divisions(scope, state)):
        return state
    return model.divided(state, target)


def _sent(
    scope: Scope, world: World, place: int, sent: ConsumerGroupHeartbeatRequest
) -> World:
    """Give a heartbeat to the code; return where that leads."""
    state, is_joining = world.state, sent.member_epoch == 0
    outcome, answer = heartbeat.on_heartbeat(
        world.group.group, sent, CLIENT, moment(scope)
    )
    if is_joining:
        state = model.joined(state, place)
    state = _divided(state, outcome.group, scope)
    owned = None if sent.topic_partitions is None else state.seats[place].owned
    state, has_news = model.beaten(KIP_848, state, place, owned)
    after = _after(scope, outcome.group, state)
    said, wanted = told(answer), state.seats[place].told
    is_told = said == wanted if has_news or is_joining else said is None
    return after if is_told else after._replace(is_astray=True)


def _left(scope: Scope, world: World, place: int) -> World:
    sent = request(place, OUT)
    outcome, _ = heartbeat.on_leave(world.group.group, sent, moment(scope))
    expected = model.left(world.state, place)
    return _after(scope, outcome.group, expected)


def next_steps(scope: Scope, world: World) -> Steps:
    """Yield everything that may happen next; the coordinator is the code."""
    state = world.state
    joins = {"rebalance_timeout_ms": 1, "subscribed_topic_names": ("t",)}
    for place, seat in enumerate(state.seats):
        may_change = state.epoch < scope.changes
        if not seat.is_in and may_change:
            sent = request(place, 0, NOTHING, **joins)
            yield Action("join", (place,)), _sent(scope, world, place, sent)
        if seat.is_in and may_change:
            yield Action("leave", (place,)), _left(scope, world, place)
        if seat.is_in:
            said = request(place, seat.epoch, seat.owned)
            yield Action("heartbeat", (place,)), _sent(scope, world, place, said)
            silent = request(place, seat.epoch)
            after = _sent(scope, world, place, silent)
            yield Action("silent_heartbeat", (place,)), after
        if seat.told != seat.owned:
            followed = world._replace(state=model.followed(state, place))
            yield Action("follow", (place,)), followed


ACTIONS = ("join", "leave", "heartbeat", "silent_heartbeat", "follow")


def refinement(scope: Scope) -> Spec[World]:
    """Return the code's coordinator in a world of this size.

    It breaks `goes-where-the-model-does` if a step leads elsewhere, and what the model
    promises must hold of it, too.
    """
    group = empty_group("g", SETTINGS)
    promises = model.invariants(KIP_848, scope)
    return Spec(
        name="consumer-group-refinement",
        initial=(World(model.initial(scope), Hashed(group)),),
        next=lambda world: next_steps(scope, world),
        actions=ACTIONS,
        invariants=(
            Property(
                "goes-where-the-model-does",
                lambda world: not world.is_astray,
                "logion_model.consumer_group",
            ),
            *(
                Property(
                    it.name,
                    lambda world, holds=it.holds: holds(world.state),  # type: ignore[misc]
                    it.source,
                )
                for it in promises
            ),
        ),
    )
