"""Clients that add partitions to transactions while the coordinator changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from logion_model.kernel import Action, Fairness, Liveness, Property, Spec
from logion_model.transaction_log.coordinator import (
    Rules,
    appended,
    asked_for_id,
    asked_to_add,
    committed,
    completion,
    elected,
    may_commit,
    resigned,
)
from logion_model.transaction_log.state import (
    UNKNOWN,
    AddAnswer,
    AddPartitions,
    Broker,
    Client,
    Code,
    InitAnswer,
    InitProducerId,
    Phase,
    Scope,
    State,
    Status,
    Write,
)

Steps: TypeAlias = Iterator[tuple[Action, State]]


def told_id(state: State, answer: InitAnswer) -> State:
    """Return the state once a client has its producer id, or may ask again."""
    before = state.clients[answer.client]
    if answer.code is Code.OK:
        after = before._replace(
            status=Status.HAS_ID,
            coordinator=answer.broker,
            producer=answer.producer,
            epoch=answer.epoch,
            last_status=None,
            last_error=None,
        )
    else:
        after = before._replace(
            status=Status.READY, last_status=before.status, last_error=answer.code
        )
    return state.with_client(answer.client, after)


def told_added(state: State, answer: AddAnswer) -> State:
    """Return the state once a client has its partition, asks again, or gives up."""
    before = state.clients[answer.client]
    added = frozenset(answer.partitions)
    failed = before._replace(
        adding=(), last_status=before.status, last_error=answer.code
    )
    match answer.code:
        case Code.OK:
            after = before._replace(
                adding=tuple(it for it in before.adding if it not in added),
                partitions=tuple(sorted(added.union(before.partitions))),
            )
        case Code.NOT_COORDINATOR:
            after = failed._replace(coordinator=state.leader)
        case Code.CONCURRENT_TRANSACTIONS:
            after = failed
        case _:
            after = failed._replace(status=Status.GIVEN_UP, partitions=())
    return state.with_client(answer.client, after)


@dataclass(frozen=True, slots=True)
class World:
    """The rules, and how much may happen."""

    rules: Rules
    scope: Scope

    @property
    def initial(self) -> State:
        """Return the state in which nobody has asked for anything."""
        nothing: tuple[None, ...] = (None,) * self.scope.ids
        broker = Broker(0, 1, nothing, nothing)
        clients = (Client(),) * self.scope.clients
        return State((broker,) * self.scope.brokers, clients)

    def next_steps(self, state: State) -> Steps:
        """Yield everything that may happen next."""
        for number, client in enumerate(state.clients):
            yield from self.ask_for_id(state, number, client)
            yield from self.ask_to_add(state, number, client)
        yield from self.receive_requests(state)
        yield from self.receive_answers(state)
        if may_commit(state):
            yield Action("commit"), committed(state)
        for number, broker in enumerate(state.brokers):
            yield from self.change_leader(state, number, broker)
            yield from self.complete(state, number, broker)

    def ask_for_id(self, state: State, number: int, client: Client) -> Steps:
        """A client asks the present coordinator for a producer id."""
        if client.status is not Status.READY:
            return
        own = range(self.scope.ids) if client.id == UNKNOWN else (client.id,)
        for transactional_id in own:
            request = InitProducerId(transactional_id, state.leader, number)
            asking = client._replace(id=transactional_id, status=Status.ASKED)
            after = state.with_client(number, asking)
            requests = state.init_requests | {request}
            yield (
                Action("init_producer_id", (number, transactional_id)),
                after._replace(init_requests=requests),
            )

    def ask_to_add(self, state: State, number: int, client: Client) -> Steps:
        """A client adds a partition, asking the coordinator that it knows."""
        may_add = client.status in (Status.HAS_ID, Status.IN_TRANSACTION)
        if not may_add or client.adding:
            return
        for partition in range(self.scope.partitions):
            if partition not in client.partitions:
                request = AddPartitions(
                    client.id,
                    client.producer,
                    client.epoch,
                    partition,
                    client.coordinator,
                    number,
                )
                adding = client._replace(
                    adding=(partition,), status=Status.IN_TRANSACTION
                )
                after = state.with_client(number, adding)
                requests = state.add_requests | {request}
                yield (
                    Action("add_partitions", (number, partition)),
                    after._replace(add_requests=requests),
                )

    def receive_requests(self, state: State) -> Steps:
        """A request reaches the broker that it was sent to."""
        for init in sorted(state.init_requests):
            before = state._replace(init_requests=state.init_requests - {init})
            yield (
                Action("receive_init", (init.client, init.broker)),
                asked_for_id(before, init),
            )
        for add in sorted(state.add_requests):
            before = state._replace(add_requests=state.add_requests - {add})
            yield (
                Action("receive_add", (add.client, add.broker)),
                asked_to_add(before, add),
            )

    def receive_answers(self, state: State) -> Steps:
        """An answer reaches the client that waits for it."""
        for init in sorted(state.init_answers):
            if state.clients[init.client].status is Status.ASKED:
                before = state._replace(init_answers=state.init_answers - {init})
                yield (
                    Action("told_id", (init.client, init.code.name)),
                    told_id(before, init),
                )
        for add in sorted(state.add_answers):
            if state.clients[add.client].status is Status.IN_TRANSACTION:
                before = state._replace(add_answers=state.add_answers - {add})
                yield (
                    Action("told_added", (add.client, add.code.name)),
                    told_added(before, add),
                )

    def change_leader(self, state: State, number: int, broker: Broker) -> Steps:
        """The controller makes another broker the leader, or one hears of it."""
        elections = state.leader_epoch - 1
        if broker.leader != number and elections < self.scope.elections:
            yield Action("elect", (number,)), elected(self.rules, state, number)
        is_stale = broker.leader_epoch < state.leader_epoch
        if is_stale and number != state.leader:
            yield Action("resign", (number,)), resigned(state, number)
            if not self.rules.unloads:
                after = resigned(state, number, half=True)
                yield Action("resign_halfway", (number,)), after

    def complete(self, state: State, number: int, broker: Broker) -> Steps:
        """A coordinator that took over completes an abort that was decided."""
        if broker.leader != number:
            return
        for transactional_id, known in enumerate(broker.cache):
            is_decided = known is not None and known.phase is Phase.PREPARE_ABORT
            if known and is_decided and not broker.pending[transactional_id]:
                write = completion(transactional_id, known)
                yield (
                    Action("complete", (number, transactional_id)),
                    appended(state, number, write),
                )


def clients_differ(state: State) -> bool:
    """No two clients have the same producer id and epoch."""
    given = [(it.producer, it.epoch) for it in state.clients if it.producer > 0]
    return len(given) == len(set(given))


def leaders_differ(state: State) -> bool:
    """No two brokers take themselves for the leader of the same epoch."""
    leading = [
        it.leader_epoch for at, it in enumerate(state.brokers) if it.leader == at
    ]
    return len(leading) == len(set(leading))


MAY_FOLLOW = {
    Phase.EMPTY: (Phase.EMPTY, Phase.ONGOING),
    Phase.ONGOING: (Phase.ONGOING, Phase.PREPARE_ABORT),
    Phase.PREPARE_ABORT: (Phase.COMPLETE_ABORT,),
    Phase.COMPLETE_ABORT: (Phase.EMPTY, Phase.ONGOING),
}
"""KIP-98, transaction states: what may follow each."""


def out_of_turn(broker: Broker) -> Write | None:
    """Return the first record in a log that may not follow the one before it."""
    last: dict[int, Phase] = {}
    for write in broker.log:
        before = last.get(write.id, Phase.COMPLETE_ABORT)
        if write.metadata.phase not in MAY_FOLLOW[before]:
            return write
        last[write.id] = write.metadata.phase
    return None


def phases_follow(state: State) -> bool:
    """Each record in a log may follow the one before it."""
    return all(out_of_turn(broker) is None for broker in state.brokers)


def leader_serves(state: State) -> bool:
    """Who leads the log can load what is in it."""
    return not any(it.is_stuck for it in state.brokers)


INVARIANTS: tuple[Property[State], ...] = (
    Property("clients-differ", clients_differ, "KIP-98: zombie fencing"),
    Property("leaders-differ", leaders_differ, "KIP-98: the coordinator epoch"),
    Property("phases-follow", phases_follow, "KIP-98: transaction states"),
    Property("leader-serves", leader_serves, "KAFKA-9307"),
)

SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "a client has added a partition",
        lambda state: any(it.partitions for it in state.clients),
        "or a coordinator that refuses everybody would pass",
    ),
)

FAIRNESS = (
    Fairness("init_producer_id", strong=True, each=1),
    Fairness("add_partitions", strong=True, each=1),
    Fairness("receive_init", each=2),
    Fairness("receive_add", each=2),
    Fairness("told_id", each=1),
    Fairness("told_added", each=1),
    Fairness("commit"),
    Fairness("resign", each=1),
    Fairness("complete", each=2),
)
"""Everything but elections goes on."""

ACTIONS = (
    "init_producer_id",
    "add_partitions",
    "receive_init",
    "receive_add",
    "told_id",
    "told_added",
    "commit",
)


def liveness(scope: Scope) -> tuple[Liveness[State], ...]:
    """Return what clients get in the end, however often they are refused."""
    everything = tuple(range(scope.partitions))
    return (
        Liveness(
            "all-get-an-id",
            lambda state: all(it.producer > 0 for it in state.clients),
            "KIP-98, InitProducerId",
            stays=True,
        ),
        Liveness(
            "one-adds-everything",
            lambda state: any(it.partitions == everything for it in state.clients),
            "KIP-98, AddPartitionsToTxn: others may be fenced",
            stays=True,
        ),
    )


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return clients, brokers and the log, in a world of this size."""
    world = World(rules, scope)
    halves = () if rules.unloads else ("resign_halfway",)
    changes = ("elect", "resign", *halves) if scope.elections else ()
    takeovers = ("complete",) if scope.elections and scope.clients > 1 else ()
    return Spec(
        name=rules.name,
        initial=(world.initial,),
        next=world.next_steps,
        actions=(*ACTIONS, *changes, *takeovers),
        invariants=INVARIANTS,
        sometimes=SOMETIMES,
        liveness=liveness(scope) if rules.unloads else (),
        fairness=FAIRNESS,
    )
