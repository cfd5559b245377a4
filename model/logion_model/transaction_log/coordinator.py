"""What a broker does with its log and with the requests that reach it.

It may take itself for the coordinator when it is none any more: what it writes then is
never replicated, and whoever waits for it is told so.
"""

from __future__ import annotations

from dataclasses import dataclass

from logion_model.transaction_log.state import (
    AddAnswer,
    AddPartitions,
    Broker,
    Code,
    InitAnswer,
    InitProducerId,
    Metadata,
    Phase,
    State,
    Write,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """How brokers come to coordinate and cease to."""

    name: str
    title: str
    source: str
    unloads: bool = True
    """A broker that follows has forgotten what it knew as a coordinator."""
    replaces: bool = True
    """What a new coordinator loads replaces what it had not forgotten."""


ADD_PARTITIONS = Rules(
    "add-partitions",
    "Clients add partitions to transactions while the coordinator changes",
    "KIP-98, Transaction Coordinator",
)
HALF_RESIGNED = Rules(
    "add-partitions-half-resigned",
    "Brokers that follow before they have forgotten what they coordinated",
    "KAFKA-9307",
    unloads=False,
)
KAFKA_9307 = Rules(
    "add-partitions-kafka-9307",
    "A coordinator that cannot load what it has not forgotten",
    "KAFKA-9307",
    unloads=False,
    replaces=False,
)

VARIANTS = (ADD_PARTITIONS, HALF_RESIGNED, KAFKA_9307)
"""Brokers that do as they should, brokers that fail halfway, and those without cure."""


def placed(
    entries: tuple[Metadata | None, ...], at: int, entry: Metadata | None
) -> tuple[Metadata | None, ...]:
    """Return the entries with another one in this place."""
    return (*entries[:at], entry, *entries[at + 1 :])


def appended(state: State, number: int, write: Write) -> State:
    """Return the state once a broker has the record in its own log."""
    broker = state.brokers[number]
    after = broker._replace(
        log=(*broker.log, write),
        pending=placed(broker.pending, write.id, write.metadata),
    )
    return state.with_broker(number, after)


def asked_for_id(state: State, request: InitProducerId) -> State:
    """Return the state once a broker has heard InitProducerId.

    A transaction that is open is aborted first, under an epoch that fences it; the
    client is told to ask again. The last id given out is taken to be the one at hand,
    as in the published specification: right while there are two transactional ids at
    most, and three would need a counter that only grows.
    """
    transactional_id, number, client = request
    broker = state.brokers[number]
    if broker.leader != number:
        return state.telling(_init_error(request, Code.NOT_COORDINATOR))
    known = broker.cache[transactional_id]
    if known is None:
        known = Metadata(state.producers + 1)
        cache = placed(broker.cache, transactional_id, known)
        state = state.with_broker(number, broker._replace(cache=cache))
    state = state._replace(producers=known.producer)
    is_busy = broker.pending[transactional_id] or known.phase is Phase.PREPARE_ABORT
    if is_busy:
        return state.telling(_init_error(request, Code.CONCURRENT_TRANSACTIONS))
    failed = _init_error(request, Code.NOT_COORDINATOR)
    if known.phase is Phase.ONGOING:
        fenced = known._replace(
            epoch=known.epoch + 1, last_epoch=-1, phase=Phase.PREPARE_ABORT
        )
        told = _init_error(request, Code.CONCURRENT_TRANSACTIONS)
        return appended(state, number, Write(transactional_id, fenced, told, failed))
    given = Metadata(known.producer, known.epoch + 1, known.epoch)
    told = InitAnswer(Code.OK, given.producer, given.epoch, number, client)
    return appended(state, number, Write(transactional_id, given, told, failed))


def _init_error(request: InitProducerId, code: Code) -> InitAnswer:
    return InitAnswer(code, -1, -1, request.broker, request.client)


def asked_to_add(state: State, request: AddPartitions) -> State:
    """Return the state once a broker has heard AddPartitionsToTxn."""
    known = state.brokers[request.broker].cache[request.id]
    code = _refusal(state.brokers[request.broker], request)
    if code is not Code.OK or known is None:
        return state.telling(_add_error(request, code))
    partitions = tuple(sorted({*known.partitions, request.partition}))
    added = known._replace(phase=Phase.ONGOING, partitions=partitions)
    told = AddAnswer(Code.OK, partitions, request.broker, request.client)
    failed = _add_error(request, Code.NOT_COORDINATOR)
    return appended(state, request.broker, Write(request.id, added, told, failed))


def _refusal(broker: Broker, request: AddPartitions) -> Code:
    """Return why a broker adds no partition, `OK` if it does."""
    known = broker.cache[request.id]
    if broker.leader != request.broker:
        return Code.NOT_COORDINATOR
    if known is None or request.producer != known.producer:
        return Code.INVALID_PRODUCER_ID_MAPPING
    if request.epoch != known.epoch:
        return Code.PRODUCER_FENCED
    if broker.pending[request.id] or known.phase is Phase.PREPARE_ABORT:
        return Code.CONCURRENT_TRANSACTIONS
    return Code.OK


def _add_error(request: AddPartitions, code: Code) -> AddAnswer:
    return AddAnswer(code, (), request.broker, request.client)


def may_commit(state: State) -> bool:
    """Return whether the leader has a record that all replicas would take."""
    leader = state.brokers[state.leader]
    are_following = all(it.leader_epoch == leader.leader_epoch for it in state.brokers)
    return are_following and leader.committed < len(leader.log)


def committed(state: State) -> State:
    """Return the state once the leader's next record is on every broker.

    Whoever waits for it is answered; an abort that is decided goes on to be completed.
    """
    number = state.leader
    leader = state.brokers[number]
    write = leader.log[leader.committed]
    brokers = tuple(
        it._replace(
            log=it.log if at == number else (*it.log, write),
            committed=leader.committed + 1,
        )
        for at, it in enumerate(state.brokers)
    )
    leader = brokers[number]
    done = leader._replace(
        cache=placed(leader.cache, write.id, write.metadata),
        pending=placed(leader.pending, write.id, None),
    )
    state = state._replace(brokers=brokers).with_broker(number, done)
    state = state.telling(write.done)
    if write.metadata.phase is Phase.PREPARE_ABORT:
        return appended(state, number, completion(write.id, write.metadata))
    return state


def completion(transactional_id: int, prepared: Metadata) -> Write:
    """Return the record that completes an abort: nobody waits for it."""
    return Write(transactional_id, prepared._replace(phase=Phase.COMPLETE_ABORT))


def elected(rules: Rules, state: State, number: int) -> State:
    """Return the state once the broker leads the log, as the former leader had it."""
    epoch = state.leader_epoch + 1
    cache = state.brokers[state.leader].cache
    before = state.brokers[number]
    is_stuck = any(before.cache) and not rules.replaces
    broker = before._replace(
        leader=number, leader_epoch=epoch, cache=cache, is_stuck=is_stuck
    )
    after = state._replace(leader=number, leader_epoch=epoch)
    return after.with_broker(number, broker)


def resigned(state: State, number: int, *, half: bool = False) -> State:
    """Return the state once the broker follows: what is not replicated is undone.

    `half`: it fails before it has forgotten what it knew as a coordinator.
    """
    broker = state.brokers[number]
    undone = broker.log[broker.committed :]
    nothing: tuple[None, ...] = (None,) * len(broker.cache)
    after = broker._replace(
        leader=state.leader,
        leader_epoch=state.leader_epoch,
        cache=broker.cache if half else nothing,
        pending=nothing,
        is_stuck=False,
        log=broker.log[: broker.committed],
    )
    return state.with_broker(number, after).telling(*(it.failed for it in undone))
