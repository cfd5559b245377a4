"""What the instances of a producer do, in the order that its API forces on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from logion_model.kernel import Action
from logion_model.transaction.rules import Rules
from logion_model.transaction.state import (
    NONE,
    Add,
    Client,
    End,
    Produce,
    Progress,
    Result,
    Scope,
    State,
)

Steps: TypeAlias = Iterator[tuple[Action, State]]


def with_client(state: State, instance: int, client: Client) -> State:
    """Return the state with another instance in this place."""
    clients = state.clients
    return state._replace(
        clients=(*clients[:instance], client, *clients[instance + 1 :])
    )


def advanced(client: Client, partition: int, progress: Progress) -> Client:
    """Return the client once it has come so far with a partition."""
    before = client.progress
    after = (*before[:partition], progress, *before[partition + 1 :])
    return client._replace(progress=after)


@dataclass(frozen=True, slots=True)
class Producers:
    """The rules, and how much the instances do."""

    rules: Rules
    scope: Scope

    @property
    def idle(self) -> tuple[Progress, ...]:
        """Return the progress of a client without a transaction."""
        return (Progress.NOTHING,) * self.scope.partitions

    def steps(self, state: State) -> Steps:
        """Yield every request that an instance may send."""
        for instance, client in enumerate(state.clients):
            if client.transaction == NONE:
                yield from self._begin(state, instance, client)
            elif client.ending is None:
                yield from self._go_on(state, instance, client)
                yield from self._end(state, instance, client)

    def _begin(self, state: State, instance: int, client: Client) -> Steps:
        is_held = client.in_doubt and self.rules.stops_in_doubt
        if state.begun < self.scope.transactions and not is_held:
            begun = state._replace(begun=state.begun + 1)
            client = client._replace(transaction=state.begun, in_doubt=False)
            yield from self._go_on(begun, instance, client)

    def _go_on(self, state: State, instance: int, client: Client) -> Steps:
        """Add a partition, or write to one; KIP-890 does both at once."""
        may_write = Progress.NOTHING if self.rules.bumps_epoch else Progress.ADDED
        for partition, progress in enumerate(client.progress):
            if progress is may_write:
                yield self._produce(state, instance, client, partition)
            elif progress is Progress.NOTHING:
                yield self._add(state, instance, client, partition)

    def _add(
        self, state: State, instance: int, client: Client, partition: int
    ) -> tuple[Action, State]:
        request = Add(client.epoch, client.transaction, partition)
        waiting = advanced(client, partition, Progress.ADDING)
        after = state._replace(adds=state.adds | {request})
        return Action("add_partition", request), with_client(after, instance, waiting)

    def _produce(
        self, state: State, instance: int, client: Client, partition: int
    ) -> tuple[Action, State]:
        earlier = [
            it.sequence
            for it in state.produces
            if (it.epoch, it.partition) == (client.epoch, partition)
        ]
        sequence = max(earlier, default=NONE) + 1
        request = Produce(client.epoch, client.transaction, partition, sequence)
        waiting = advanced(client, partition, Progress.SENT)
        after = state._replace(produces=state.produces | {request})
        return Action("produce", request), with_client(after, instance, waiting)

    def _end(self, state: State, instance: int, client: Client) -> Steps:
        """Ask to commit what is known to be written, or to abort at any time."""
        written = Progress.WRITTEN in client.progress
        is_unsure = Progress.SENT in client.progress
        is_busy = is_unsure or not {Progress.ADDING, Progress.ADDED}.isdisjoint(
            client.progress
        )
        for result in Result:
            if result is Result.COMMIT and (is_busy or not written):
                continue
            request = End(client.epoch, client.transaction, result)
            after = state._replace(ends=state.ends | {request})
            waiting = client._replace(ending=result, in_doubt=is_unsure)
            yield Action("end", request), with_client(after, instance, waiting)

    def told_added(self, state: State, request: Add) -> Steps:
        """The answer to AddPartitionsToTxn reaches the client that waits for it."""
        for instance, client in self._waiting(state, request.transaction):
            if client.progress[request.partition] is Progress.ADDING:
                told = advanced(client, request.partition, Progress.ADDED)
                yield Action("told_added", request), with_client(state, instance, told)

    def told_written(self, state: State, request: Produce) -> Steps:
        """The answer to Produce reaches the client that waits for it."""
        for instance, client in self._waiting(state, request.transaction):
            if client.progress[request.partition] is Progress.SENT:
                told = advanced(client, request.partition, Progress.WRITTEN)
                yield (
                    Action("told_written", request),
                    with_client(state, instance, told),
                )

    def told_ended(self, state: State, request: End) -> Steps:
        """The answer to EndTxn reaches the client: its transaction is over.

        With KIP-890 it learns its next epoch: nothing of it is in doubt any more.
        """
        for instance, client in enumerate(state.clients):
            if (client.transaction, client.ending) == request[1:]:
                bumps = self.rules.bumps_epoch
                epoch = state.coordinator.epoch if bumps else client.epoch
                doubt = client.in_doubt and not bumps
                told = Client(epoch, self.idle, in_doubt=doubt)
                if request.result is Result.COMMIT:
                    committed = state.committed | {request.transaction}
                    state = state._replace(committed=committed)
                yield Action("told_ended", request), with_client(state, instance, told)

    def _waiting(self, state: State, transaction: int) -> Iterator[tuple[int, Client]]:
        for instance, client in enumerate(state.clients):
            if client.transaction == transaction and client.ending is None:
                yield instance, client

    def awaits_add(self, state: State, request: Add) -> bool:
        """Return whether somebody waits for the answer to this request."""
        return any(True for _ in self.told_added(state, request))

    def awaits_written(self, state: State, request: Produce) -> bool:
        """Return whether somebody waits for the answer to this request."""
        return any(True for _ in self.told_written(state, request))

    def awaits_end(self, state: State, request: End) -> bool:
        """Return whether somebody waits for the answer to this request."""
        return any(True for _ in self.told_ended(state, request))
