"""What happens to a broker: it starts, is registered, and stops with its log or not."""

from __future__ import annotations

from collections.abc import Iterator

from logion_model.kernel import Action
from logion_model.kraft.controller import fencing
from logion_model.kraft.leader import failed
from logion_model.kraft.rules import Steps, World
from logion_model.kraft.state import (
    NO_EPOCH,
    Broker,
    Fetch,
    Fetched,
    Fetcher,
    Progress,
    Register,
    Registered,
    Role,
    State,
    Status,
    View,
    exchanged,
    received,
    spending,
    with_broker,
    with_fetcher,
    with_floor,
)


def start(world: World, state: State) -> Steps:
    """A broker starts as another incarnation, and asks to be registered.

    With KIP-966 it says which broker epoch it had before a clean shutdown.
    """
    memory = state.memory
    incarnation = memory.next_incarnation
    for index, broker in enumerate(state.brokers):
        if not broker.status.is_offline:
            continue
        epoch = broker.epoch if world.rules.keeps_eligible else NO_EPOCH
        started = broker._replace(
            status=Status.STARTING, epoch=epoch, incarnation=incarnation, role=None
        )
        after = with_broker(state, index, started)._replace(
            messages=state.messages | {Register(index, incarnation, epoch)},
            memory=memory._replace(next_incarnation=incarnation + 1),
        )
        yield Action("start", (index,)), after


def learn_registration(world: World, state: State) -> Steps:
    """A broker is registered: it knows nothing of the partition and reads of it anew.

    It has the metadata log up to its registration but for one record, so that it
    learns of its partition by a step of its own.
    """
    for answer in received(state, Registered):
        index, epoch, incarnation, metadata_offset = answer
        broker = state.brokers[index]
        is_mine = broker.incarnation == incarnation
        if broker.status is Status.STARTING and (
            is_mine or not world.rules.checks_incarnation
        ):
            running = broker._replace(
                status=Status.RUNNING,
                epoch=epoch,
                metadata_offset=max(metadata_offset - 1, 0),
                view=View(),
            )
            after = with_broker(exchanged(state, answer), index, running)
            yield Action("learn_registration", (index, incarnation)), after


def _disconnected(state: State, gone: int) -> State:
    """Return the state without any fetch from or to a broker that stops.

    Who waited for its answer does so no longer, and will try again.
    """
    messages = frozenset(
        it
        for it in state.messages
        if not isinstance(it, Fetch | Fetched) or gone not in (it.source, it.dest)
    )
    brokers = tuple(
        broker if index == gone else _failed_to_fetch(broker, gone)
        for index, broker in enumerate(state.brokers)
    )
    return state._replace(messages=messages, brokers=brokers)


def _failed_to_fetch(broker: Broker, gone: int) -> Broker:
    position, is_waiting = broker.fetchers[gone]
    if not is_waiting:
        return broker
    delayed = position._replace(is_delayed=True) if position else None
    return with_fetcher(broker, gone, Fetcher(delayed))


def _stopped(broker: Broker, status: Status) -> Broker:
    """Return the broker without what it had in memory."""
    count = len(broker.fetchers)
    return broker._replace(
        status=status,
        epoch=NO_EPOCH,
        incarnation=0,
        fetchers=(Fetcher(),) * count,
        role=None,
        progress=(Progress(),) * count,
        proposal=None,
    )


def _stopping(
    world: World, state: State, index: int, stopped: Broker
) -> Iterator[State]:
    """Yield each state after a broker stopped and the controller noticed."""
    leads = state.brokers[index].role is Role.LEADER
    after = failed(state, index) if leads else state
    after = with_broker(_disconnected(after, index), index, stopped)
    yield from fencing(world, with_floor(after, index, None), index)


def stop_dirty(world: World, state: State) -> Steps:
    """A broker dies and loses its whole log: nothing was flushed, or the disk is new.

    Where the last replica is spared, the only member of the ISR does not.
    """
    if state.memory.spent.unclean_shutdowns >= world.scope.unclean:
        return
    for index, broker in enumerate(state.brokers):
        is_last = state.partition.isr == {index}
        if broker.status.is_offline or (is_last and world.scope.spare_last):
            continue
        stopped = _stopped(broker, Status.OFFLINE_DIRTY)
        emptied = stopped._replace(log=(), high_watermark=0, epoch_start=None)
        for after in _stopping(world, state, index, emptied):
            spent = spending(after, "unclean_shutdowns")
            yield Action("stop_dirty", (index, after.leads)), spent


def stop_clean(world: World, state: State) -> Steps:
    """A broker stops with its log; it may leave its broker epoch on disk (KIP-966).

    Without it the controller takes the stop for an unclean one, though no data is lost.
    """
    if state.memory.spent.clean_shutdowns >= world.scope.clean:
        return
    for index, broker in enumerate(state.brokers):
        if broker.status.is_offline:
            continue
        stopped = _stopped(broker, Status.OFFLINE_CLEAN)
        epochs = (broker.epoch, NO_EPOCH) if world.rules.keeps_eligible else (NO_EPOCH,)
        for epoch in epochs:
            left = stopped._replace(epoch=epoch)
            for after in _stopping(world, state, index, left):
                spent = spending(after, "clean_shutdowns")
                yield Action("stop_clean", (index, epoch, after.leads)), spent
