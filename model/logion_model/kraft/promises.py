"""What must hold of a partition under a KRaft controller, and the specification."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from logion_model.kernel import Property, Spec
from logion_model.kraft import controller, fetch, leader, lifecycle, metadata
from logion_model.kraft.rules import Rules, Scope, Steps, World
from logion_model.kraft.state import (
    Broker,
    Entry,
    Fetched,
    Fetcher,
    Memory,
    Partition,
    Position,
    Progress,
    Registration,
    Role,
    State,
    Status,
    view_of,
    without_memory,
)
from logion_model.kraft.stories import after_story


def _leaders(state: State) -> Iterator[Broker]:
    """Yield who leads in the controller's leader epoch."""
    for broker in state.brokers:
        is_newest = broker.view.leader_epoch == state.partition.leader_epoch
        if broker.role is Role.LEADER and is_newest:
            yield broker


def leader_completeness(state: State) -> bool:
    """The leader, if it runs, has everything consumed and everything acknowledged."""
    index = state.partition.leader
    if index is None or not state.consumed:
        return True
    broker = state.brokers[index]
    return broker.status is not Status.RUNNING or (
        broker.end_offset >= len(state.consumed)
        and state.acked <= {entry.value for entry in broker.log}
    )


def leader_candidate_completeness(state: State) -> bool:
    """Everybody who runs and may be elected has everything consumed."""
    candidates = state.partition.isr | state.partition.elr
    return all(
        broker.end_offset >= len(state.consumed)
        for broker in (state.brokers[index] for index in candidates)
        if broker.status is Status.RUNNING
    )


def replication_quorum_superset(world: World, state: State) -> bool:
    """A leader waits for everybody who may be elected, or does not commit."""
    may_commit_alone = not world.rules.keeps_eligible
    candidates = state.partition.isr | state.partition.elr
    return all(
        (it.is_proposing or it.view.maximal_isr == it.view.isr)
        and (
            candidates <= it.view.maximal_isr
            or not (may_commit_alone or len(it.view.isr) >= world.scope.min_isr)
        )
        for it in _leaders(state)
    )


def _known(broker: Broker) -> tuple[Entry, ...]:
    return broker.log[: broker.high_watermark]


def log_matching(state: State) -> bool:
    """Two replicas have the same records below the high watermarks of both."""
    return all(
        mine.value == theirs.value
        for one, other in combinations(state.brokers, 2)
        for mine, theirs in zip(_known(one), _known(other), strict=False)
    )


def metadata_log_matching(state: State) -> bool:
    """Nobody has read more of the metadata log than there is."""
    end = len(state.metadata_log)
    return all(broker.metadata_offset <= end for broker in state.brokers)


def consistent_read(state: State) -> bool:
    """A leader has the records that were consumed, at their offsets."""
    count = len(state.consumed)
    return all(it.log[:count] == state.consumed for it in _leaders(state))


def no_committed_record_lost(state: State) -> bool:
    """Every acknowledged record is somewhere."""
    kept = {entry.value for broker in state.brokers for entry in broker.log}
    return state.acked <= kept


def epoch_starts_once(state: State) -> bool:
    """A leader's epoch began at or below its first record of that epoch."""
    for broker in state.brokers:
        start = broker.epoch_start
        if broker.role is Role.LEADER and start is not None:
            earlier = broker.log[:start]
            if any(entry.epoch == broker.view.leader_epoch for entry in earlier):
                return False
    return True


def fetchers_read_on(state: State) -> bool:
    """A follower's fetcher is at the end of its log."""
    return all(
        position.offset == broker.end_offset
        for broker in state.brokers
        for position, _ in broker.fetchers
        if position is not None
    )


def answers_fit(state: State) -> bool:
    """An answer of the epoch in which a follower is fits what it has asked last."""
    return all(
        position.offset == answer.offset
        for answer in state.messages
        if isinstance(answer, Fetched) and not answer.error
        for asker in (state.brokers[answer.dest],)
        for position, is_waiting in (asker.fetchers[answer.source],)
        if position is not None and is_waiting
        if answer.leader_epoch == asker.view.leader_epoch
    )


def min_isr_recovery_quorum(world: World, state: State) -> bool:
    """If nobody is eligible, as many as were needed are known to have been last."""
    now = state.partition
    is_over = not now.isr and not now.elr
    return not is_over or len(now.last_known_elr) == world.scope.min_isr


_SPECIFIED = "Kafka replication protocol, safety properties of the published TLA+"


def invariants(world: World) -> tuple[Property[State], ...]:
    """Return what must hold: KIP-966 promises more than 3.5."""
    eligible: Property[State] = Property(
        "min-isr-recovery-quorum",
        lambda state: min_isr_recovery_quorum(world, state),
        "KIP-966: LastKnownELR",
    )
    return (
        Property(
            "leader-completeness",
            leader_completeness,
            "Kafka documentation, Replication: committed records are not lost",
        ),
        Property(
            "leader-candidate-completeness",
            leader_candidate_completeness,
            "Kafka documentation, Replication: any member of the ISR may be elected",
        ),
        Property(
            "replication-quorum-superset",
            lambda state: replication_quorum_superset(world, state),
            "KIP-497: the leader waits for those whom it has proposed",
        ),
        Property("log-matching", log_matching, _SPECIFIED),
        Property("metadata-log-matching", metadata_log_matching, "KIP-595"),
        Property(
            "consistent-read",
            consistent_read,
            "Kafka documentation, Consumer: only committed records are read",
        ),
        Property(
            "no-committed-record-lost",
            no_committed_record_lost,
            "Kafka documentation, Producer: acks=all",
        ),
        Property(
            "epoch-starts-once",
            epoch_starts_once,
            "KIP-101: an epoch has one start offset; KAFKA-13790",
        ),
        Property("fetchers-read-on", fetchers_read_on, "KIP-320"),
        Property("answers-fit", answers_fit, "KIP-227: one fetch at a time"),
        *((eligible,) if world.rules.keeps_eligible else ()),
    )


SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "a record is consumed",
        lambda state: bool(state.consumed),
        "or no loss would be seen",
    ),
)

ACTIONS = (
    "start",
    "register",
    "learn_registration",
    "read_metadata",
    "propose",
    "alter_partition",
    "learn_isr",
    "fetch",
    "answer_fetch",
    "take_fetched",
    "write",
    "stop_dirty",
    "stop_clean",
    "fence",
    "unfence",
    "reassign",
)


def next_steps(world: World, state: State) -> Steps:
    """Yield everything that may happen next."""
    yield from lifecycle.start(world, state)
    yield from lifecycle.learn_registration(world, state)
    yield from metadata.read_metadata(world, state)
    yield from leader.propose(world, state)
    yield from leader.learn_isr(world, state)
    yield from fetch.fetch(state)
    yield from fetch.answer_fetch(world, state)
    yield from fetch.take_fetched(world, state)
    yield from leader.write(world, state)
    yield from lifecycle.stop_dirty(world, state)
    yield from lifecycle.stop_clean(world, state)
    yield from controller.register(world, state)
    yield from controller.alter_partition(world, state)
    yield from controller.fence(world, state)
    yield from controller.unfence(world, state)
    yield from controller.reassign(world, state)


def _broker(scope: Scope, index: int, now: Partition) -> Broker:
    """Return a broker at the beginning: 0 leads, others fetch from it."""
    position = Position(0, 0) if index != 0 else None
    fetchers = (Fetcher(position), *(Fetcher(),) * (scope.brokers - 1))
    earlier = now._replace(isr=now.replicas, partition_epoch=1)
    follows = Role.FOLLOWER if index in now.replicas else None
    knows = now if index in now.isr else earlier
    return Broker(
        status=Status.RUNNING,
        epoch=index + 1,
        incarnation=index + 1,
        metadata_offset=0 if index in now.replicas - now.isr else 1,
        fetchers=fetchers,
        role=Role.LEADER if index == 0 else follows,
        view=view_of(knows)
        if follows
        else view_of(Partition(frozenset(), frozenset(), None, 0, 0)),
        progress=(Progress(),) * scope.brokers,
        epoch_start=0 if index == 0 else None,
    )


def initial(scope: Scope) -> State:
    """Return a partition that is led by broker 0, its logs empty.

    Replicas that are not in sync are fenced, and do not know that they left the ISR.
    """
    replicas, isr = frozenset(range(scope.replicas)), frozenset(range(scope.isr))
    now = Partition(replicas, isr, 0, 1, 1 if replicas == isr else 2)
    brokers = range(scope.brokers)
    return State(
        metadata_log=(now,),
        registrations=tuple(
            Registration(index in replicas - isr, index + 1, index + 1)
            for index in brokers
        ),
        brokers=tuple(_broker(scope, index, now) for index in brokers),
        messages=frozenset(),
        sent=frozenset(),
        acked=frozenset(),
        refused=frozenset(),
        consumed=(),
        memory=Memory(scope.brokers + 1, scope.brokers + 1, (None,) * scope.brokers),
    )


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return the partition with these rules, in a world of this size.

    Raises ValueError for a world whose sizes do not fit, or where its story could not
    have happened.
    """
    if not 0 < scope.min_isr <= scope.isr <= scope.replicas <= scope.brokers:
        raise ValueError(f"scope {scope}: 0 < min_isr <= isr <= replicas <= brokers")
    world = World(rules, scope)

    def steps(state: State) -> Steps:
        return next_steps(world, state)

    return Spec(
        name=rules.name,
        initial=(after_story(initial(scope), scope.story, steps),),
        next=steps,
        actions=ACTIONS,
        invariants=invariants(world),
        sometimes=SOMETIMES,
        view=without_memory,
    )
