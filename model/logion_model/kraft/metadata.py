"""What a replica does when it reads of a change of its partition."""

from __future__ import annotations

from logion_model.kernel import Action
from logion_model.kraft.leader import failed, isr_changed
from logion_model.kraft.rules import Rules, Steps, World
from logion_model.kraft.state import (
    Broker,
    Fetcher,
    Partition,
    Position,
    Progress,
    Role,
    State,
    Status,
    View,
    view_of,
    with_broker,
    with_floor,
)


def _matters(index: int, broker: Broker, record: Partition) -> bool:
    """Return whether a replica has to act on this record.

    A leader on any; a follower when the leader epoch rises; who is new when it is among
    the replicas. The others wait: a bound of the explored world.
    """
    if broker.role is Role.LEADER:
        return True
    if index in broker.view.replicas:
        return record.leader_epoch > broker.view.leader_epoch
    return index in record.replicas


def read_metadata(world: World, state: State) -> Steps:
    """A broker reads the metadata log up to a record that matters to its replica."""
    for index, broker in enumerate(state.brokers):
        if broker.status is not Status.RUNNING:
            continue
        for offset in range(broker.metadata_offset, len(state.metadata_log)):
            record = state.metadata_log[offset]
            if _matters(index, broker, record):
                read = broker._replace(metadata_offset=offset + 1)
                after = with_broker(state, index, read)
                action = Action("read_metadata", (index, offset))
                yield action, _applied(world, after, index, record)


def _applied(world: World, state: State, index: int, record: Partition) -> State:
    """Return the state after a replica learnt this; nothing if it knows better."""
    broker = state.brokers[index]
    old, new = broker.view, view_of(record)
    if new.partition_epoch <= old.partition_epoch:
        return state
    if index not in new.replicas:
        return _deleted(state, index)
    after = with_broker(state, index, broker._replace(view=new))
    if new.leader == index:
        return _leads(world, after, index, old)
    if new.leader is None:
        return _waits(after, index)
    is_old = new.leader_epoch == old.leader_epoch and old.leader != index
    return after if is_old else _becomes_follower(world.rules, after, index, old)


def _leads(world: World, state: State, index: int, old: View) -> State:
    """Whoever led in this epoch before goes on; for others it begins."""
    view = state.brokers[index].view
    led = old.leader == index and old.leader_epoch == view.leader_epoch
    if led and world.rules.stays_leader:
        return _stays_leader(world, state, index)
    return _becomes_leader(world, state, index)


def _stays_leader(world: World, state: State, index: int) -> State:
    """The leader's ISR changed: it may commit more, or must refuse."""
    after = isr_changed(world, state, index)
    leader = after.brokers[index]
    proposal = leader.proposal
    if proposal and leader.view.partition_epoch > proposal.partition_epoch:
        leader = leader._replace(proposal=None)
    return with_broker(after, index, leader)


def _becomes_leader(world: World, state: State, index: int) -> State:
    """A leader epoch begins: at the end of the log, knowing nothing of followers.

    One that led before still knows of those in the ISR, but of no others: they have to
    prove themselves again.
    """
    after = isr_changed(world, state, index)
    broker = after.brokers[index]
    led = broker.role is Role.LEADER
    kept = broker.view.isr if led else frozenset()
    if led and not world.rules.forgets_progress:
        kept = broker.view.replicas
    progress = tuple(
        it if other in kept else Progress() for other, it in enumerate(broker.progress)
    )
    leader = broker._replace(
        role=Role.LEADER,
        epoch_start=broker.end_offset,
        progress=progress,
        proposal=None,
        fetchers=_removed(broker),
    )
    return with_broker(after, index, leader)


def _removed(broker: Broker) -> tuple[Fetcher, ...]:
    """Return its fetchers without the partition; answers may be on their way."""
    return tuple(Fetcher(None, it.is_waiting) for it in broker.fetchers)


def _renounced(state: State, index: int) -> State:
    """Return the state after a broker gave up to lead, if it did."""
    after = with_floor(failed(state, index), index, None)
    broker = after.brokers[index]
    follower = broker._replace(
        progress=(Progress(),) * len(broker.progress), proposal=None, epoch_start=None
    )
    return with_broker(after, index, follower)


def _becomes_follower(rules: Rules, state: State, index: int, old: View) -> State:
    """A replica follows in a new epoch: it reads on from the end of its log.

    It does not truncate: the leader will tell it from where its log diverged.
    """
    after = _renounced(state, index)
    broker = after.brokers[index]
    leader, epoch = broker.view.leader, broker.view.leader_epoch
    assert leader is not None
    is_newer = epoch > old.leader_epoch and rules.restarts_fetcher
    fetchers = broker.fetchers
    if is_newer or fetchers[leader].position is None:
        added = Position(broker.end_offset, broker.last_epoch)
        fetchers = tuple(
            it._replace(position=added if source == leader else None)
            for source, it in enumerate(fetchers)
        )
    follower = broker._replace(role=Role.FOLLOWER, fetchers=fetchers)
    return with_broker(after, index, follower)


def _waits(state: State, index: int) -> State:
    """Nobody leads: a replica neither leads nor follows."""
    after = _renounced(state, index)
    broker = after.brokers[index]
    waiting = broker._replace(role=None, fetchers=_removed(broker))
    return with_broker(after, index, waiting)


def _deleted(state: State, index: int) -> State:
    """A broker has no replica any more."""
    after = _waits(state, index)
    gone = after.brokers[index]._replace(log=(), high_watermark=0, view=View())
    return with_broker(after, index, gone)
