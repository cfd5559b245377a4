"""What the controller does: register, fence, elect, change the ISR, reassign."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

from logion_model.kernel import Action
from logion_model.kraft.rules import Rules, Steps, World
from logion_model.kraft.state import (
    NO_EPOCH,
    NOBODY,
    Altered,
    AlterPartition,
    Brokers,
    Partition,
    Register,
    Registered,
    Registration,
    State,
    Status,
    exchanged,
    received,
    spending,
    with_registration,
)


def _decided(world: World, state: State, decision: Partition) -> State:
    """Return the state after the controller wrote this down, in a new epoch."""
    now = state.partition
    lost = decision.replicas & (now.elr - decision.elr)
    is_enough = len(decision.isr) >= world.scope.min_isr
    record = decision._replace(
        partition_epoch=now.partition_epoch + 1,
        last_known_elr=NOBODY if is_enough else now.last_known_elr | lost,
    )
    return state._replace(metadata_log=(*state.metadata_log, record))


def _eligible(world: World, state: State, isr: Brokers, replicas: Brokers) -> Brokers:
    """Return the ELR beside this ISR: with enough in sync nobody else is needed.

    A member of the ELR that comes back to an ISR that is still too small stays in the
    ELR: so it is in the published specification, and the counts are of that.
    """
    if not world.rules.keeps_eligible or len(isr) >= world.scope.min_isr:
        return NOBODY
    now = state.partition
    return (now.elr & replicas) | ((now.isr & replicas) - isr)


def _brokers_changed(
    world: World, state: State, unfenced: Brokers, sets: tuple[Brokers, Brokers]
) -> Iterator[State]:
    """Yield each state after the controller thought again about leader, ISR and ELR.

    `sets` are the ISR and the ELR that it is to have.
    """
    now, (isr, elr) = state.partition, sets
    changed = now._replace(isr=isr, elr=elr)
    elected = changed._replace(leader_epoch=now.leader_epoch + 1)
    in_sync, eligible = isr & unfenced, elr & unfenced
    if now.leader in in_sync or (now.leader is None and not in_sync | eligible):
        yield state if changed == now else _decided(world, state, changed)
    elif in_sync:
        for leader in sorted(in_sync):
            yield _decided(world, state, elected._replace(leader=leader))
    elif eligible:
        for leader in sorted(eligible):
            chosen = elected._replace(
                leader=leader, isr=isr | {leader}, elr=elr - {leader}
            )
            yield _decided(world, state, chosen)
    else:
        yield _decided(world, state, elected._replace(leader=None))


def fencing(world: World, state: State, broker: int) -> Iterator[State]:
    """Yield each state after the controller took a broker for dead.

    It leaves the ISR; before KIP-966 the last member stays.
    """
    now = state.partition
    is_last = len(now.isr) == 1 and not world.rules.keeps_eligible
    isr = now.isr if is_last else now.isr - {broker}
    sets = (isr, _eligible(world, state, isr, now.replicas))
    registration = state.registrations[broker]._replace(is_fenced=True)
    for after in _brokers_changed(world, state, state.unfenced - {broker}, sets):
        yield with_registration(after, broker, registration)


def _unfencing(world: World, state: State, broker: int) -> Iterator[State]:
    """Yield each state after a broker is alive: it may lead where nobody does."""
    now = state.partition
    if now.leader is not None:
        yield state
        return
    unfenced = state.unfenced | {broker}
    yield from _brokers_changed(world, state, unfenced, (now.isr, now.elr))


def _unclean(world: World, state: State, broker: int) -> Iterator[State]:
    """Yield each state after a broker came back that may have lost its log."""
    now = state.partition
    sets = (now.isr - {broker}, now.elr - {broker})
    yield from _brokers_changed(world, state, state.unfenced | {broker}, sets)


def fence(world: World, state: State) -> Steps:
    """The controller misses the heartbeats of a broker."""
    if state.memory.spent.fences >= world.scope.fences:
        return
    for broker in sorted(state.unfenced):
        for after in fencing(world, state, broker):
            yield Action("fence", (broker, after.leads)), spending(after, "fences")


def unfence(world: World, state: State) -> Steps:
    """The controller hears of a fenced broker again."""
    for broker, registration in enumerate(state.registrations):
        if registration.is_fenced and state.brokers[broker].status is Status.RUNNING:
            alive = registration._replace(is_fenced=False)
            for after in _unfencing(world, state, broker):
                yield (
                    Action("unfence", (broker, after.leads)),
                    with_registration(after, broker, alive),
                )


def register(world: World, state: State) -> Steps:
    """The controller registers a broker, in a new broker epoch.

    With KIP-966 a broker that does not say which epoch it had may have lost its log.
    """
    for request in received(state, Register):
        broker, incarnation, previous_epoch = request
        known = state.registrations[broker]
        if not known.is_fenced and known.incarnation != incarnation:
            continue
        is_unclean = world.rules.keeps_eligible and previous_epoch == NO_EPOCH
        handle = _unclean if is_unclean else _unfencing
        for after in handle(world, state, broker):
            registered = _registered(after, request, len(state.metadata_log))
            yield Action("register", (broker, after.leads)), registered


def _registered(state: State, request: Register, metadata_offset: int) -> State:
    broker, incarnation, _ = request
    epoch = state.memory.next_epoch
    answer = Registered(broker, epoch, incarnation, metadata_offset)
    after = exchanged(state, request, answer)
    after = after._replace(memory=after.memory._replace(next_epoch=epoch + 1))
    known = Registration(is_fenced=False, epoch=epoch, incarnation=incarnation)
    return with_registration(after, broker, known)


def refusal(rules: Rules, state: State, request: AlterPartition) -> str:
    """Return the error that the controller answers with, empty if it accepts."""
    now, source = state.partition, request.source
    is_current = (
        source == now.leader
        and request.broker_epoch == state.registrations[source].epoch
        and (
            request.partition_epoch == now.partition_epoch
            or not rules.checks_partition_epoch
        )
    )
    if not is_current:
        return "FENCED_LEADER_EPOCH"
    for broker, epoch in request.isr:
        is_fenced, current_epoch, _ = state.registrations[broker]
        if is_fenced and rules.checks_fencing:
            return "INELIGIBLE_REPLICA"
        if epoch not in (NO_EPOCH, current_epoch) and rules.checks_broker_epochs:
            return "INELIGIBLE_REPLICA"
    return ""


def alter_partition(world: World, state: State) -> Steps:
    """The controller makes a leader's proposal the ISR, or refuses."""
    for request in received(state, AlterPartition):
        asked = (request.source, *sorted(request.members))
        error = refusal(world.rules, state, request)
        if error:
            refused = _answered(state, Altered(request, None, error))
            yield Action("alter_partition", (*asked, error)), refused
            continue
        for decision in _accepted(world, state, request.members):
            after = _decided(world, state, decision)
            changed = _answered(after, Altered(request, after.partition))
            yield Action("alter_partition", (*asked, after.leads)), changed


def _answered(state: State, answer: Altered) -> State:
    received = state.memory.received | {answer.request}
    after = exchanged(state, answer.request, answer)
    return after._replace(memory=after.memory._replace(received=received))


def _accepted(world: World, state: State, proposed: Brokers) -> Iterator[Partition]:
    """Yield what the partition may become; a reassignment may end with it."""
    now = state.partition
    isr = proposed - now.removing
    is_complete = (
        bool(now.adding | now.removing)
        and now.adding <= isr
        and len(isr) >= world.scope.min_isr
    )
    if is_complete:
        replicas = now.replicas - now.removing
        yield from _led(_completed(world, state, replicas, isr))
    else:
        elr = _eligible(world, state, proposed, now.replicas)
        yield from _led(now._replace(isr=proposed, elr=elr))


def _completed(
    world: World, state: State, replicas: Brokers, isr: Brokers
) -> Partition:
    """Return the partition after a reassignment, in a new leader epoch."""
    now = state.partition
    return now._replace(
        replicas=replicas,
        isr=isr,
        elr=_eligible(world, state, isr, replicas),
        leader_epoch=now.leader_epoch + 1,
        adding=NOBODY,
        removing=NOBODY,
    )


def _led(partition: Partition) -> Iterator[Partition]:
    """Yield it with its leader if that is in the ISR, else with each other member."""
    if partition.leader in partition.isr:
        yield partition
        return
    for leader in sorted(partition.isr):
        yield partition._replace(leader=leader)


def _subsets(brokers: Brokers) -> Iterator[Brokers]:
    members = sorted(brokers)
    sizes = range(len(members) + 1)
    chosen = chain.from_iterable(combinations(members, size) for size in sizes)
    return map(frozenset, chosen)


def reassign(world: World, state: State) -> Steps:
    """Somebody has the controller move the partition to other brokers."""
    now = state.partition
    if state.memory.spent.reassignments >= world.scope.reassignments:
        return
    if now.adding | now.removing:
        return
    others = frozenset(range(world.scope.brokers)) - now.replicas
    for adding in _subsets(others):
        for removing in _subsets(now.replicas):
            left = len(now.replicas) + len(adding) - len(removing)
            if adding | removing and left >= world.scope.min_isr:
                for decision in _reassigned(world, state, adding, removing):
                    after = _decided(world, state, decision)
                    asked = (sorted(adding), sorted(removing), after.leads)
                    yield Action("reassign", asked), spending(after, "reassignments")


def _reassigned(
    world: World, state: State, adding: Brokers, removing: Brokers
) -> Iterator[Partition]:
    """Yield the partition while it moves, or after it if nobody must catch up."""
    now = state.partition
    grown, isr = now.replicas | adding, now.isr - removing
    is_complete = adding <= isr and len(isr) >= world.scope.min_isr
    if is_complete and grown - removing:
        yield from _led(_completed(world, state, grown - removing, isr))
    else:
        moving = now._replace(replicas=grown, adding=adding, removing=removing)
        yield from _led(moving)
