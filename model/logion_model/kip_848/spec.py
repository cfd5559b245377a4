"""Everything that may happen to a group of KIP-848, and what is promised of it.

A connection carries one heartbeat at a time. Messages are neither lost nor repeated on
it; a client that crashed has another one, and what was on its way to it is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TypeAlias

from logion_model.kernel import Action, Fairness, Liveness, Property, Spec
from logion_model.kernel.spec import always
from logion_model.kip_848.client import (
    OUT,
    beating,
    leaving,
    left,
    reconciled,
    told,
    told_that_it_is_out,
)
from logion_model.kip_848.coordinator import (
    Coordinator,
    Rules,
    is_fenced,
    is_leaving,
    is_unknown,
    without,
)
from logion_model.kip_848.state import (
    LEAVES,
    NOBODY,
    NOTHING,
    Answer,
    Client,
    ClientStatus,
    Group,
    GroupStatus,
    Heartbeat,
    MemberStatus,
    Scope,
    State,
    view,
)

Steps: TypeAlias = Iterator[tuple[Action, State]]


def subsets(topics: frozenset[int]) -> Iterator[frozenset[int]]:
    """Yield every subset that is not empty."""
    ordered = sorted(topics)
    sizes = (combinations(ordered, size) for size in range(1, len(ordered) + 1))
    return map(frozenset, chain.from_iterable(sizes))


def is_converged(state: State) -> bool:
    """Return whether everybody has what it shall have, and knows it."""
    group = state.group
    if group.status is not GroupStatus.STABLE:
        return False
    reached = {
        it.id
        for it in group.members
        if it.status is MemberStatus.STABLE and it.epoch == group.epoch
    }
    return len(reached) == len(group.members) and all(
        it.status is ClientStatus.STABLE
        and it.epoch == group.epoch
        and it.member_id in reached
        for it in state.clients
    )


@dataclass(frozen=True, slots=True)
class World:
    """The rules, and how much may happen."""

    rules: Rules
    scope: Scope

    @property
    def initial(self) -> State:
        """Return a group that nobody is in."""
        group = Group(partition_epochs=(0,) * len(self.scope.all_partitions))
        return State(group, (self.newcomer,) * self.scope.clients)

    @property
    def newcomer(self) -> Client:
        """Return a client that is about to join."""
        return Client(self.scope.all_topics)

    def next_steps(self, state: State) -> Steps:
        """Yield everything that may happen next."""
        for number, client in enumerate(state.clients):
            yield from self.send_heartbeat(state, number, client)
            yield from self.work(state, number, client)
        for answer in sorted(state.answers, key=lambda it: it[:2]):
            yield from self.receive_answer(state, answer)
        for heartbeat in sorted(state.heartbeats, key=lambda it: it[:2]):
            yield from self.receive_heartbeat(state, heartbeat)
        if state.perturbations < self.scope.perturbations:
            perturbed = state._replace(perturbations=state.perturbations + 1)
            yield from self.perturb(perturbed)
        yield from self.expire_dead_member(state)

    def send_heartbeat(self, state: State, number: int, client: Client) -> Steps:
        """A client sends a heartbeat; it may subscribe otherwise by it."""
        if client.is_waiting or is_converged(state):
            return
        may_change = state.perturbations < self.scope.perturbations
        choices = subsets(self.scope.all_topics) if may_change else [client.subscribed]
        connection = client.connection or state.connections + 1
        for subscribed in choices:
            after, heartbeat = beating(number, client, subscribed, connection)
            changed = subscribed != client.subscribed
            sent = state.with_client(number, after)._replace(
                heartbeats=state.heartbeats | {heartbeat},
                connections=max(state.connections, connection),
                perturbations=state.perturbations + changed,
            )
            yield Action("send_heartbeat", (number, *sorted(subscribed))), sent

    def work(self, state: State, number: int, client: Client) -> Steps:
        """A client has changed what it owns, or given up everything."""
        if client.reconciling is not None:
            after = state.with_client(number, reconciled(client))
            yield Action("complete_reconciliation", (number,)), after
        if client.is_giving_up:
            after = state.with_client(number, left(client))
            yield Action("complete_leave", (number,)), after

    def perturb(self, state: State) -> Steps:
        """A client leaves or crashes, or is given up while it lives."""
        for number, client in enumerate(state.clients):
            if client.epoch > 0:
                if client.status not in OUT:
                    after = state.with_client(number, leaving(client))
                    yield Action("start_leave", (number,)), after
                crashed = state.with_client(number, self.newcomer)
                yield Action("crash", (number,)), crashed
        for member in state.group.members:
            after = state._replace(group=without(state.group, member))
            yield Action("expire_live_member", (member.id,)), after

    def expire_dead_member(self, state: State) -> Steps:
        """A member whose client is another one by now is given up."""
        for member in state.group.members:
            client = state.clients[member.host]
            is_another = client.member_id not in (member.id, NOBODY)
            if is_another and client.status is not ClientStatus.JOINING:
                after = state._replace(group=without(state.group, member))
                yield Action("expire_dead_member", (member.id,)), after

    def receive_answer(self, state: State, answer: Answer) -> Steps:
        """An answer reaches the client, if it is still on that connection."""
        client = state.clients[answer.client]
        if client.connection == answer.connection:
            heard = told_that_it_is_out(client) if answer.is_error else None
            after = state.with_client(answer.client, heard or told(client, answer))
            name = "receive_error" if answer.is_error else "receive_answer"
            answers = state.answers - {answer}
            yield Action(name, (answer.client,)), after._replace(answers=answers)

    def receive_heartbeat(self, state: State, heartbeat: Heartbeat) -> Steps:
        """A heartbeat reaches the coordinator."""
        group, member = state.group, state.group.member(heartbeat.member_id)
        sender = heartbeat[:2]
        if is_unknown(group, heartbeat):
            answer = Answer(*sender, is_unknown=True)
            after = _answered(state, heartbeat, group, answer)
            yield Action("refuse_heartbeat", sender), after
        elif member and is_fenced(group, heartbeat):
            answer = Answer(*sender, is_fenced=True)
            after = _answered(state, heartbeat, without(group, member), answer)
            yield Action("refuse_heartbeat", sender), after
        elif member and is_leaving(group, heartbeat):
            answer = Answer(*sender, member.id, LEAVES)
            after = _answered(state, heartbeat, without(group, member), answer)
            yield Action("receive_leave", sender), after
        else:
            yield from self._heard(state, heartbeat)

    def _heard(self, state: State, heartbeat: Heartbeat) -> Steps:
        next_id = state.member_ids + 1
        is_new = heartbeat.member_id == NOBODY
        heard = Coordinator(self.rules, self.scope).heard
        for group, answer in heard(state.group, heartbeat, next_id):
            after = _answered(state, heartbeat, group, answer)
            if is_new:
                after = after._replace(member_ids=next_id)
            action = Action("receive_heartbeat", (*heartbeat[:2], *_division(group)))
            yield action, after


def _division(group: Group) -> Iterator[object]:
    return (f"{it}:{sorted(partitions)}" for it, partitions in group.target)


def _answered(
    state: State, heartbeat: Heartbeat, group: Group, answer: Answer
) -> State:
    """Return the state in which the group has changed and an answer is on its way."""
    is_open = state.clients[answer.client].connection == answer.connection
    answers = state.answers | {answer} if is_open else state.answers
    return state._replace(
        group=group, heartbeats=state.heartbeats - {heartbeat}, answers=answers
    )


def transitions_are_legal(state: State) -> bool:
    """No client takes a step that its states do not have."""
    return all(it.status is not ClientStatus.ILLEGAL for it in state.clients)


def target_is_legal(state: State) -> bool:
    """The target gives each partition to one member."""
    given = [p for _, partitions in state.group.target for p in partitions]
    everything = list(range(len(state.group.partition_epochs)))
    return not state.group.target or sorted(given) == everything


def one_owner(state: State) -> bool:
    """No two clients that are members own the same partition."""
    inside = (it for it in state.clients if state.group.member(it.member_id))
    owned = [p for client in inside for p in client.owned]
    return len(owned) == len(set(owned))


def holders_are_known(state: State) -> bool:
    """A partition without an epoch is held by nobody."""
    held: frozenset[int] = NOTHING.union(*(it.held for it in state.group.members))
    return all(state.group.partition_epochs[partition] for partition in held)


def stable_is_settled(state: State) -> bool:
    """In a stable group each member has its target, in the epoch of the group."""
    group, target = state.group, dict(state.group.target)
    return group.status is not GroupStatus.STABLE or all(
        it.status is MemberStatus.STABLE
        and it.epoch == group.epoch
        and not it.revoking
        and it.assigned == target[it.id]
        for it in group.members
    )


def epoch_means_revoked(state: State) -> bool:
    """Who has reached the target's epoch owns nothing of another's target."""
    for client in state.clients:
        others = (p for it, p in state.group.target if it != client.member_id)
        if client.epoch == state.group.target_epoch and client.owned.intersection(
            NOTHING.union(*others)
        ):
            return False
    return True


_SOURCE = "KIP-848, Assignment Process"

INVARIANTS: tuple[Property[State], ...] = (
    Property("transitions-are-legal", transitions_are_legal, "KIP-848, Client states"),
    Property("target-is-legal", target_is_legal, "KIP-848, Target assignment"),
    Property("one-owner", one_owner, "KIP-848: a partition has one owner"),
    Property("holders-are-known", holders_are_known, _SOURCE),
    Property("stable-is-settled", stable_is_settled, "KIP-848, Group states"),
    Property("epoch-means-revoked", epoch_means_revoked, _SOURCE),
)

SOMETIMES: tuple[Property[State], ...] = (
    Property("is-converged", is_converged, "KIP-848: members converge to the target"),
)

_ALWAYS = (
    "send_heartbeat",
    "complete_reconciliation",
    "receive_answer",
    "receive_heartbeat",
)
_PERTURBED = (
    "start_leave",
    "complete_leave",
    "crash",
    "expire_live_member",
    "expire_dead_member",
    "receive_leave",
    "receive_error",
    "refuse_heartbeat",
)


FAIRNESS = tuple(Fairness(name, each=1) for name in _ALWAYS)
"""Heartbeats, work and answers go on."""

LIVENESS = (
    Liveness(
        "converges", is_converged, "KIP-848: members converge to the target", always
    ),
)
"""Of a group that is left in peace: a topic that nobody subscribes to any more cannot
be assigned, and then a group waits for ever."""


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return a group and its clients under these rules, in a world of this size."""
    world = World(rules, scope)
    return Spec(
        name=rules.name,
        initial=(world.initial,),
        next=world.next_steps,
        actions=(*_ALWAYS, *(_PERTURBED if scope.perturbations else ())),
        invariants=INVARIANTS,
        sometimes=SOMETIMES,
        view=view,
        liveness=() if scope.perturbations else LIVENESS,
        fairness=FAIRNESS,
    )
