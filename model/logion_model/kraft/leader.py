"""What a leader does: write, commit, answer producers, ask for another ISR."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from logion_model.kernel import Action
from logion_model.kraft.controller import refusal
from logion_model.kraft.rules import Rules, Steps, World
from logion_model.kraft.state import (
    NO_EPOCH,
    Altered,
    AlterPartition,
    Broker,
    Brokers,
    Entry,
    Member,
    Role,
    State,
    Status,
    View,
    exchanged,
    received,
    spending,
    view_of,
    with_broker,
    with_floor,
)


def committed_end(index: int, leader: Broker) -> int:
    """Return the end offset that everybody in the maximal ISR has, as far as known."""
    others = leader.view.maximal_isr - {index}
    ends = (leader.progress[other].end_offset or 0 for other in others)
    return min((*ends, leader.end_offset))


def settled(state: State, index: int, offsets: range, *, is_acked: bool) -> State:
    """Return the state after the leader answered the producers of these offsets.

    Only those that asked it: it did not write what is below its floor.
    """
    log, floor = state.brokers[index].log, state.memory.floors[index]
    if floor is None:
        return state
    values = frozenset(log[offset].value for offset in offsets if offset >= floor)
    values = (values & state.sent) - state.acked - state.refused
    if is_acked:
        return state._replace(acked=state.acked | values)
    return state._replace(refused=state.refused | values)


def failed(state: State, index: int) -> State:
    """Return the state after the leader refused what it has not committed."""
    broker = state.brokers[index]
    waiting = range(broker.high_watermark, broker.end_offset)
    return settled(state, index, waiting, is_acked=False)


def advanced(world: World, state: State, index: int, *, is_acked: bool = True) -> State:
    """Return the state after the leader committed what it may, and answered.

    A high watermark never goes back here, though a new leader may compute a lower one.
    With KIP-966 it stays while the ISR is too small: the leader does not know who else
    is eligible.
    """
    leader = state.brokers[index]
    end, start = committed_end(index, leader), leader.high_watermark
    is_small = len(leader.view.isr) < world.scope.min_isr
    if end <= start or (is_small and world.rules.keeps_eligible):
        return state
    offsets = range(start, end if is_acked else leader.end_offset)
    after = settled(state, index, offsets, is_acked=is_acked)
    consumed = (*state.consumed, *leader.log[len(state.consumed) : end])
    after = after._replace(consumed=consumed)
    return with_broker(after, index, leader._replace(high_watermark=end))


def isr_changed(world: World, state: State, index: int) -> State:
    """Return the state after a leader's ISR changed: it may commit, or must refuse."""
    maximal = state.brokers[index].view.maximal_isr
    is_enough = len(maximal) >= world.scope.min_isr
    return advanced(world, state, index, is_acked=is_enough)


def _leaders(state: State) -> Iterator[tuple[int, Broker]]:
    for index, broker in enumerate(state.brokers):
        if broker.status is Status.RUNNING and broker.role is Role.LEADER:
            yield index, broker


def write(world: World, state: State) -> Steps:
    """A leader whose maximal ISR is large enough takes a record, with acks=all.

    Alone in its ISR it commits at once, but for the first record of a log: so it is in
    the published specification, and the counts are of that.
    """
    for index, leader in _leaders(state):
        if len(leader.view.maximal_isr) < world.scope.min_isr:
            continue
        for value in sorted(frozenset(range(world.scope.values)) - state.sent):
            entry = Entry(leader.view.leader_epoch, value)
            written = leader._replace(log=(*leader.log, entry))
            after = with_broker(state, index, written)
            after = after._replace(sent=state.sent | {value})
            if state.memory.floors[index] is None:
                after = with_floor(after, index, leader.end_offset)
            if leader.log:
                after = advanced(world, after, index)
            yield Action("write", (index, value)), after


def _is_caught_up(rules: Rules, leader: Broker, follower: int) -> bool:
    """Return whether a replica out of the ISR may join it."""
    end_offset = leader.progress[follower].end_offset
    if end_offset is None and rules.awaits_fetch:
        return False
    needed = (
        leader.high_watermark if rules.awaits_high_watermark else 0,
        (leader.epoch_start or 0) if rules.awaits_epoch_start else 0,
    )
    return (end_offset or 0) >= max(needed)


def _proposed(
    rules: Rules, index: int, leader: Broker, late: Brokers
) -> AlterPartition:
    """Return what the leader asks for when these members of the ISR are late."""
    isr, replicas = leader.view.isr, leader.view.replicas
    kept = (isr & replicas) - late | {index}
    joining = {it for it in replicas - isr - kept if _is_caught_up(rules, leader, it)}
    epochs = {it: leader.progress[it].broker_epoch for it in joining}
    epochs[index] = leader.epoch
    members = (Member(it, epochs.get(it, NO_EPOCH)) for it in sorted(kept | joining))
    return AlterPartition(
        source=index,
        isr=tuple(members),
        leader_epoch=leader.view.leader_epoch,
        partition_epoch=leader.view.partition_epoch,
        broker_epoch=leader.epoch,
    )


def _late(world: World, state: State, index: int) -> Iterator[Brokers]:
    """Yield each set of members that the leader may take for late."""
    isr = sorted(state.brokers[index].view.isr - {index})
    may_shrink = state.memory.spent.shrinks < world.scope.shrinks
    for size in range(len(isr) + 1 if may_shrink else 1):
        yield from map(frozenset, combinations(isr, size))


def propose(world: World, state: State) -> Steps:
    """A leader asks for another ISR, and counts with it at once.

    What was refused before is asked again only if it would be accepted now: a bound of
    the explored world.
    """
    for index, leader in _leaders(state):
        if leader.is_proposing:
            continue
        for late in _late(world, state, index):
            request = _proposed(world.rules, index, leader, late)
            if request.members == leader.view.isr:
                continue
            is_old = request in state.messages or request in state.memory.received
            if is_old and refusal(world.rules, state, request):
                continue
            after = _proposing(state, index, request)
            if leader.view.isr - request.members:
                after = spending(after, "shrinks")
            yield Action("propose", (index, *sorted(request.members))), after


def _proposing(state: State, index: int, request: AlterPartition) -> State:
    leader = state.brokers[index]
    view = leader.view._replace(maximal_isr=request.members | leader.view.isr)
    after = with_broker(state, index, leader._replace(view=view, proposal=request))
    return after._replace(messages=state.messages | {request})


def learn_isr(world: World, state: State) -> Steps:
    """A leader hears whether the ISR is what it asked for."""
    for answer in received(state, Altered):
        index = answer.request.source
        broker = state.brokers[index]
        if broker.status is not Status.RUNNING or broker.role is not Role.LEADER:
            continue
        if broker.is_proposing and broker.proposal == answer.request:
            view = _agreed(broker.view, answer)
            if view is not None:
                heard = exchanged(state, answer)
                done = broker._replace(view=view, proposal=None)
                after = isr_changed(world, with_broker(heard, index, done), index)
                yield Action("learn_isr", (index, answer.error or "accepted")), after


def _agreed(view: View, answer: Altered) -> View | None:
    """Return what the leader believes then; None if the metadata log will tell it."""
    partition = answer.partition
    if partition is None:
        return view._replace(maximal_isr=view.isr)
    if (
        partition.partition_epoch <= view.partition_epoch
        or partition.leader_epoch != view.leader_epoch
    ):
        return None
    return view_of(partition)
