"""How clients get a producer id and an epoch: InitProducerId, and no more.

1. A client asks any broker: finding the coordinator may lead to the wrong one.
2. The coordinator of the transactional id writes the next epoch to its log, and
   answers once that is replicated. Until then it asks others to try again.
3. A client that is refused asks again, any broker.

Counted by TLC, too, on the specification that is published in
github.com/Vanlightly/kafka-tlaplus, transactions, diary 01. Source: KIP-98,
InitProducerId.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Fairness, Liveness, Property, Spec

LEADER = 0
"""The broker that leads the log."""
UNKNOWN = -1


class Scope(NamedTuple):
    """How large a world to explore; there is one transactional id."""

    clients: int
    brokers: int


class Code(IntEnum):
    """What an answer says."""

    OK = 0
    CONCURRENT_TRANSACTIONS = 1
    NOT_COORDINATOR = 2


class Status(IntEnum):
    """Where a client stands."""

    READY = 0
    ASKED = 1
    HAS_ID = 2


class Client(NamedTuple):
    """A client of the transactional id."""

    status: Status = Status.READY
    epoch: int = UNKNOWN
    refused: Code | None = None
    """The last error that it was told."""


class Request(NamedTuple):
    """InitProducerId on its way."""

    client: int
    broker: int


class Answer(NamedTuple):
    """The answer on its way."""

    client: int
    code: Code
    epoch: int


class State(NamedTuple):
    """Clients, the coordinator and its log, and what is on its way."""

    clients: tuple[Client, ...]
    log: tuple[int, ...] = ()
    """Whom each write is for: the epoch is its place."""
    committed: int = 0
    """How many of them are replicated."""
    requests: frozenset[Request] = frozenset()
    answers: frozenset[Answer] = frozenset()


Steps: TypeAlias = Iterator[tuple[Action, State]]


def _with_client(state: State, client: int, after: Client) -> State:
    clients = state.clients
    return state._replace(clients=(*clients[:client], after, *clients[client + 1 :]))


def ask(scope: Scope, state: State) -> Steps:
    """A client that has no id asks some broker for one."""
    for client, it in enumerate(state.clients):
        if it.status is Status.READY:
            asked = _with_client(state, client, it._replace(status=Status.ASKED))
            for broker in range(scope.brokers):
                requests = state.requests | {Request(client, broker)}
                after = asked._replace(requests=requests)
                yield Action("ask", (client, broker)), after


def receive_request(state: State) -> Steps:
    """A broker writes the next epoch, or refuses."""
    for request in sorted(state.requests):
        after = state._replace(requests=state.requests - {request})
        if request.broker != LEADER:
            after = _refused(after, request.client, Code.NOT_COORDINATOR)
        elif state.committed < len(state.log):
            after = _refused(after, request.client, Code.CONCURRENT_TRANSACTIONS)
        else:
            after = after._replace(log=(*state.log, request.client))
        yield Action("receive_request", request), after


def _refused(state: State, client: int, code: Code) -> State:
    refusal = Answer(client, code, UNKNOWN)
    return state._replace(answers=state.answers | {refusal})


def commit(state: State) -> Steps:
    """The next write is replicated: the client is answered."""
    if state.committed < len(state.log):
        told = Answer(state.log[state.committed], Code.OK, state.committed)
        yield (
            Action("commit", (state.committed,)),
            state._replace(
                committed=state.committed + 1, answers=state.answers | {told}
            ),
        )


def receive_answer(state: State) -> Steps:
    """A client has its epoch, or may ask again."""
    for answer in sorted(state.answers):
        refused = answer.code or None
        status = Status.READY if answer.code else Status.HAS_ID
        before = state.clients[answer.client]
        after = Client(status, answer.epoch, refused or before.refused)
        told = state._replace(answers=state.answers - {answer})
        yield (
            Action("receive_answer", (answer.client, answer.code.name)),
            _with_client(told, answer.client, after),
        )


def next_steps(scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    yield from ask(scope, state)
    yield from receive_request(state)
    yield from commit(state)
    yield from receive_answer(state)


def epochs_differ(state: State) -> bool:
    """No two clients have the same epoch."""
    epochs = [it.epoch for it in state.clients if it.epoch != UNKNOWN]
    return len(epochs) == len(set(epochs))


def all_get_one(state: State) -> bool:
    """Every client has its id."""
    return all(it.status is Status.HAS_ID for it in state.clients)


def specification(scope: Scope) -> Spec[State]:
    """Return clients that ask for a producer id, in a world of this size."""
    return Spec(
        name="init-producer-id",
        initial=(State((Client(),) * scope.clients),),
        next=lambda state: next_steps(scope, state),
        actions=("ask", "receive_request", "commit", "receive_answer"),
        invariants=(
            Property("epochs-differ", epochs_differ, "KIP-98: zombie fencing"),
        ),
        sometimes=(
            Property("all-get-one", all_get_one, "KIP-98: or nobody could produce"),
        ),
        may_stop=all_get_one,
        liveness=(
            Liveness("all-get-one-in-the-end", all_get_one, "KIP-98", stays=True),
        ),
        fairness=(
            Fairness("ask", strong=True, each=2),
            Fairness("receive_request", each=2),
            Fairness("commit"),
            Fairness("receive_answer", each=1),
        ),
    )
